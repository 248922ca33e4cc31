using System.Buffers;
using System.IO.Compression;
using Pirogov.Deidentification;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>One entry: its bytes, or why they were not taken out.</summary>
/// <param name="Large">The bytes of one that is too large for memory, for the caller to end.</param>
internal sealed record UnpackedEntry(string Name, Outcome<ReadOnlyMemory<byte>> Bytes, OriginalSpool? Large = null);

/// <summary>
/// Unpacks an archive entry by entry. What an entry claims to be is not believed: bytes are counted while they inflate,
/// and an entry that swells beyond a file's limit is left in the middle.
/// </summary>
internal static class ZipEntries
{
    private const int MostEntries = 50_000;
    private const long MostBytes = 8L << 30;

    /// <summary>Of the archive's directory, folders among its entries: 32 MB hold 50 000 names of 600 bytes.</summary>
    private const int MostListed = 2 * MostEntries;
    private const long MostListedBytes = 32 << 20;

    /// <summary>Deflate reaches 1032:1; slices of air reach 400:1 but stay small.</summary>
    private const int BombRatio = 100;

    public static bool IsZip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("PK\u0003\u0004"u8) || bytes.StartsWith("PK\u0005\u0006"u8);

    /// <param name="original">At its beginning, and there again afterwards.</param>
    public static async Task<bool> IsZip(Stream original, CancellationToken cancellation)
    {
        var beginning = new byte[4];
        var read = await original.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellation);
        original.Position = 0;
        return IsZip(beginning.AsSpan(0, read));
    }

    public static IEnumerable<UnpackedEntry> Unpack(Stream archive, Func<OriginalSpool> spill)
    {
        if (ZipDirectory.IsWithin(archive, MostListed, MostListedBytes) is not { } isWithin)
            return [new("", new FileRefused(FileRefused.ZipDamaged))];
        if (!isWithin)
            return [new("", new FileRefused(FileRefused.ZipTooMuch))];
        ZipArchive zip;
        try
        {
            zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            _ = zip.Entries.Count;
        }
        catch (InvalidDataException)
        {
            return [new("", new FileRefused(FileRefused.ZipDamaged))];
        }

        return Entries(zip, spill);
    }

    private static IEnumerable<UnpackedEntry> Entries(ZipArchive zip, Func<OriginalSpool> spill)
    {
        using (zip)
        {
            var (taken, total) = (0, 0L);
            foreach (var entry in zip.Entries.Where(e => !e.FullName.EndsWith('/')))
            {
                if (++taken > MostEntries || total > MostBytes)
                {
                    yield return new(entry.FullName, new FileRefused(FileRefused.ZipTooMuch));
                    yield break;
                }

                var unpacked = Inflate(entry, spill);
                total += unpacked.Large?.Length ?? (unpacked.Bytes.Refusal is null ? unpacked.Bytes.Value.Length : Admission.LargestFile);
                yield return unpacked;
            }
        }
    }

    private static UnpackedEntry Inflate(ZipArchiveEntry entry, Func<OriginalSpool> spill)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(1 << 16);
        using var memory = new MemoryStream((int)Math.Clamp(entry.Length, 0, 1 << 20));
        var inflated = new SpillingStream(memory, LargeFiles.LargestGrown, spill);
        var isTaken = false;
        try
        {
            using var source = entry.Open();
            for (int read; (read = source.Read(chunk)) > 0;)
            {
                if (inflated.Length + read > Admission.LargestFile && inflated.Length / Math.Max(1, entry.CompressedLength) > BombRatio)
                    return new(entry.FullName, new FileRefused(FileRefused.ZipBomb));
                if (inflated.Length + read > LargeFiles.LargestFile)
                    return new(entry.FullName, new FileRefused(FileRefused.TooLarge));
                NoRoomForOriginalsException.Guard(() => inflated.Write(chunk, 0, read));
            }

            isTaken = true;
            return new(entry.FullName, (ReadOnlyMemory<byte>)memory.GetBuffer().AsMemory(0, (int)memory.Length), inflated.Spool);
        }
        catch (Exception damaged) when (damaged is (InvalidDataException or IOException or NotSupportedException) and not NoRoomForOriginalsException)
        {
            return new(entry.FullName, new FileRefused(FileRefused.ZipDamaged));
        }
        finally
        {
            if (!isTaken)
                inflated.Dispose();
            // Rented arrays are shared: what a patient's file held must not lie in one.
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }
}
