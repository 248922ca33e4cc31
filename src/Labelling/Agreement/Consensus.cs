using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Agreement;

internal enum ConsensusOrigin
{
    Automatic,
    Adjudicated,

    /// <summary>A validator mended the one before it.</summary>
    Corrected,
}

/// <summary>The labels of a case that all have come to: a new revision each time, which names its sources.</summary>
internal sealed class Consensus
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectCaseId ProjectCaseId { get; private set; }
    public int Number { get; private set; }
    public ConsensusOrigin Origin { get; private set; }
    public Guid ComparisonId { get; private set; }

    /// <summary>The adjudicator's or the correcting validator's revision; none when the platform made it.</summary>
    public Guid? RevisionId { get; private set; }

    /// <summary>The revisions it is made from, comma-separated.</summary>
    public string Sources { get; private set; } = "";
    public string DocumentMd5 { get; private set; } = "";
    public string DocumentSha256 { get; private set; } = "";
    public long DocumentSize { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public string CaseSha256 { get; private set; } = "";

    /// <summary>Of the <see cref="ConsensusProvenance"/>; none where a person made the whole.</summary>
    public string? ProvenanceMd5 { get; private set; }
    public string? ProvenanceSha256 { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Consensus()
    {
    }

    public Consensus(
        ProjectCase one, int number, Comparison comparison, Guid? adjudicated, EvidenceFile document, EvidenceFile provenance, SchemaVersionId schema,
        DateTimeOffset now)
    {
        (ProjectCaseId, Number, Origin, ComparisonId, RevisionId) =
            (one.Id, number, adjudicated is null ? ConsensusOrigin.Automatic : ConsensusOrigin.Adjudicated, comparison.Id, adjudicated);
        Guid[] sources = [.. comparison.SourceIds, .. adjudicated is { } a ? [a] : Array.Empty<Guid>()];
        Sources = string.Join(',', sources);
        (DocumentMd5, DocumentSha256, DocumentSize, SchemaVersionId, CaseSha256, At) =
            (document.Md5, document.Sha256, document.Size, schema, one.ContentSha256, now);
        (ProvenanceMd5, ProvenanceSha256) = (provenance.Md5, provenance.Sha256);
    }

    /// <summary>What a validator made of an earlier consensus: both are its sources, and both stay.</summary>
    public static Consensus Corrected(Consensus earlier, ReadingRevision by, DateTimeOffset now) => new()
    {
        ProjectCaseId = earlier.ProjectCaseId,
        Number = earlier.Number + 1,
        Origin = ConsensusOrigin.Corrected,
        ComparisonId = earlier.ComparisonId,
        RevisionId = by.Id,
        Sources = string.Join(',', earlier.Id, by.Id),
        DocumentMd5 = by.DocumentMd5,
        DocumentSha256 = by.DocumentSha256,
        DocumentSize = by.DocumentSize,
        SchemaVersionId = by.SchemaVersionId,
        CaseSha256 = by.CaseSha256,
        At = now,
    };

    public EvidenceFile Document => new(DocumentMd5, DocumentSha256, DocumentSize);

    public JsonObject Facts() => new()
    {
        ["case"] = ProjectCaseId.Value,
        ["number"] = Number,
        ["origin"] = JsonSerializer.SerializeToNode(Origin, PlatformJson.Options),
        ["sources"] = new JsonArray([.. Sources.Split(',').Select(s => (JsonNode)s)]),
        ["document"] = DocumentSha256,
        ["provenance"] = ProvenanceSha256,
        ["schemaVersion"] = SchemaVersionId.Value,
        ["caseSha256"] = CaseSha256,
        ["at"] = JsonSerializer.SerializeToNode(At, PlatformJson.Options),
    };
}

internal sealed class ConsensusEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Consensus;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation) =>
        await db.Set<Consensus>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == subject, cancellation) is { } consensus
            ? await sealing.State(Kind, subject, consensus.Facts(), cancellation)
            : null;
}
