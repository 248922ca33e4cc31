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

/// <param name="Open">The first of what is to be done, and <paramref name="Finished"/> the newest of what is done; the rest pages.</param>
/// <param name="Done">Of <paramref name="Total"/>.</param>
/// <param name="Queues">Projects whose next case one asks for.</param>
internal sealed record QueueView(
    IReadOnlyList<QueuedReading> Open, IReadOnlyList<QueuedReading> Finished, int Done, int Total, IReadOnlyList<QueueOfProject> Queues);

/// <summary>An expert's own work and nobody else's: what waits, in the order in which it is best done, and what is finished.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class MyReadings(PirogovDb db, CurrentActor actor, TimeProvider time)
{
    /// <summary>In one piece; more is asked for page by page.</summary>
    private const int Shown = 200;
    private const int MostQueues = 50;

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/readings", (MyReadings use, CancellationToken cancellation) => use.Queue(cancellation))
            .Needs(typeof(MyReadings)).WithName("listMyReadings").WithSummary("The signed-in expert's own readings: the first 200 that wait, and the last 200 that are done.");
        api.MapGet("/readings/waiting", (MyReadings use, int? page, int? size, CancellationToken cancellation) => use.Waiting(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(MyReadings)).WithName("listMyWaitingReadings").WithSummary("All that waits for the signed-in expert, in the order in which it is best done.");
        api.MapGet("/readings/done", (MyReadings use, int? page, int? size, CancellationToken cancellation) => use.Finished(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(MyReadings)).WithName("listMyDoneReadings").WithSummary("All that the signed-in expert has finished, the newest first.");
    }

    public async Task<QueueView> Queue(CancellationToken cancellation)
    {
        var (open, finished) = (await Waiting(1, Shown, cancellation), await Finished(1, Shown, cancellation));
        return new(open.Items, finished.Items, finished.Total, finished.Total + open.Total, await Queues(actor.Actor.AccountId, cancellation));
    }

    /// <summary>What came back first, then what was begun, then new offers; of each what is due first.</summary>
    public Task<Page<QueuedReading>> Waiting(int page, int size, CancellationToken cancellation) => Rows(
        from o in Own()
        where o.Reading.State != ReadingState.Submitted && o.Reading.State != ReadingState.Locked
        orderby o.Reading.State == ReadingState.Returned ? 0 : o.Reading.State == ReadingState.Draft ? 1 : o.Reading.State == ReadingState.Accepted ? 2 : 3,
            o.Due == null, o.Due, o.Reading.Id
        select o).ToPage(page, size, cancellation);

    public Task<Page<QueuedReading>> Finished(int page, int size, CancellationToken cancellation) => Rows(
        from o in Own()
        where o.Reading.State == ReadingState.Submitted || o.Reading.State == ReadingState.Locked
        orderby o.Reading.ChangedAt descending, o.Reading.Id
        select o).ToPage(page, size, cancellation);

    private sealed class OwnReading
    {
        public required Reading Reading { get; init; }
        public required string ProjectName { get; init; }
        public required string Label { get; init; }
        public required DateTimeOffset? Due { get; init; }
    }

    private IQueryable<OwnReading> Own()
    {
        var me = actor.Actor.AccountId;
        return from r in db.Set<Reading>().AsNoTracking()
               join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
               join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
               where r.AccountId == me && (c.AsideAt == null || r.State == ReadingState.Submitted || r.State == ReadingState.Locked)
               select new OwnReading { Reading = r, ProjectName = p.Name, Label = c.Label, Due = r.DueAt ?? p.DueAt };
    }

    private IQueryable<QueuedReading> Rows(IQueryable<OwnReading> own)
    {
        var now = time.Now();
        return own.Select(o => new QueuedReading(o.Reading.Id, o.Reading.Mode, o.Reading.State, o.Reading.ProjectId, o.ProjectName, o.Label, o.Reading.Revision, o.Due,
            o.Reading.ChangedAt, o.Reading.ReservedUntil, o.Reading.Purpose == ReadingPurpose.Training,
            o.Reading.State != ReadingState.Submitted && o.Reading.State != ReadingState.Locked && o.Due != null && o.Due < now));
    }

    private async Task<IReadOnlyList<QueueOfProject>> Queues(Guid me, CancellationToken cancellation) => await (
        from p in db.Set<LabellingProject>().AsNoTracking()
        from m in db.Set<ProjectMember>().Where(m => m.ProjectId == p.Id && m.AccountId == me && m.Mode == ReadingMode.Read && m.Standing != MemberStanding.Removed)
        where p.Distribution == Distribution.Queue && (p.State == ProjectState.Running || p.State == ProjectState.Paused)
        orderby p.DueAt == null, p.DueAt, p.CreatedAt
        select new QueueOfProject(p.Id, p.Name, p.State, m.Standing, p.DueAt, db.Set<ProjectCase>().Any(c => c.ProjectId == p.Id && c.State == ProjectCaseState.Reading && c.AsideAt == null
            && db.Set<Reading>().Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read && r.LeftAt == null) < c.ReadersWanted
            && !db.Set<Reading>().IgnoreQueryFilters().Any(r => r.ProjectId == p.Id && r.CaseId == c.CaseId && r.AccountId == me)))).Take(MostQueues).ToArrayAsync(cancellation);
}

internal sealed record SeriesReference(string StudyInstanceUid, string SeriesInstanceUid);

internal sealed record NextView(ReadingId ReadingId, IReadOnlyList<SeriesReference> Series);

/// <summary>What the same expert is to do next, so that its images can be on their way before the hand leaves the key.</summary>
internal sealed class NextReading(PirogovDb db, ICases cases)
{
    /// <summary>Of the same project and part first; returned work first, then what was begun, then new offers.</summary>
    public Task<Reading?> After(Reading reading, CancellationToken cancellation)
    {
        var (project, mode) = (reading.ProjectId, reading.Mode);
        return db.Set<Reading>().AsNoTracking()
            .Where(r => r.AccountId == reading.AccountId && r.Id != reading.Id && Reading.OpenStates.Contains(r.State)
                && !db.Set<ProjectCase>().Any(c => c.Id == r.ProjectCaseId && c.AsideAt != null))
            .OrderBy(r => r.ProjectId == project ? 0 : 1).ThenBy(r => r.Mode == mode ? 0 : 1)
            .ThenBy(r => r.State == ReadingState.Returned ? 0 : r.State == ReadingState.Draft ? 1 : r.State == ReadingState.Accepted ? 2 : 3).ThenBy(r => r.Id)
            .FirstOrDefaultAsync(cancellation);
    }

    public async Task<NextView?> ViewAfter(Reading reading, CancellationToken cancellation)
    {
        if (await After(reading, cancellation) is not { } next)
            return null;
        var summary = await cases.Find(next.CaseId, cancellation);
        return new(next.Id, [.. (summary?.Series ?? []).Select(s => new SeriesReference(s.StudyInstanceUid, s.SeriesInstanceUid))]);
    }
}
