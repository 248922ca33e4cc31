using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Readings;

/// <summary>When the blind readings of a case are all there.</summary>
internal sealed class Rounds(PirogovDb db, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>, and sees what that is going to lock. Of a cancelled project nothing goes on.</summary>
    public async Task Close(ProjectCase one, CancellationToken cancellation)
    {
        if ((await db.Set<LabellingProject>().SingleAsync(p => p.Id == one.ProjectId, cancellation)).State == ProjectState.Cancelled)
            return;
        var readings = await db.Set<Reading>().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).ToArrayAsync(cancellation);
        if (readings.Count(r => r is { State: ReadingState.Locked, LeftAt: null }) >= one.ReadersWanted && one.CloseRound(time.Now()) is null)
            jobs.Enqueue<CompareReadings, CompareReadings.Payload>(new(one.Id), "labelling-case", one.Id);
    }

    /// <summary>
    /// Whoever gives a second pass up, or lets its reservation run out, has handed in a reading all the same: it stays in its round as it was read
    /// blind. Joins the caller's next <c>SaveChanges</c>.
    /// </summary>
    /// <returns>False for a reading that is in no second pass: its place goes to another.</returns>
    public async Task<bool> EndSecondPass(Reading reading, CancellationToken cancellation)
    {
        if (!reading.EndSecondPass(time.Now()))
            return false;
        audit.Note("labelling.second-pass-ended", "reading", reading.Id, new { reading.Revision });
        if (reading.Purpose == ReadingPurpose.Work)
            await Close(await db.Set<ProjectCase>().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation), cancellation);
        else
            jobs.Enqueue<ScoreReading, ScoreReading.Payload>(new(reading.Id), "reading", reading.Id);
        return true;
    }
}
