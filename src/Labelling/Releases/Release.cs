using System.Text.Json;
using System.Text.Json.Nodes;
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

internal sealed record CaseIsNotThrough(string Label) : Refusal("labelling.case-is-not-through", 409);

/// <summary>It was decided under an earlier version of the schema, and only a person can say what the present one asks.</summary>
internal sealed record CaseNeedsReopening(string Label) : Refusal("labelling.case-needs-reopening", 409);

internal sealed record NotOfTheSchema(string Id) : Refusal("labelling.not-of-the-schema", 422);

/// <summary>What of a schema a release holds: classes and questions by their ids.</summary>
internal sealed record ReleaseScope(IReadOnlyList<string> Classes, IReadOnlyList<string> Questions)
{
    /// <param name="classes">None: all.</param>
    public static Outcome<ReleaseScope> Of(SchemaContent schema, IReadOnlyList<string>? classes, IReadOnlyList<string>? questions)
    {
        if ((classes ?? []).FirstOrDefault(c => schema.Class(c) is null) is { } strange)
            return new NotOfTheSchema(strange);
        if ((questions ?? []).FirstOrDefault(q => schema.Question(q) is null) is { } unasked)
            return new NotOfTheSchema(unasked);
        ReleaseScope scope = new([.. schema.Classes.Select(c => c.Id).Where(c => classes is null || classes.Contains(c))],
            [.. schema.Questions.Select(q => q.Id).Where(q => questions is null || questions.Contains(q))]);
        return scope.Classes.Count + scope.Questions.Count == 0 ? new NothingToRelease() : scope;
    }

    /// <summary>Relations stay where both their ends do.</summary>
    public LabelDocument Restrict(LabelDocument document)
    {
        DocumentObject[] objects = [.. document.Objects.Where(o => Classes.Contains(o.Class))];
        var ids = objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return document with
        {
            Masks = [.. document.Masks.Where(m => Classes.Contains(m.Class))],
            Objects = objects,
            Answers = document.Answers.Where(a => Questions.Contains(a.Key)).ToDictionary(),
            Relations = document.Relations?.Where(r => ids.Contains(r.From) && ids.Contains(r.To)).ToArray(),
        };
    }
}

/// <summary>One case's validated labels inside a release.</summary>
internal sealed class ReleasedCase
{
    public ReleaseId ReleaseId { get; init; }
    public CaseId CaseId { get; init; }
    public ProjectCaseId ProjectCaseId { get; init; }
    public Guid ConsensusId { get; init; }

    /// <summary>The last level's; none when no level's sample held the case.</summary>
    public Guid? VerdictId { get; init; }

    /// <summary>The consensus' own document, or what of it the release's scope holds, under the release's version of the schema.</summary>
    public string DocumentMd5 { get; init; } = "";
    public string DocumentSha256 { get; init; } = "";
    public long DocumentSize { get; init; }
    public int Masks { get; init; }
    public int Objects { get; init; }
}

/// <summary>Frozen, validated labels of a project. A correction makes the next number; this one never changes.</summary>
internal sealed class Release
{
    private readonly List<ReleasedCase> cases = [];

    public ReleaseId Id { get; private set; }
    public ProjectId ProjectId { get; private set; }
    public int Number { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public string ScopeJson { get; private set; } = "";
    public DateTimeOffset ReleasedAt { get; private set; }

    /// <summary>Of the manifest: canonical JSON that lists every case, document and mask with its hash.</summary>
    public string Sha256 { get; private set; } = "";
    public string ManifestMd5 { get; private set; } = "";
    public string AgreementJson { get; private set; } = "";

    /// <summary>Of the <see cref="ReliabilityReport"/>.</summary>
    public string ReportMd5 { get; private set; } = "";
    public string ReportSha256 { get; private set; } = "";

    /// <summary>Of the <see cref="ChangeList"/>; none for a project's first release.</summary>
    public string? ChangesMd5 { get; private set; }
    public string? ChangesSha256 { get; private set; }
    public IReadOnlyList<ReleasedCase> Cases => cases;

    private Release()
    {
    }

    public Release(ReleaseId id, LabellingProject project, int number, ReleaseScope scope, IReadOnlyDictionary<string, double?> agreement, DateTimeOffset now) =>
        (Id, ProjectId, Number, SchemaVersionId, ScopeJson, AgreementJson, ReleasedAt) = (id, project.Id, number, project.SchemaVersionId,
            JsonSerializer.Serialize(scope, PlatformJson.Options), JsonSerializer.Serialize(agreement, PlatformJson.Options), now);

    public ReleaseScope Scope => ReadScope(ScopeJson);

    public static ReleaseScope ReadScope(string json) => JsonSerializer.Deserialize<ReleaseScope>(json, PlatformJson.Options)!;

    public IReadOnlyDictionary<string, double?> Agreement => JsonSerializer.Deserialize<Dictionary<string, double?>>(AgreementJson, PlatformJson.Options)!;

    public bool Holds(ReleaseScope scope) => ScopeJson == JsonSerializer.Serialize(scope, PlatformJson.Options);

    public void Add(ProjectCase one, Consensus consensus, Verdict? verdict, EvidenceFile document, LabelDocument labels) => cases.Add(new()
    {
        ReleaseId = Id,
        CaseId = one.CaseId,
        ProjectCaseId = one.Id,
        ConsensusId = consensus.Id,
        VerdictId = verdict?.Id,
        DocumentMd5 = document.Md5,
        DocumentSha256 = document.Sha256,
        DocumentSize = document.Size,
        Masks = labels.Masks.Count,
        Objects = labels.Objects.Count,
    });

    public void Seal(EvidenceFile manifest, EvidenceFile report, EvidenceFile? changes) => (Sha256, ManifestMd5, ReportMd5, ReportSha256, ChangesMd5, ChangesSha256) =
        (manifest.Sha256, manifest.Md5, report.Md5, report.Sha256, changes?.Md5, changes?.Sha256);

    public JsonObject Facts() => new()
    {
        ["project"] = ProjectId.Value,
        ["number"] = Number,
        ["schemaVersion"] = SchemaVersionId.Value,
        ["scope"] = JsonNode.Parse(ScopeJson),
        ["manifest"] = Sha256,
        ["report"] = ReportSha256,
        ["changes"] = ChangesSha256,
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
