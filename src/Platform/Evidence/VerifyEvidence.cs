using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Platform.Evidence;

public enum LinkFault
{
    RecordMissing,
    RecordChanged,
    RowsChanged,
    FileMissing,
    FileChanged,
    AuditBroken,
    AuditLacksRecord,
}

public sealed record VerifiedLink(string Kind, Guid Subject, string Sha256, int Files, LinkFault? Fault, string? Where);

public sealed record Verification(bool IsWhole, IReadOnlyList<VerifiedLink> Links, int FilesRead, long BytesRead);

/// <summary>
/// Walks from one record down to everything that it stands on: the record's own hash, the live rows stated again,
/// every file's bytes, and the audit log that noted each hash.
/// </summary>
public sealed class EvidenceVerifier(PirogovDb db, ObjectStore store, AuditChain audit, IEnumerable<IEvidenceSource> sources)
{
    private readonly Dictionary<string, IEvidenceSource> sources = sources.ToDictionary(s => s.Kind);

    public async Task<Verification> Walk(EvidenceReference start, Func<VerifiedLink, Task>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(start);
        var (links, files, bytes) = (new List<VerifiedLink>(), 0, 0L);
        var seen = new HashSet<EvidenceReference>();
        var readFiles = new Dictionary<string, string?>();
        var open = new Queue<EvidenceReference>([start]);
        while (open.TryDequeue(out var reference))
        {
            if (!seen.Add(reference))
                continue;
            var record = await db.Set<EvidenceRecord>().AsNoTracking()
                .FirstOrDefaultAsync(r => r.Sha256 == reference.Sha256 && r.Kind == reference.Kind && r.Subject == reference.Subject, cancellation);
            var link = await Check(reference, record, readFiles, cancellation);
            links.Add(link);
            if (progress is not null)
                await progress(link);
            foreach (var below in link.Fault is LinkFault.RecordMissing or LinkFault.RecordChanged ? [] : record!.Parse().StandsOn)
                open.Enqueue(below);
            (files, bytes) = (readFiles.Count, bytes + (record is null ? 0 : record.Statement.Length));
        }

        if (await audit.FirstBreak(cancellation) is { } sequence)
            links.Add(new("audit", Guid.Empty, "", 0, LinkFault.AuditBroken, $"#{sequence}"));
        return new(links.TrueForAll(l => l.Fault is null), links, files, bytes);
    }

    private async Task<VerifiedLink> Check(EvidenceReference reference, EvidenceRecord? record, Dictionary<string, string?> read, CancellationToken cancellation)
    {
        VerifiedLink Found(LinkFault? fault, string? where = null, int files = 0) =>
            new(reference.Kind, reference.Subject, reference.Sha256, files, fault, where);
        if (record is null)
            return Found(LinkFault.RecordMissing);
        if (EvidenceStatement.HashOf(record.Statement) != reference.Sha256)
            return Found(LinkFault.RecordChanged);
        var stated = record.Parse();
        if (sources.TryGetValue(reference.Kind, out var source)
            && (await source.State(reference.Subject, cancellation))?.Canonical() != record.Statement)
            return Found(LinkFault.RowsChanged);
        var subject = reference.Subject.ToString();
        if (!await db.Set<AuditEntry>().AsNoTracking().AnyAsync(
                e => e.ObjectKind == reference.Kind && e.ObjectId == subject && e.Details.Contains(reference.Sha256), cancellation))
            return Found(LinkFault.AuditLacksRecord);
        foreach (var file in stated.Files)
        {
            if (!read.TryGetValue(file.Md5, out var sha256))
                read[file.Md5] = sha256 = await store.Rehash(file.Md5, cancellation);
            if (sha256 is null)
                return Found(LinkFault.FileMissing, file.Md5, stated.Files.Count);
            if (sha256 != file.Sha256)
                return Found(LinkFault.FileChanged, file.Md5, stated.Files.Count);
        }

        return Found(null, null, stated.Files.Count);
    }
}
