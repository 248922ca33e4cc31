using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Releases;

/// <summary>Freezes validated cases of a project, those of earlier releases that still stand included, with how they came to be and what changed.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ReleaseLabels(
    PirogovDb db, ReleasableCases releasable, ReliabilityReports reports, ReleaseChanges changes, ObjectStore store, Sealing sealing, AuditTrail audit, TimeProvider time)
{
    /// <param name="Cases">None: every case that is through.</param>
    /// <param name="Classes">None: all of the schema.</param>
    /// <param name="Questions">None: all of the schema.</param>
    /// <param name="WithOpenLots">Also cases whose lot is not decided yet, which may still turn out to need a look.</param>
    public sealed record Request(
        IReadOnlyList<ProjectCaseId>? Cases = null, IReadOnlyList<string>? Classes = null, IReadOnlyList<string>? Questions = null, bool WithOpenLots = false);

    public sealed record Response(ReleaseId Id, int Number, int Cases, string Sha256);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/release",
            (ReleaseLabels use, ProjectId id, Request? request, CancellationToken cancellation) =>
                use.Handle(id, request ?? new(), cancellation).ToCreated(r => $"/api/v1/labelling-releases/{r.Id}"))
        .Needs(typeof(ReleaseLabels)).WithSummary("Releases validated labels of a project: all, or chosen cases, classes and questions.");

    public async Task<Outcome<Response>> Handle(ProjectId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        if (ReleaseScope.Of(schema, request.Classes, request.Questions).IsRefused(out var unfit, out var scope))
            return unfit;
        if ((await releasable.Choose(id, request.Cases, request.WithOpenLots, cancellation)).IsRefused(out var early, out var chosen))
            return early;
        if (chosen!.Count == 0)
            return new NothingToRelease();
        var cases = await releasable.Open(id, chosen, scope!, cancellation);
        await reports.Prepare(cases, cancellation);
        var earlier = await db.Set<Release>().AsNoTracking().Where(r => r.ProjectId == id).OrderByDescending(r => r.Number).FirstOrDefaultAsync(cancellation);
        var made = await Make(project, schema, scope!, cases, earlier, cancellation);
        if (made.IsRefused(out var refusal))
            return refusal;
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new Conflict();
        }

        return new Response(made.Value.Id, made.Value.Number, cases.Count, made.Value.Sha256);
    }

    private async Task<Outcome<Release>> Make(
        LabellingProject project, SchemaContent schema, ReleaseScope scope, IReadOnlyList<ReleasableCase> cases, Release? earlier, CancellationToken cancellation)
    {
        var now = time.Now();
        var id = EntityId.New<ReleaseId>();
        var report = await reports.Make(project, schema, scope, id, cases, cancellation);
        var agreement = report.Classes.Select(c => (c.Id, Value: c.Mean)).Concat(report.Questions.Select(q => (q.Id, Value: q.Kappa))).ToDictionary(a => a.Id, a => a.Value);
        var release = new Release(id, project, (earlier?.Number ?? 0) + 1, scope, agreement, now);
        foreach (var one in cases)
        {
            release.Add(one.Case, one.Consensus, one.Verdict, one.Files[0], one.Labels);
            if (one.Case.State == ProjectCaseState.Validated && one.Case.Release(now) is { } refusal)
                return refusal;
        }

        if (earlier is not null && earlier.ScopeJson == release.ScopeJson && Documents(earlier).SetEquals(Documents(release)))
            return new NothingToRelease();
        var changed = earlier is null ? null : await Put(await changes.Since(earlier, release, schema, cancellation), cancellation);
        var (manifest, written) = (await Put(Manifest(project, release, cases), cancellation), await Put(report, cancellation));
        release.Seal(manifest, written, changed);
        db.Add(release);
        EvidenceFile[] files = [manifest, written, .. changed is null ? Array.Empty<EvidenceFile>() : [changed], .. cases.SelectMany(c => c.Files)];
        sealing.Record(LabellingEvidence.Release, release.Id.Value, release.Facts(), cases.Select(c => c.StandsOn), [.. files.DistinctBy(f => f.Md5)]);
        audit.Note("labelling.released", "labelling-release", release.Id, new { release.Number, Cases = cases.Count, release.Sha256 });
        return release;
    }

    private static HashSet<(Guid Case, string Document)> Documents(Release release) => [.. release.Cases.Select(c => (c.CaseId.Value, c.DocumentSha256))];

    private async Task<EvidenceFile> Put<T>(T content, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(CanonicalJson.Write(JsonSerializer.SerializeToNode(content, PlatformJson.Options)!)));
        var stored = await store.Put(bytes, cancellation);
        return new(stored.Md5, stored.Sha256, stored.Size);
    }

    private static JsonObject Manifest(LabellingProject project, Release release, IReadOnlyList<ReleasableCase> cases) => new()
    {
        ["project"] = project.Id.Value,
        ["number"] = release.Number,
        ["schemaVersion"] = project.SchemaVersionId.Value,
        ["scope"] = JsonNode.Parse(release.ScopeJson),
        ["cases"] = new JsonArray([.. cases.Select(c => (JsonNode)new JsonObject
        {
            ["case"] = c.Case.CaseId.Value,
            ["caseSha256"] = c.Case.ContentSha256,
            ["consensus"] = c.Consensus.Number,
            ["origin"] = JsonSerializer.SerializeToNode(c.Consensus.Origin, PlatformJson.Options),
            ["levels"] = new JsonArray([.. c.Levels.Select(l => (JsonNode)l)]),
            ["document"] = c.Files[0].Sha256,
            ["masks"] = new JsonArray([.. c.Files.Skip(1).Select(f => (JsonNode)f.Sha256)]),
        })]),
    };
}
