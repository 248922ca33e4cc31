using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Validation;

/// <param name="Quality">The mean over classes and questions of how far the result is the reader's own, 0 … 1; null until it is computed.</param>
/// <param name="Remarks">What validators said of the case.</param>
internal sealed record ResultRow(
    ReadingId ReadingId, ReadingMode Mode, ProjectId ProjectId, string ProjectName, string CaseLabel, ConsensusOrigin Origin, double? Quality, int Remarks, DateTimeOffset At);

internal sealed record ResultImage(string SopInstanceUid, string StudyInstanceUid, string SeriesInstanceUid);

/// <summary>One's own reading beside what became of the case.</summary>
/// <param name="Images">Those of the differences.</param>
internal sealed record ResultView(
    ReadingId ReadingId, ReadingMode Mode, ProjectReference Project, CaseReference Case, SchemaView Schema, IReadOnlyList<SeriesSummary> Series,
    IReadOnlyList<ResultImage> Images, LabelDocument Mine,
    ConsensusView Result, DocumentDifference Difference, IReadOnlyList<CommentView> Comments, IReadOnlyList<ReturnReason> Reasons);

/// <summary>What became of the cases that one read or decided, as soon as the project shows it; before, they answer "not found".</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class MyResults(PirogovDb db, CurrentActor actor, ICases cases, Documents documents, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        routes.MapGet("/workbench/radiology/{readingId}/result", async (MyResults use, ReadingId readingId, CancellationToken cancellation) =>
                await use.Label(readingId, cancellation) is { } label
                    ? new WorkbenchPage("radiology", label, new { resultOf = readingId, home = $"/labelling/results/{readingId}" })
                    : new NotFound("reading").ToHttp())
            .Needs(typeof(MyResults)).ExcludeFromDescription();
        api.MapGet("/reading-results", (MyResults use, ProjectId? project, int? page, int? size, CancellationToken cancellation) =>
            use.List(project, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(MyResults)).WithName("listMyResults").WithSummary("The signed-in expert's cases that are through, the newest first.");
        api.MapGet("/readings/{id}/result", (MyResults use, ReadingId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(MyResults)).WithName("getReadingResult").WithSummary("One's own reading beside the result of its case, with the differences and the validators' remarks.");
    }

    public async Task<Page<ResultRow>> List(ProjectId? project, int page, int size, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var found = await (
            from r in db.Set<Reading>().AsNoTracking()
            join c in ShownResults.Of(db) on r.ProjectCaseId equals c.Id
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            where r.AccountId == me && r.Mode != ReadingMode.Validate && r.State == ReadingState.Locked && (project == null || r.ProjectId == project)
            orderby c.ChangedAt descending, c.Id
            select new { Reading = r, ProjectName = p.Name, Case = c }).ToPage(page, size, cancellation);
        var ids = found.Items.Select(f => f.Case.Id).ToArray();
        var consensus = (await db.Set<Consensus>().AsNoTracking().Where(c => ids.Contains(c.ProjectCaseId)).ToArrayAsync(cancellation)).ToLookup(c => c.ProjectCaseId);
        var remarks = await db.Set<CaseComment>().Where(c => ids.Contains(c.ProjectCaseId)).GroupBy(c => c.ProjectCaseId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var readings = found.Items.Select(f => f.Reading.Id).ToArray();
        var quality = await db.Set<ReaderItem>().Where(i => readings.Contains(i.ReadingId)).GroupBy(i => i.ReadingId)
            .Select(g => new { g.Key, Mean = g.Average(i => i.Quality) }).ToDictionaryAsync(g => g.Key, g => g.Mean, cancellation);
        return new([.. found.Items.Select(f => new ResultRow(f.Reading.Id, f.Reading.Mode, f.Reading.ProjectId, f.ProjectName, f.Case.Label,
            consensus[f.Case.Id].MaxBy(c => c.Number)!.Origin,
            quality.TryGetValue(f.Reading.Id, out var mean) ? mean : null, remarks.GetValueOrDefault(f.Case.Id), f.Case.ChangedAt))], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<ResultView>> One(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await Shown(me, id).SingleOrDefaultAsync(cancellation) is not { } reading)
            return new NotFound("reading");
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var version = schema.Versions.Single(v => v.Id == project.SchemaVersionId);
        var consensus = await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstAsync(cancellation);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation);
        var (mine, result) = (await documents.Load(revision.DocumentMd5, cancellation), await documents.Load(consensus.DocumentMd5, cancellation));
        var difference = DocumentDifference.Of(project, version.Content,
            await OpenedLabels.OwnOf(documents, revision.DocumentMd5, cancellation), await OpenedLabels.From(documents, result, cancellation));
        var comments = await db.Set<CaseComment>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderBy(c => c.At).ThenBy(c => c.Position).ToArrayAsync(cancellation);
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == project.Id, cancellation) ?? new(project.Id);
        audit.Note("labelling.result-seen", "reading", id);
        await db.SaveChangesAsync(cancellation);
        return new ResultView(id, reading.Mode, new(project.Id, project.Name), new(one.CaseId, one.Label), SchemaView.Of(schema, version),
            (await cases.Find(one.CaseId, cancellation))?.Series ?? [], await Images(one.CaseId, difference, cancellation), await documents.WithRuns(mine, cancellation),
            new(consensus.Number, consensus.Origin, await documents.WithRuns(result, cancellation)), difference, [.. comments.Select(CommentView.Of)], rules.Reasons);
    }

    private Task<string?> Label(ReadingId id, CancellationToken cancellation) =>
        (from r in Shown(actor.Actor.AccountId, id) join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id select c.Label).SingleOrDefaultAsync(cancellation);

    private IQueryable<Reading> Shown(Guid me, ReadingId id) =>
        from r in db.Set<Reading>().AsNoTracking()
        join c in ShownResults.Of(db) on r.ProjectCaseId equals c.Id
        where r.Id == id && r.AccountId == me && r.Mode != ReadingMode.Validate && r.State == ReadingState.Locked
        select r;

    private async Task<IReadOnlyList<ResultImage>> Images(CaseId id, DocumentDifference difference, CancellationToken cancellation)
    {
        var wanted = difference.Places.Select(p => p.SopInstanceUid).OfType<string>().ToHashSet();
        return [.. (await cases.Files(id, cancellation)).Where(f => wanted.Contains(f.SopInstanceUid)).Select(f => new ResultImage(f.SopInstanceUid, f.StudyInstanceUid, f.SeriesInstanceUid))];
    }
}
