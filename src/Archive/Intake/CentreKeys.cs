using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Intake;

/// <summary>A centre's secret, itself encrypted by the host's data protection.</summary>
internal sealed class CentreKey
{
    public ReferenceCentreId CentreId { get; init; }
    public string ProtectedKey { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What is done under a centre's key: pseudonyms, and marks by which files are known again.</summary>
internal sealed class KeyedCentre(byte[] key, DeidentificationOptions options)
{
    public CentreDeidentifier Deidentifier { get; } = new(key, options);

    /// <summary>
    /// XXH128 of the content, twenty times as fast as SHA-256, under the key: it only has to tell one sender's files apart. Who makes two
    /// files of one XXH128 withholds the second from the platform, which not sending it would do too.
    /// </summary>
    public FileMark Mark(ReadOnlySpan<byte> bytes)
    {
        Span<byte> content = stackalloc byte[16];
        XxHash128.Hash(bytes, content);
        return Mark(content, bytes.Length);
    }

    public FileMark Mark(ReadOnlySpan<byte> xxh128, long size) => new(ContentHmac(xxh128), size);

    /// <param name="xxh128">Of the original, in the canonical order: the most significant byte first.</param>
    public string ContentHmac(ReadOnlySpan<byte> xxh128) => Hmac("content", xxh128);

    /// <summary>Of one who takes part in the work: the same for a name, and nothing to go back by. Fits sixteen characters.</summary>
    public string Person(string name) => "N-" + Hmac("person", Encoding.UTF8.GetBytes(name.Trim().ToUpperInvariant()))[..12].ToUpperInvariant();

    private string Hmac(string purpose, ReadOnlySpan<byte> value)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes(purpose + '\0'));
        hmac.AppendData(value);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}

/// <summary>
/// De-identifiers in use: what one of them learnt of a patient's header serves the patient's next thousand files. In memory only.
/// </summary>
internal sealed class KeyedCentres
{
    private readonly ConcurrentDictionary<(ReferenceCentreId Centre, DeidentificationOptions Options), KeyedCentre> known = new();

    public KeyedCentre Of(ReferenceCentreId centre, DeidentificationOptions options, Func<byte[]> key) => known.GetOrAdd((centre, options), _ => new KeyedCentre(key(), options));
}

/// <summary>Makes a centre's key when it is first needed.</summary>
internal sealed class CentreKeys(PirogovDb db, KeyedCentres centres, IDataProtectionProvider protection, TimeProvider time)
{
    private readonly IDataProtector protector = protection.CreateProtector("archive.centre-key");

    public async Task<KeyedCentre> Of(ReferenceCentreId centre, CancellationToken cancellation, DeidentificationOptions options = DeidentificationOptions.None)
    {
        var found = await Find(centre, cancellation) ?? await Make(centre, cancellation);
        return centres.Of(centre, options, () => protector.Unprotect(Convert.FromBase64String(found)));
    }

    private Task<string?> Find(ReferenceCentreId centre, CancellationToken cancellation) =>
        db.Set<CentreKey>().AsNoTracking().Where(k => k.CentreId == centre).Select(k => k.ProtectedKey).SingleOrDefaultAsync(cancellation);

    private async Task<string> Make(ReferenceCentreId centre, CancellationToken cancellation)
    {
        var made = new CentreKey
        {
            CentreId = centre,
            ProtectedKey = Convert.ToBase64String(protector.Protect(RandomNumberGenerator.GetBytes(32))),
            CreatedAt = time.Now(),
        };
        db.Add(made);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return made.ProtectedKey;
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // Two first files came at once; the one that was written counts.
            db.Entry(made).State = EntityState.Detached;
            return await Find(centre, cancellation) ?? throw new InvalidOperationException("A centre's key could not be kept.");
        }
    }
}
