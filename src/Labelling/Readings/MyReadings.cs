using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Readings;

internal sealed record QueuedReading(
    ReadingId Id, ReadingMode Mode, ReadingState State, ProjectId ProjectId, string ProjectName, string CaseLabel, int Revision, DateTimeOffset? DueAt,
    DateTimeOffset ChangedAt, DateTimeOffset? ReservedUntil, bool Training, bool Late);

/// <param name="Standing">Of the reader: whether anything is handed out.</param>
/// <param name="HasNext">Whether a case waits. How many is not said: a number that falls with some cases and not with others would tell the controls.</param>
internal sealed record QueueOfProject(ProjectId ProjectId, string Name, ProjectState State, MemberStanding Standing, DateTimeOffset? DueAt, bool HasNext);

/// <param name="Queues">Projects whose next case one asks for.</param>
internal sealed record QueueView(
    IReadOnlyList<QueuedReading> Open, IReadOnlyList<QueuedReading> Finished, int Done, int Total, IReadOnlyList<QueueOfProject> Queues);

/// <summary>An expert's own work and nobody else's: what waits, in the order in which it is best done, and what is finished.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class MyReadings(PirogovDb db, CurrentActor actor, TimeProvider time)
{
    private const int FinishedShown = 200;
    private const int MostQueues = 50;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings", (MyReadings use, CancellationToken cancellation) => use.Queue(cancellation))
        .Needs(typeof(MyReadings)).WithName("listMyReadings").WithSummary("The signed-in expert's own readings.");

    public async Task<QueueView> Queue(CancellationToken cancellation)
    {
        var (me, now) = (actor.Actor.AccountId, time.Now());
        var rows = await (
            from r in db.Set<Reading>().AsNoTracking()
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
            let due = r.DueAt ?? p.DueAt
            where r.AccountId == me
            select new QueuedReading(r.Id, r.Mode, r.State, p.Id, p.Name, c.Label, r.Revision, due, r.ChangedAt, r.ReservedUntil, r.Purpose == ReadingPurpose.Training,
                r.State != ReadingState.Submitted && r.State != ReadingState.Locked && due != null && due < now)).ToArrayAsync(cancellation);
        var open = rows.Where(r => IsOpen(r.State)).OrderBy(r => NextReading.Urgency(r.State)).ThenBy(r => r.DueAt ?? DateTimeOffset.MaxValue).ThenBy(r => r.Id.Value).ToArray();
        var finished = rows.Where(r => !IsOpen(r.State)).OrderByDescending(r => r.ChangedAt).Take(FinishedShown).ToArray();
        return new(open, finished, rows.Length - open.Length, rows.Length, await Queues(me, cancellation));
    }

    private async Task<IReadOnlyList<QueueOfProject>> Queues(Guid me, CancellationToken cancellation) => await (
        from p in db.Set<LabellingProject>().AsNoTracking()
        from m in db.Set<ProjectMember>().Where(m => m.ProjectId == p.Id && m.AccountId == me && m.Mode == ReadingMode.Read && m.Standing != MemberStanding.Removed)
        where p.Distribution == Distribution.Queue && (p.State == ProjectState.Running || p.State == ProjectState.Paused)
        orderby p.DueAt == null, p.DueAt, p.CreatedAt
        select new QueueOfProject(p.Id, p.Name, p.State, m.Standing, p.DueAt, db.Set<ProjectCase>().Any(c => c.ProjectId == p.Id && c.State == ProjectCaseState.Reading
            && db.Set<Reading>().Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read && r.LeftAt == null) < c.ReadersWanted
            && !db.Set<Reading>().IgnoreQueryFilters().Any(r => r.ProjectId == p.Id && r.CaseId == c.CaseId && r.AccountId == me)))).Take(MostQueues).ToArrayAsync(cancellation);

    private static bool IsOpen(ReadingState state) => state is not (ReadingState.Submitted or ReadingState.Locked);
}

internal sealed record SeriesReference(string StudyInstanceUid, string SeriesInstanceUid);

internal sealed record NextView(ReadingId ReadingId, IReadOnlyList<SeriesReference> Series);

/// <summary>What the same expert is to do next, so that its images can be on their way before the hand leaves the key.</summary>
internal sealed class NextReading(PirogovDb db, ICases cases)
{
    /// <summary>Returned work first, then what was begun, then new offers.</summary>
    public static int Urgency(ReadingState state) => state switch
    {
        ReadingState.Returned => 0,
        ReadingState.Draft => 1,
        ReadingState.Accepted => 2,
        _ => 3,
    };

    public async Task<Reading?> After(Reading reading, CancellationToken cancellation)
    {
        var open = await db.Set<Reading>().AsNoTracking()
            .Where(r => r.AccountId == reading.AccountId && r.Id != reading.Id && r.State != ReadingState.Submitted && r.State != ReadingState.Locked)
            .ToArrayAsync(cancellation);
        return open.OrderBy(r => r.ProjectId == reading.ProjectId ? 0 : 1).ThenBy(r => r.Mode == reading.Mode ? 0 : 1)
            .ThenBy(r => Urgency(r.State)).ThenBy(r => r.Id.Value).FirstOrDefault();
    }

    public async Task<NextView?> ViewAfter(Reading reading, CancellationToken cancellation)
    {
        if (await After(reading, cancellation) is not { } next)
            return null;
        var summary = await cases.Find(next.CaseId, cancellation);
        return new(next.Id, [.. (summary?.Series ?? []).Select(s => new SeriesReference(s.StudyInstanceUid, s.SeriesInstanceUid))]);
    }
}
