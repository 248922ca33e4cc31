using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Intake;

/// <summary>
/// One file of a batch with its verdict and, unless it is refused, its de-identified bytes written but not yet named by any row. The
/// original is gone from here on.
/// </summary>
/// <param name="Sha256">Of the de-identified bytes; null for a refused file.</param>
/// <param name="Bytes">To be stored: for a file that waits for a review they are sealed.</param>
internal sealed record JudgedFile(BatchId Batch, string BatchName, FileMark Mark, Outcome<AdmittedFile> Admitted, string? Sha256, WrittenBytes? Bytes) : IDisposable
{
    public void Dispose() => Bytes?.Dispose();

    public static JudgedFile Of(Batch batch, FileMark mark, Outcome<AdmittedFile> admitted, ObjectStore store, Quarantine quarantine, bool alone)
    {
        if (admitted.IsRefused(out _, out var file))
            return new(batch.Id, batch.Name, mark, admitted, null, null);
        if (file!.Review is null)
        {
            var bytes = store.Write(file.Parts, alone: alone);
            return new(batch.Id, batch.Name, mark, admitted, bytes.Sha256, bytes);
        }

        var whole = file.Join();
        return new(batch.Id, batch.Name, mark, admitted, Convert.ToHexStringLower(SHA256.HashData(whole)), store.Write([quarantine.Seal(whole)]));
    }
}

/// <param name="Number">Of a refused file: its place in the batch.</param>
internal sealed record IncomingVerdict(FileVerdict Verdict, string? SopInstanceUid, FileRefused? Refused, IReadOnlyList<string> Warnings, int? Number);
