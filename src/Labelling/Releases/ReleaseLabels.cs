using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Releases;

/// <summary>Freezes every validated case of a project, those of earlier releases that still stand included.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ReleaseLabels(
    PirogovDb db, Documents documents, ObjectStore store, Sealing sealing, EvidenceChain chain, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ReleaseId Id, int Number, int Cases, string Sha256);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/release",
            (ReleaseLabels use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToCreated(r => $"/api/v1/labelling-releases/{r.Id}"))
        .Needs(typeof(ReleaseLabels)).WithSummary("Releases the validated labels of a project.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var ready = await db.Set<ProjectCase>().Where(c => c.ProjectId == id && (c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released))
            .ToArrayAsync(cancellation);
        if (!ready.Any(c => c.State == ProjectCaseState.Validated))
            return new NothingToRelease();
        var now = time.Now();
        var number = await db.Set<Release>().CountAsync(r => r.ProjectId == id, cancellation) + 1;
        var release = new Release(project, number, await Agreement(project, ready, cancellation), now);
        var (files, standsOn, listed) = (new List<EvidenceFile>(), new List<EvidenceReference?>(), new JsonArray());
        foreach (var one in ready.OrderBy(c => c.CaseId.Value.ToString(), StringComparer.Ordinal))
        {
            var (consensus, verdict) = await Validated(one, cancellation);
            release.Add(one, consensus, verdict);
            if (one.State == ProjectCaseState.Validated && one.Release(now) is { } refusal)
                return refusal;
            var own = await documents.FilesOf(consensus.Document, await documents.Load(consensus.DocumentMd5, cancellation), cancellation);
            files.AddRange(own);
            standsOn.Add(verdict is null
                ? await chain.Find(LabellingEvidence.Consensus, consensus.Id, cancellation)
                : await chain.Find(LabellingEvidence.Validation, verdict.Id, cancellation));
            listed.Add(Line(one, own));
        }

        var manifest = await Manifest(project, number, listed, cancellation);
        release.Seal(manifest);
        db.Add(release);
        sealing.Record(LabellingEvidence.Release, release.Id.Value, release.Facts(), standsOn, [manifest, .. files.DistinctBy(f => f.Md5)]);
        audit.Note("labelling.released", "labelling-release", release.Id, new { release.Number, Cases = ready.Length, release.Sha256 });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new Conflict();
        }

        return new Response(release.Id, number, ready.Length, release.Sha256);
    }

    private async Task<(Consensus Consensus, Verdict? Verdict)> Validated(ProjectCase one, CancellationToken cancellation)
    {
        var consensus = await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstAsync(cancellation);
        return (consensus, await db.Set<Verdict>().AsNoTracking().Where(v => v.ConsensusId == consensus.Id && v.Kind != VerdictKind.Returned)
            .OrderByDescending(v => v.Level).FirstOrDefaultAsync(cancellation));
    }

    /// <summary>Class → mean Dice of the blind readings, question → Cohen's κ, over the cases released.</summary>
    private async Task<IReadOnlyDictionary<string, double?>> Agreement(LabellingProject project, ProjectCase[] ready, CancellationToken cancellation)
    {
        var schema = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation);
        var compared = await db.Set<Comparison>().AsNoTracking().Where(c => c.ProjectId == project.Id && c.IsCurrent).ToArrayAsync(cancellation);
        var released = ready.Select(c => c.Id).ToHashSet();
        var agreement = ProjectAgreement.Of(schema.Content, [.. compared.Where(c => released.Contains(c.ProjectCaseId)).Select(c => c.Figures)]);
        return agreement.Classes.Select(c => (c.Id, Value: c.Mean)).Concat(agreement.Questions.Select(q => (q.Id, Value: q.Kappa))).ToDictionary(a => a.Id, a => a.Value);
    }

    private async Task<EvidenceFile> Manifest(LabellingProject project, int number, JsonArray cases, CancellationToken cancellation)
    {
        var manifest = new JsonObject { ["project"] = project.Id.Value, ["number"] = number, ["schemaVersion"] = project.SchemaVersionId.Value, ["cases"] = cases };
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(CanonicalJson.Write(manifest)));
        var stored = await store.Put(bytes, cancellation);
        return new(stored.Md5, stored.Sha256, stored.Size);
    }

    private static JsonObject Line(ProjectCase one, IReadOnlyList<EvidenceFile> files) => new()
    {
        ["case"] = one.CaseId.Value,
        ["caseSha256"] = one.ContentSha256,
        ["document"] = files[0].Sha256,
        ["masks"] = new JsonArray([.. files.Skip(1).Select(f => (JsonNode)f.Sha256)]),
    };
}
