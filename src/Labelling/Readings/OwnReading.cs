using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

/// <summary>A reading for its own person to work on.</summary>
internal sealed class OwnReading(PirogovDb db, HandOut handOut, TimeProvider time)
{
    /// <summary>Whoever works on after the reservation ran out gets its place back while it is free; what was skipped or withdrawn is gone.</summary>
    public async Task<Outcome<Reading>> Open(ReadingId id, Guid person, CancellationToken cancellation)
    {
        if (await db.Set<Reading>().IgnoreQueryFilters().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == person, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.LeftAt is null)
            return reading;
        if (reading.ReasonLeft != ReasonLeft.Expired)
            return new NotFound("reading");
        var running = await db.Set<LabellingProject>().AnyAsync(p => p.Id == reading.ProjectId && p.State == ProjectState.Running
            && p.Members.Any(m => m.AccountId == person && m.Standing == MemberStanding.Admitted), cancellation);
        return running && reading.Purpose != ReadingPurpose.Training && await handOut.Revive(reading, time.Now(), cancellation) ? reading : new ReservationHasExpired();
    }
}
