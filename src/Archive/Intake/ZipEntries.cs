using System.Buffers;
using System.IO.Compression;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>One entry: its bytes, or why they were not taken out.</summary>
internal sealed record UnpackedEntry(string Name, Outcome<ReadOnlyMemory<byte>> Bytes);

/// <summary>
/// Unpacks an archive entry by entry. What an entry claims to be is not believed: bytes are counted while they inflate,
/// and an entry that swells beyond a file's limit is left in the middle.
/// </summary>
internal static class ZipEntries
{
    public const int LargestArchive = 256 << 20;
    private const int MostEntries = 50_000;
    private const long MostBytes = 8L << 30;

    /// <summary>Deflate reaches 1032:1; slices of air reach 400:1 but stay small.</summary>
    private const int BombRatio = 100;

    public static bool IsZip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("PK\u0003\u0004"u8) || bytes.StartsWith("PK\u0005\u0006"u8);

    public static IEnumerable<UnpackedEntry> Unpack(MemoryStream archive)
    {
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

        return Entries(zip);
    }

    private static IEnumerable<UnpackedEntry> Entries(ZipArchive zip)
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

                var bytes = Inflate(entry);
                total += bytes.Refusal is null ? bytes.Value.Length : Admission.LargestFile;
                yield return new(entry.FullName, bytes);
            }
        }
    }

    private static Outcome<ReadOnlyMemory<byte>> Inflate(ZipArchiveEntry entry)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            using var inflated = new MemoryStream((int)Math.Clamp(entry.Length, 0, 1 << 20));
            using var source = entry.Open();
            for (int read; (read = source.Read(chunk)) > 0;)
            {
                if (inflated.Length + read > Admission.LargestFile)
                    return new FileRefused(inflated.Length / Math.Max(1, entry.CompressedLength) > BombRatio ? FileRefused.ZipBomb : FileRefused.TooLarge);
                inflated.Write(chunk, 0, read);
            }

            return (ReadOnlyMemory<byte>)inflated.GetBuffer().AsMemory(0, (int)inflated.Length);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException or NotSupportedException)
        {
            return new FileRefused(FileRefused.ZipDamaged);
        }
        finally
        {
            // Rented arrays are shared: what a patient's file held must not lie in one.
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }
}
