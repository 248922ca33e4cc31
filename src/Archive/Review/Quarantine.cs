using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Review;

/// <summary>Keeps what waits for a person sealed, and lets it go as the person decided.</summary>
internal sealed class Quarantine(PirogovDb db, ObjectStore store, LargeFiles large, IDataProtectionProvider protection)
{
    public const string Rejected = "rejected-in-review";
    public const string NotReviewed = "not-reviewed";
    public const string Unmaskable = "cannot-be-masked";

    /// <summary>By which a file sealed chunk by chunk is told; what data protection seals begins otherwise.</summary>
    private static ReadOnlySpan<byte> Large => "PIROGOV1"u8;

    private readonly IDataProtector seal = protection.CreateProtector("archive.quarantine");

    public byte[] Seal(byte[] bytes) => seal.Protect(bytes);

    /// <summary>Seals a file that is too large to be held, under a key of its own, which is sealed before it.</summary>
    /// <returns>With the SHA-256 of the file before.</returns>
    public (WrittenBytes Bytes, string Sha256) Write(DicomFile file)
    {
        using var sha256 = SHA256.Create();
        var written = store.Write(target =>
        {
            var key = RandomNumberGenerator.GetBytes(32);
            var sealedKey = seal.Protect(key);
            target.Write(Large);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, sealedKey.Length);
            target.Write(length);
            target.Write(sealedKey);
            using var sealer = new SealedWriter(target, key);
            using (var hashing = new CryptoStream(sealer, sha256, CryptoStreamMode.Write, leaveOpen: true))
                DicomWriter.Write(file, hashing);
            sealer.Complete();
        });
        return (written, Convert.ToHexStringLower(sha256.Hash!));
    }

    public async Task<OpenedFile> Open(QuarantinedFile file, CancellationToken cancellation)
    {
        var bytes = await store.OpenRead(file.Md5, cancellation);
        var head = new byte[Large.Length + 4];
        if (await bytes.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == head.Length && head.AsSpan().StartsWith(Large))
        {
            var sealedKey = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(Large.Length))];
            await bytes.ReadExactlyAsync(sealedKey, cancellation);
            return await OpenedFile.Read(new SealedReader(bytes, seal.Unprotect(sealedKey)), cancellation);
        }

        await bytes.DisposeAsync();
        return new(DicomReader.Read(seal.Unprotect(await store.Read(file.Md5, cancellation))), null);
    }

    public Task<int> Waiting(BatchId batch, CancellationToken cancellation) =>
        db.Set<QuarantinedFile>().CountAsync(f => f.BatchId == batch && f.Decision == ReviewDecision.Waiting, cancellation);

    /// <summary>
    /// Does what was decided, file by file; each in its own transaction with its quarantine row gone, so that a run that was killed
    /// goes on where it was. Undecided files stay outside.
    /// </summary>
    public async Task Release(BatchId batch, CancellationToken cancellation)
    {
        while (await db.Set<QuarantinedFile>().Where(f => f.BatchId == batch).OrderBy(f => f.Id).FirstOrDefaultAsync(cancellation) is { } file)
        {
            var row = await db.Set<IncomingFile>().SingleAsync(
                f => f.BatchId == batch && f.SopInstanceUid == file.SopInstanceUid && f.Verdict == FileVerdict.Quarantined, cancellation);
            // Outside the transaction: a large one takes its time.
            var cleaned = file.Decision is ReviewDecision.Rejected or ReviewDecision.Waiting ? null : await Clean(file, cancellation);
            using var bytes = cleaned?.Bytes;
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            if (file.Decision is ReviewDecision.Rejected or ReviewDecision.Waiting)
                row.Refuse(new(file.Decision == ReviewDecision.Rejected ? Rejected : NotReviewed));
            else if (cleaned is { } released)
            {
                db.Add(Instance.Of(batch, released.File, await store.Put(released.Bytes, cancellation), file.Sha256));
                row.Release();
            }
            else
                row.Refuse(new(Unmaskable));
            db.Remove(file);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }

    /// <summary>Masks it and keeps nothing: a large one takes its time, and room on the disk.</summary>
    /// <returns>Why it cannot be.</returns>
    public async Task<Refusal?> CanMask(QuarantinedFile decided, CancellationToken cancellation)
    {
        await using var opened = await Open(decided, cancellation);
        try
        {
            using var scratch = opened.IsLarge ? large.Begin() : null;
            return Mask(opened.File, decided, scratch) is null ? new MaskIsImpossible() : null;
        }
        catch (IOException full) when (full.IsDiskFull())
        {
            return new MaskNotStored();
        }
    }

    private static DicomFile? Mask(DicomFile file, QuarantinedFile decided, OriginalSpool? scratch) =>
        scratch is null ? PixelMasking.Apply(file, decided.Regions) : PixelMasking.Apply(file, decided.Regions, scratch);

    /// <returns>The file as decided, written but not yet named; null when it cannot be masked.</returns>
    private async Task<(DicomFile File, WrittenBytes Bytes)?> Clean(QuarantinedFile decided, CancellationToken cancellation)
    {
        await using var opened = await Open(decided, cancellation);
        using var scratch = opened.IsLarge && decided.Decision == ReviewDecision.Masked ? large.Begin() : null;
        var done = decided.Decision != ReviewDecision.Masked ? opened.File : Mask(opened.File, decided, scratch);
        if (done is null)
            return null;
        PixelMasking.MarkCleaned(done.Dataset);
        return (done, opened.IsLarge ? store.Write(target => DicomWriter.Write(done, target)) : store.Write([DicomWriter.ToBytes(done)]));
    }
}
