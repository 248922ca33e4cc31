using System.Text.Json.Nodes;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Releases;

internal sealed record NothingToRelease() : Refusal("labelling.nothing-to-release", 409);

/// <summary>One case's validated labels inside a release.</summary>
internal sealed class ReleasedCase
{
    public ReleaseId ReleaseId { get; init; }
    public CaseId CaseId { get; init; }
    public ProjectCaseId ProjectCaseId { get; init; }
    public Guid ConsensusId { get; init; }
    /// <summary>The last level's; none when no level's sample held the case.</summary>
    public Guid? VerdictId { get; init; }
    public string DocumentMd5 { get; init; } = "";
    public string DocumentSha256 { get; init; } = "";
    public long DocumentSize { get; init; }
}

/// <summary>Frozen, validated labels of a project. A correction makes the next number; this one never changes.</summary>
internal sealed class Release
{
    private readonly List<ReleasedCase> cases = [];

    public ReleaseId Id { get; private set; } = EntityId.New<ReleaseId>();
    public ProjectId ProjectId { get; private set; }
    public int Number { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public DateTimeOffset ReleasedAt { get; private set; }

    /// <summary>Of the manifest: canonical JSON that lists every case, document and mask with its hash.</summary>
    public string Sha256 { get; private set; } = "";
    public string ManifestMd5 { get; private set; } = "";
    public string AgreementJson { get; private set; } = "";
    public IReadOnlyList<ReleasedCase> Cases => cases;

    private Release()
    {
    }

    public Release(LabellingProject project, int number, IReadOnlyDictionary<string, double?> agreement, DateTimeOffset now) =>
        (ProjectId, Number, SchemaVersionId, AgreementJson, ReleasedAt) =
        (project.Id, number, project.SchemaVersionId, JsonSerializer.Serialize(agreement, PlatformJson.Options), now);

    public IReadOnlyDictionary<string, double?> Agreement => JsonSerializer.Deserialize<Dictionary<string, double?>>(AgreementJson, PlatformJson.Options)!;

    public void Add(ProjectCase one, Consensus consensus, Verdict? verdict) => cases.Add(new()
    {
        ReleaseId = Id,
        CaseId = one.CaseId,
        ProjectCaseId = one.Id,
        ConsensusId = consensus.Id,
        VerdictId = verdict?.Id,
        DocumentMd5 = consensus.DocumentMd5,
        DocumentSha256 = consensus.DocumentSha256,
        DocumentSize = consensus.DocumentSize,
    });

    public void Seal(EvidenceFile manifest) => (Sha256, ManifestMd5) = (manifest.Sha256, manifest.Md5);

    public JsonObject Facts() => new()
    {
        ["project"] = ProjectId.Value,
        ["number"] = Number,
        ["schemaVersion"] = SchemaVersionId.Value,
        ["manifest"] = Sha256,
        ["agreement"] = JsonNode.Parse(AgreementJson),
        ["cases"] = new JsonArray([.. cases.OrderBy(c => c.CaseId.Value.ToString(), StringComparer.Ordinal).Select(c => (JsonNode)new JsonObject
        {
            ["case"] = c.CaseId.Value, ["consensus"] = c.ConsensusId, ["validation"] = c.VerdictId, ["document"] = c.DocumentSha256,
        })]),
        ["at"] = JsonSerializer.SerializeToNode(ReleasedAt, PlatformJson.Options),
    };
}

internal sealed class ReleaseEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Release;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        var id = ReleaseId.From(subject);
        return await db.Set<Release>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is { } release
            ? await sealing.State(Kind, subject, release.Facts(), cancellation)
            : null;
    }
}
