using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Readings;

/// <summary>
/// The link of one submission. Its subject is the revision and not the reading: a returned decision is submitted again
/// as another revision, and what stood on the first goes on standing.
/// </summary>
internal sealed class ReadingEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Reading;

    public static JsonObject Facts(Reading reading, ReadingRevision revision) => new()
    {
        ["reading"] = reading.Id.Value,
        ["case"] = reading.ProjectCaseId.Value,
        ["mode"] = JsonSerializer.SerializeToNode(reading.Mode, PlatformJson.Options),
        ["reader"] = reading.AccountId,
        ["revision"] = revision.Number,
        ["document"] = revision.DocumentSha256,
        ["schemaVersion"] = revision.SchemaVersionId.Value,
        ["caseSha256"] = revision.CaseSha256,
        ["savedAt"] = JsonSerializer.SerializeToNode(revision.SavedAt, PlatformJson.Options),
    };

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        if (await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == subject, cancellation) is not { } revision)
            return null;
        var reading = await db.Set<Reading>().IgnoreQueryFilters().AsNoTracking().SingleAsync(r => r.Id == revision.ReadingId, cancellation);
        return await sealing.State(Kind, subject, Facts(reading, revision), cancellation);
    }
}
