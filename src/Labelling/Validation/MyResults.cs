using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
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
internal sealed class MyResults(PirogovDb db, CurrentActor actor, ICases cases, Documents documents, VersionedDocuments versioned, Outcomes outcomes, AuditTrail audit)
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
        var found = await (
            from r in ShownResults.Readings(db, actor.Actor.AccountId)
            join p in db.Set<LabellingProject>() on r.Reading.ProjectId equals p.Id
            where project == null || r.Reading.ProjectId == project
            orderby r.At descending, r.Reading.Id
            select new { r.Reading, ProjectName = p.Name, r.Case, r.At }).ToPage(page, size, cancellation);
        var ids = found.Items.Select(f => f.Case.Id).ToArray();
        var origins = await outcomes.Origins([.. found.Items.Select(f => (f.Reading.Id, f.Case))], cancellation);
        var remarks = await db.Set<CaseComment>().Where(c => ids.Contains(c.ProjectCaseId)).GroupBy(c => c.ProjectCaseId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var quality = await outcomes.Quality([.. found.Items.Select(f => f.Reading.Id)], cancellation);
        return new([.. found.Items.Select(f => new ResultRow(f.Reading.Id, f.Reading.Mode, f.Reading.ProjectId, f.ProjectName, f.Case.Label, origins[f.Reading.Id],
            quality.TryGetValue(f.Reading.Id, out var mean) ? mean : null, remarks.GetValueOrDefault(f.Case.Id), f.At))], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<ResultView>> One(ReadingId id, CancellationToken cancellation)
    {
        if (await ShownResults.Readings(db, actor.Actor.AccountId).Where(r => r.Reading.Id == id).Select(r => r.Reading).SingleOrDefaultAsync(cancellation) is not { } reading)
            return new NotFound("reading");
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var version = schema.Versions.Single(v => v.Id == project.SchemaVersionId);
        var outcome = await outcomes.Of(one, id, cancellation);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation);
        // Both as the project's present version of the schema has them: it names what the page shows.
        var (mine, result) = (await versioned.Load(revision.DocumentMd5, revision.SchemaVersionId, version.Id, cancellation),
            await versioned.Load(outcome.DocumentMd5, outcome.SchemaVersionId, version.Id, cancellation));
        var difference = DocumentDifference.Of(project, version.Content,
            await OpenedLabels.OwnOf(documents, mine, cancellation), await OpenedLabels.From(documents, result, cancellation));
        var comments = await db.Set<CaseComment>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderBy(c => c.At).ThenBy(c => c.Position).ToArrayAsync(cancellation);
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == project.Id, cancellation) ?? new(project.Id);
        audit.Note("labelling.result-seen", "reading", id);
        await db.SaveChangesAsync(cancellation);
        return new ResultView(id, reading.Mode, new(project.Id, project.Name), new(one.CaseId, one.Label), SchemaView.Of(schema, version),
            (await cases.Find(one.CaseId, cancellation))?.Series ?? [], await Images(one.CaseId, difference, cancellation), await documents.WithRuns(mine, cancellation),
            new(outcome.Number, outcome.Origin, await documents.WithRuns(result, cancellation)), difference, [.. comments.Select(CommentView.Of)], rules.Reasons);
    }

    private Task<string?> Label(ReadingId id, CancellationToken cancellation) =>
        ShownResults.Readings(db, actor.Actor.AccountId).Where(r => r.Reading.Id == id).Select(r => r.Case.Label).SingleOrDefaultAsync(cancellation);

    private async Task<IReadOnlyList<ResultImage>> Images(CaseId id, DocumentDifference difference, CancellationToken cancellation)
    {
        var wanted = difference.Places.Select(p => p.SopInstanceUid).OfType<string>().ToHashSet();
        return [.. (await cases.Files(id, cancellation)).Where(f => wanted.Contains(f.SopInstanceUid)).Select(f => new ResultImage(f.SopInstanceUid, f.StudyInstanceUid, f.SeriesInstanceUid))];
    }
}
