using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Exchange;

/// <summary>More cases than are written while somebody waits: that is asked for as a job.</summary>
internal sealed record ExportIsLarge(int Cases, int Limit) : Refusal("labelling.export-is-large", 422);

/// <summary>Labels of a release, at once: a zip that is written while it is sent.</summary>
[Needs(LabellingRights.SeeReleases)]
internal sealed class ExportRelease(PirogovDb db, ReleaseFiles files, AuditTrail audit)
{
    public const int MostCases = 200;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-releases/{id}/export", (
            ExportRelease use, ReleaseId id, string format, [FromQuery(Name = "case")] CaseId[]? cases, CancellationToken cancellation) => use.Handle(id, format, cases ?? [], cancellation))
        .Needs(typeof(ExportRelease)).WithName("exportRelease").WithSummary("Labels of chosen cases of a release (all, when none is chosen) as a zip of files in a format.")
        .WithMetadata(new GivesBytes("application/zip"));

    public async Task<IResult> Handle(ReleaseId id, string format, IReadOnlyCollection<CaseId> cases, CancellationToken cancellation)
    {
        if ((await files.Plan(id, format, cases, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal.ToHttp();
        if (plan!.Cases.Count > MostCases)
            return new ExportIsLarge(plan.Cases.Count, MostCases).ToHttp();
        audit.Note("labelling.release-exported", "labelling-release", id, new { Format = plan.Format.Id, Cases = plan.Cases.Count });
        await db.SaveChangesAsync(cancellation);
        return Results.Stream(target => files.Write(plan, target, (_, _) => Task.CompletedTask, cancellation), "application/zip", plan.FileName);
    }
}

internal sealed record ReleasePlan(Release Release, ILabelFormat Format, IReadOnlyList<(ReleasedCase Case, string Label)> Cases)
{
    public string FileName => $"release-{Release.Number}-{Format.Id}.zip";
}

/// <summary>The files of a release, case after case: of all of them, only one case's are in memory.</summary>
internal sealed class ReleaseFiles(PirogovDb db, FormatCases formatCases, Documents documents)
{
    public async Task<Outcome<ReleasePlan>> Plan(ReleaseId id, string format, IReadOnlyCollection<CaseId> chosen, CancellationToken cancellation)
    {
        if (await db.Set<Release>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } release)
            return new NotFound("labelling-release");
        var (schema, _) = await formatCases.SchemaOf(release.SchemaVersionId, cancellation);
        if (LabelFormats.Find(format, schema.DataKind).IsRefused(out var refusal, out var known))
            return refusal;
        if (chosen.FirstOrDefault(c => release.Cases.All(r => r.CaseId != c)) is { Value: var stranger } && stranger != Guid.Empty)
            return new NotFound($"case {stranger}");
        var labels = await db.Set<ProjectCase>().Where(c => c.ProjectId == release.ProjectId).Select(c => new { c.Id, c.Label }).ToDictionaryAsync(c => c.Id, c => c.Label, cancellation);
        return new ReleasePlan(release, known!, [.. release.Cases.Where(c => chosen.Count == 0 || chosen.Contains(c.CaseId)).Select(c => (c, labels[c.ProjectCaseId])).OrderBy(c => c.Item2, StringComparer.Ordinal)]);
    }

    /// <returns>How many losses are listed.</returns>
    public async Task<int> Write(ReleasePlan plan, Stream target, Func<int, CancellationToken, Task> written, CancellationToken cancellation)
    {
        var (_, version) = await formatCases.SchemaOf(plan.Release.SchemaVersionId, cancellation);
        using var archive = new LabelArchive(target, plan.Release.ReleasedAt);
        foreach (var (number, (one, label)) in plan.Cases.Index())
        {
            var from = await formatCases.Of(one.CaseId, label, version, plan.Format, ImportOptions.None, plan.Release.ReleasedAt, cancellation);
            var document = await documents.WithRuns(await documents.Load(one.DocumentMd5, cancellation), cancellation);
            await archive.Add(label, plan.Format.Export(document, from), inFolder: true, cancellation);
            await written(number + 1, cancellation);
        }

        await archive.Finish(cancellation);
        return archive.Lost;
    }
}
