using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Review;

/// <summary>Keeps what waits for a person sealed, and lets it go as the person decided.</summary>
internal sealed class Quarantine(PirogovDb db, ObjectStore store, IDataProtectionProvider protection)
{
    public const string Rejected = "rejected-in-review";
    public const string NotReviewed = "not-reviewed";
    public const string Unmaskable = "cannot-be-masked";

    private readonly IDataProtector seal = protection.CreateProtector("archive.quarantine");

    public byte[] Seal(byte[] bytes) => seal.Protect(bytes);

    public async Task<DicomFile> Read(QuarantinedFile file, CancellationToken cancellation) =>
        DicomReader.Read(seal.Unprotect(await store.Read(file.Md5, cancellation)));

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
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            if (file.Decision is ReviewDecision.Rejected or ReviewDecision.Waiting)
                row.Refuse(new(file.Decision == ReviewDecision.Rejected ? Rejected : NotReviewed));
            else if (Cleaned(await Read(file, cancellation), file) is { } cleaned)
            {
                db.Add(Instance.Of(batch, cleaned, await store.Put(DicomWriter.ToBytes(cleaned), cancellation)));
                row.Release();
            }
            else
                row.Refuse(new(Unmaskable));
            db.Remove(file);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }

    private static DicomFile? Cleaned(DicomFile file, QuarantinedFile decided)
    {
        var done = decided.Decision == ReviewDecision.Masked ? PixelMasking.Apply(file, decided.Regions) : file;
        if (done is not null)
            PixelMasking.MarkCleaned(done.Dataset);
        return done;
    }
}
