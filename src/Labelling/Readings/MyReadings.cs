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
    DateTimeOffset ChangedAt);

internal sealed record QueueView(IReadOnlyList<QueuedReading> Open, IReadOnlyList<QueuedReading> Finished, int Done, int Total);

/// <summary>An expert's own work and nobody else's: what waits, in the order in which it is best done, and what is finished.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class MyReadings(PirogovDb db, CurrentActor actor)
{
    private const int FinishedShown = 200;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings", (MyReadings use, CancellationToken cancellation) => use.Queue(cancellation))
        .Needs(typeof(MyReadings)).WithName("listMyReadings").WithSummary("The signed-in expert's own readings.");

    public async Task<QueueView> Queue(CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var rows = await (
            from r in db.Set<Reading>().AsNoTracking()
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
            where r.AccountId == me
            select new QueuedReading(r.Id, r.Mode, r.State, p.Id, p.Name, c.Label, r.Revision, p.DueAt, r.ChangedAt)).ToArrayAsync(cancellation);
        var open = rows.Where(r => IsOpen(r.State)).OrderBy(r => NextReading.Urgency(r.State)).ThenBy(r => r.DueAt ?? DateTimeOffset.MaxValue).ThenBy(r => r.Id.Value).ToArray();
        var finished = rows.Where(r => !IsOpen(r.State)).OrderByDescending(r => r.ChangedAt).Take(FinishedShown).ToArray();
        return new(open, finished, rows.Length - open.Length, rows.Length);
    }

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
