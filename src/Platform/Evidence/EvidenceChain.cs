using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Evidence;

/// <summary>A link that another link stands on.</summary>
public sealed record EvidenceReference(string Kind, Guid Subject, string Sha256);

/// <summary>A stored object that a link vouches for.</summary>
public sealed record EvidenceFile(string Md5, string Sha256, long Size);

/// <summary>
/// One link of the chain, as its module states it: the facts (canonical JSON), the links it stands on, the files it
/// vouches for. Equal facts give equal bytes.
/// </summary>
public sealed record EvidenceStatement(string Kind, Guid Subject, JsonNode Facts, IReadOnlyList<EvidenceReference> StandsOn, IReadOnlyList<EvidenceFile> Files)
{
    public string Canonical() => CanonicalJson.Write(JsonSerializer.SerializeToNode(this, PlatformJson.Options)!);

    public static string HashOf(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
}

/// <summary>The statement as it was made, never changed afterwards.</summary>
public sealed class EvidenceRecord
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public string Kind { get; private set; } = "";
    public Guid Subject { get; private set; }
    public string Statement { get; private set; } = "";
    public string Sha256 { get; private set; } = "";
    public DateTimeOffset At { get; private set; }

    private EvidenceRecord()
    {
    }

    internal EvidenceRecord(EvidenceStatement statement, DateTimeOffset at)
    {
        (Kind, Subject, Statement, At) = (statement.Kind, statement.Subject, statement.Canonical(), at);
        Sha256 = EvidenceStatement.HashOf(Statement);
    }

    public EvidenceStatement Parse() => JsonSerializer.Deserialize<EvidenceStatement>(Statement, PlatformJson.Options)!;
}

/// <summary>States a link again from the module's live rows, so that a verifier can hold it against the record.</summary>
public interface IEvidenceSource
{
    string Kind { get; }

    /// <returns>Null when the subject is gone.</returns>
    Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation);
}

/// <summary>Records links; each is noted in the audit log with its hash, so the two chains hold one another.</summary>
public sealed class EvidenceChain(PirogovDb db, AuditTrail audit, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public EvidenceReference Record(EvidenceStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var record = new EvidenceRecord(statement, time.Now());
        db.Add(record);
        audit.Note("evidence.recorded", statement.Kind, statement.Subject, new { record.Sha256 });
        return new(record.Kind, record.Subject, record.Sha256);
    }

    /// <returns>The newest record of the subject.</returns>
    public async Task<EvidenceReference?> Find(string kind, Guid subject, CancellationToken cancellation)
    {
        var record = await db.Set<EvidenceRecord>().AsNoTracking().Where(r => r.Kind == kind && r.Subject == subject)
            .OrderByDescending(r => r.Id).FirstOrDefaultAsync(cancellation);
        return record is null ? null : new(record.Kind, record.Subject, record.Sha256);
    }

    /// <returns>The newest record of each subject that has one.</returns>
    public async Task<IReadOnlyDictionary<Guid, EvidenceReference>> Find(string kind, IReadOnlyCollection<Guid> subjects, CancellationToken cancellation)
    {
        var found = new Dictionary<Guid, EvidenceReference>();
        // A statement with thousands of parameters is prepared anew each time: some at once.
        foreach (var some in subjects.Chunk(500))
        {
            var records = await db.Set<EvidenceRecord>().AsNoTracking().Where(r => r.Kind == kind && some.Contains(r.Subject)).OrderBy(r => r.Id)
                .Select(r => new { r.Subject, r.Sha256 }).ToArrayAsync(cancellation);
            foreach (var record in records)
                found[record.Subject] = new(kind, record.Subject, record.Sha256);
        }

        return found;
    }

    /// <returns>What the link says; null when there is no such record.</returns>
    public async Task<EvidenceStatement?> Read(EvidenceReference reference, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var record = await db.Set<EvidenceRecord>().AsNoTracking()
            .FirstOrDefaultAsync(r => r.Sha256 == reference.Sha256 && r.Kind == reference.Kind && r.Subject == reference.Subject, cancellation);
        return record?.Parse();
    }
}

internal sealed class EvidenceModel : ModelPart
{
    public override void Configure(ModelBuilder model) => model.Entity<EvidenceRecord>(e =>
    {
        e.ToTable("evidence_record");
        e.Property(r => r.Kind).HasMaxLength(100);
        e.Property(r => r.Sha256).HasMaxLength(64);
        e.HasIndex(r => new { r.Kind, r.Subject });
        e.HasIndex(r => r.Sha256);
    });
}
