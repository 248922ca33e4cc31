using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Agreement;

/// <summary>A file that a link of the evidence vouches for, kept as a row so that the link is stated again without opening a file.</summary>
internal sealed class SealedFile
{
    public Guid Subject { get; init; }
    public int Position { get; init; }
    public string Md5 { get; init; } = "";
    public string Sha256 { get; init; } = "";
    public long Size { get; init; }
}

/// <summary>What a link stands on, as it was when the link was made: a batch may be closed again, this link does not move.</summary>
internal sealed class SealedSupport
{
    public Guid Subject { get; init; }
    public int Position { get; init; }
    public string Kind { get; init; } = "";
    public Guid Below { get; init; }
    public string Sha256 { get; init; } = "";
}

/// <summary>Records links of this room, and states them again from its rows.</summary>
internal sealed class Sealing(PirogovDb db, EvidenceChain chain)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public EvidenceReference Record(string kind, Guid subject, JsonNode facts, IEnumerable<EvidenceReference?> standsOn, IReadOnlyList<EvidenceFile> files)
    {
        EvidenceReference[] below = [.. standsOn.OfType<EvidenceReference>()];
        db.AddRange(below.Select((b, i) => new SealedSupport { Subject = subject, Position = i, Kind = b.Kind, Below = b.Subject, Sha256 = b.Sha256 }));
        db.AddRange(files.Select((f, i) => new SealedFile { Subject = subject, Position = i, Md5 = f.Md5, Sha256 = f.Sha256, Size = f.Size }));
        return chain.Record(new(kind, subject, facts, below, files));
    }

    public async Task<EvidenceStatement> State(string kind, Guid subject, JsonNode facts, CancellationToken cancellation)
    {
        var below = await db.Set<SealedSupport>().AsNoTracking().Where(s => s.Subject == subject).OrderBy(s => s.Position)
            .Select(s => new EvidenceReference(s.Kind, s.Below, s.Sha256)).ToArrayAsync(cancellation);
        var files = await db.Set<SealedFile>().AsNoTracking().Where(f => f.Subject == subject).OrderBy(f => f.Position)
            .Select(f => new EvidenceFile(f.Md5, f.Sha256, f.Size)).ToArrayAsync(cancellation);
        return new(kind, subject, facts, below, files);
    }
}
