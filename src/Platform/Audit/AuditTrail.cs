using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Platform.Audit;

/// <summary>One act: who did what to which object, from where. Never holds a value of patient data.</summary>
public sealed class AuditEntry
{
    public long Sequence { get; private set; }
    public DateTimeOffset At { get; private set; }
    public Guid AccountId { get; private set; }
    public string Action { get; private set; } = "";
    public string ObjectKind { get; private set; } = "";
    public string ObjectId { get; private set; } = "";
    public string Origin { get; private set; } = "";
    public string Details { get; private set; } = "";
    public string PreviousHash { get; private set; } = "";
    public string Hash { get; private set; } = "";

    private AuditEntry()
    {
    }

    internal AuditEntry(AuditNoted noted, long sequence, string previousHash)
    {
        (Sequence, At, AccountId, Action, ObjectKind, ObjectId, Origin, Details, PreviousHash) =
            (sequence, noted.At, noted.AccountId, noted.Action, noted.ObjectKind, noted.ObjectId, noted.Origin, noted.Details, previousHash);
        Hash = ComputeHash();
    }

    /// <summary>SHA-256 over every field and the hash before, each field preceded by its length.</summary>
    internal string ComputeHash()
    {
        string[] fields =
        [
            Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), At.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture),
            AccountId.ToString(), Action, ObjectKind, ObjectId, Origin, Details, PreviousHash,
        ];
        var text = string.Concat(fields.Select(f => $"{f.Length}:{f}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

internal sealed record AuditNoted(
    DateTimeOffset At, Guid AccountId, string Action, string ObjectKind, string ObjectId, string Origin, string Details);

/// <summary>
/// Notes acts. The note travels through the outbox of the same transaction and is then appended to the chain by the one
/// dispatcher: intake does not queue behind a lock on the chain's head, at the price of a moment between act and entry.
/// </summary>
public sealed class AuditTrail(EventOutbox outbox, CurrentActor actor, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    /// <param name="action">Room and verb: <c>archive.batch-closed</c>.</param>
    /// <param name="details">Figures and ids only, never a value from a patient's file.</param>
    public void Note(string action, string objectKind, object objectId, object? details = null)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        var who = actor.IsKnown ? actor.Actor : Actor.System;
        outbox.Add(new AuditNoted(time.Now(), who.AccountId, action, objectKind, objectId.ToString()!, who.Origin,
            details is null ? "" : JsonSerializer.Serialize(details, PlatformJson.Options)));
    }
}

internal sealed class AppendToAuditChain(PirogovDb db) : IHandle<AuditNoted>
{
    internal static readonly string Genesis = new('0', 64);

    public async Task Handle(AuditNoted happened, CancellationToken cancellation)
    {
        var last = await db.Set<AuditEntry>().AsNoTracking().OrderByDescending(e => e.Sequence)
            .Select(e => new { e.Sequence, e.Hash }).FirstOrDefaultAsync(cancellation);
        db.Add(new AuditEntry(happened, (last?.Sequence ?? 0) + 1, last?.Hash ?? Genesis));
    }
}

/// <summary>Walks the chain from the first entry.</summary>
public sealed class AuditChain(PirogovDb db)
{
    /// <returns>The sequence number of the first entry that does not fit, or null when the chain is whole.</returns>
    public async Task<long?> FirstBreak(CancellationToken cancellation)
    {
        var (previous, expected) = (AppendToAuditChain.Genesis, 1L);
        await foreach (var entry in db.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (entry.Sequence != expected || entry.PreviousHash != previous || entry.Hash != entry.ComputeHash())
                return entry.Sequence;
            (previous, expected) = (entry.Hash, expected + 1);
        }

        return null;
    }
}

internal sealed class AuditModel : ModelPart
{
    public override void Configure(ModelBuilder model) => model.Entity<AuditEntry>(e =>
    {
        e.ToTable("audit_entry");
        e.HasKey(a => a.Sequence);
        e.Property(a => a.Sequence).ValueGeneratedNever();
        e.Property(a => a.Action).HasMaxLength(100);
        e.Property(a => a.ObjectKind).HasMaxLength(100);
        e.Property(a => a.ObjectId).HasMaxLength(200);
        e.Property(a => a.Origin).HasMaxLength(100);
        e.Property(a => a.Hash).HasMaxLength(64);
        e.Property(a => a.PreviousHash).HasMaxLength(64);
        // A second entry on the same predecessor would fork the chain.
        e.HasIndex(a => a.PreviousHash).IsUnique();
        e.HasIndex(a => new { a.ObjectKind, a.ObjectId });
        e.HasIndex(a => a.AccountId);
    });
}
