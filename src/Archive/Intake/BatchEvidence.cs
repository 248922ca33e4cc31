using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Archive.Intake;

/// <summary>States what a batch brought, what was done to it and under which profile; vouches for every instance.</summary>
internal sealed class BatchEvidence(PirogovDb db) : IEvidenceSource
{
    public string Kind => ArchiveEvidence.Batch;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        var id = BatchId.From(subject);
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch)
            return null;
        var verdicts = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id).GroupBy(f => f.Verdict)
            .Select(g => new { Verdict = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Verdict, g => g.Count, cancellation);
        var actions = await db.Set<BatchAction>().AsNoTracking().Where(a => a.BatchId == id).ToArrayAsync(cancellation);
        var cases = await db.Set<Case>().AsNoTracking().Where(c => c.BatchId == id).OrderBy(c => c.Number)
            .Select(c => new { c.Id, c.Label, c.ContentSha256 }).ToArrayAsync(cancellation);
        var files = await db.Set<Instance>().AsNoTracking().Where(i => i.BatchId == id).Select(i => new { i.Md5, i.Sha256, i.Size }).ToArrayAsync(cancellation);
        var facts = new JsonObject
        {
            ["centre"] = batch.CentreCode,
            ["completedAt"] = batch.EndedAt,
            ["accepted"] = verdicts.GetValueOrDefault(FileVerdict.Accepted),
            ["duplicates"] = verdicts.GetValueOrDefault(FileVerdict.Duplicate),
            ["refused"] = verdicts.GetValueOrDefault(FileVerdict.Refused),
            ["profile"] = Profile(batch),
            ["actions"] = new JsonArray([.. actions.OrderBy(a => a.Tag, StringComparer.Ordinal).ThenBy(a => a.Action).Select(a =>
                new JsonObject { ["tag"] = a.Tag, ["action"] = a.Action.ToString(), ["count"] = a.Count })]),
            ["cases"] = new JsonArray([.. cases.Select(c =>
                new JsonObject { ["id"] = c.Id.ToString(), ["label"] = c.Label, ["contentSha256"] = c.ContentSha256 })]),
        };
        return new(Kind, subject, facts, [], [.. files.OrderBy(f => f.Sha256, StringComparer.Ordinal).Select(f => new EvidenceFile(f.Md5, f.Sha256, f.Size))]);
    }

    private static JsonObject Profile(Batch batch)
    {
        var profile = new JsonObject { ["name"] = batch.ProfileName, ["version"] = batch.ProfileVersion, ["sha256"] = batch.ProfileSha256 };
        if (batch.Options != DeidentificationOptions.None)
            profile["options"] = new JsonArray([.. ChooseProfile.NamesOf(batch.Options).Select(o => (JsonNode)o)]);
        return profile;
    }
}
