using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Releases;

/// <summary>
/// Freezes the cases of a release with how they came to be and what changed, in one transaction. A case that went another way meanwhile makes it be
/// refused; one that changes at the very end makes it be done again.
/// </summary>
internal sealed class FreezeRelease(
    PirogovDb db, ReleasableCases releasable, ReliabilityReports reports, ReleaseChanges changes, ObjectStore store, Sealing sealing, AuditTrail audit, TimeProvider time)
    : DurableJob<FreezeRelease.Payload>
{
    private const int DocumentsRead = 60;
    private const int FiguresMade = 80;

    internal sealed record Payload(ReleaseId Id, ProjectId ProjectId, ReleaseLabels.Request Request);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await db.Set<Release>().AnyAsync(r => r.Id == payload.Id, cancellation))
            return;
        var (id, request) = (payload.ProjectId, payload.Request);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        var scope = Allowed(ReleaseScope.Of(schema, request.Classes, request.Questions));
        var chosen = Allowed(await releasable.Choose(id, request.Cases, request.WithOpenLots, cancellation)).Cases;
        if (chosen.Count == 0)
            throw new JobRefusedException(new NothingToRelease());
        var cases = await releasable.Open(id, chosen, scope, done => progress.Tell(DocumentsRead * done / chosen.Count, "labelling.job.release-reading", cancellation), cancellation);
        await reports.Prepare(cases, (done, of) => progress.Tell(DocumentsRead + (FiguresMade - DocumentsRead) * done / of, "labelling.job.release-figures", cancellation), cancellation);
        await progress.Tell(FiguresMade, "labelling.job.release-writing", cancellation);
        await Make(payload.Id, project, schema, scope, cases, cancellation);
        // From here on it is done: who stops it now is too late.
        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static T Allowed<T>(Outcome<T> outcome) => outcome.IsRefused(out var refusal) ? throw new JobRefusedException(refusal) : outcome.Value;

    private async Task Make(
        ReleaseId id, LabellingProject project, SchemaContent schema, ReleaseScope scope, IReadOnlyList<ReleasableCase> cases, CancellationToken cancellation)
    {
        var now = time.Now();
        var earlier = await db.Set<Release>().AsNoTracking().Where(r => r.ProjectId == project.Id).OrderByDescending(r => r.Number).FirstOrDefaultAsync(cancellation);
        var report = await reports.Make(project, schema, scope, id, cases, cancellation);
        var agreement = report.Classes.Select(c => (c.Id, Value: c.Mean)).Concat(report.Questions.Select(q => (q.Id, Value: q.Kappa))).ToDictionary(a => a.Id, a => a.Value);
        var release = new Release(id, project, (earlier?.Number ?? 0) + 1, scope, agreement, now);
        foreach (var one in cases)
        {
            release.Add(one.Case, one.Consensus, one.Verdict, one.Files[0], one.Labels);
            if (one.Case.State == ProjectCaseState.Validated && one.Case.Release(now) is { } refusal)
                throw new JobRefusedException(refusal);
        }

        if (earlier is not null && earlier.Holds(scope) && Documents(earlier).SetEquals(Documents(release)))
            throw new JobRefusedException(new NothingToRelease());
        var changed = earlier is null ? null : await Put(await changes.Since(earlier, release, schema, cancellation), cancellation);
        var (manifest, written) = (await Put(Manifest(project, release, cases), cancellation), await Put(report, cancellation));
        release.Seal(manifest, written, changed);
        db.Add(release);
        EvidenceFile[] files = [manifest, written, .. changed is null ? Array.Empty<EvidenceFile>() : [changed], .. cases.SelectMany(c => c.Files)];
        sealing.Record(LabellingEvidence.Release, release.Id.Value, release.Facts(), cases.Select(c => c.StandsOn), [.. files.DistinctBy(f => f.Md5)]);
        audit.Note("labelling.released", "labelling-release", release.Id, new { release.Number, Cases = cases.Count, release.Sha256 });
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
