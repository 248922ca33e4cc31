using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Readings;

/// <summary>A reading stays in its round as it was read blind.</summary>
internal sealed record SecondPassEnded(ProjectCaseId Case);

/// <summary>When the blind readings of a case are all there.</summary>
internal sealed class Rounds(PirogovDb db, JobQueue jobs, EventOutbox outbox, AuditTrail audit, TimeProvider time) : IHandle<SecondPassEnded>
{
    /// <summary>Two who end their second passes at one moment do not see each other: the round is closed afterwards, in the case's turn.</summary>
    public async Task Handle(SecondPassEnded happened, CancellationToken cancellation)
    {
        await Turn.Take(db, happened.Case, cancellation);
        await Close(await db.Set<ProjectCase>().SingleAsync(c => c.Id == happened.Case, cancellation), cancellation);
    }

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
    public bool EndSecondPass(Reading reading)
    {
        if (!reading.EndSecondPass(time.Now()))
            return false;
        audit.Note("labelling.second-pass-ended", "reading", reading.Id, new { reading.Revision });
        if (reading.Purpose == ReadingPurpose.Work)
            outbox.Add(new SecondPassEnded(reading.ProjectCaseId));
        else
            jobs.Enqueue<ScoreReading, ScoreReading.Payload>(new(reading.Id), "reading", reading.Id);
        return true;
    }
}
