using System.IO.Compression;
using Pirogov.Deidentification;

namespace Pirogov.Cli;

/// <summary>One file to de-identify.</summary>
/// <param name="Position">From one, in the order of the relative paths byte by byte (as <c>LC_ALL=C sort</c> has it).</param>
/// <param name="Path">Below what was given; it may name the patient.</param>
internal sealed record Original(int Position, string Path, Func<Stream> Open);

/// <summary>
/// Files of a folder, entries of a zip, or the one file; folder by folder, so that millions of them need no list. Links to folders are
/// not followed: they may lead in circles.
/// </summary>
internal static class Originals
{
    /// <summary>An entry is held in memory while it is worked on; what an archive claims of it is not believed.</summary>
    private const int LargestEntry = 1 << 30;

    /// <summary>Of an archive's directory, which is held in memory whole.</summary>
    private const int MostListed = 2_000_000;
    private const long MostListedBytes = 512L << 20;

    public static IEnumerable<Original> Of(FileSystemInfo input) => input switch
    {
        DirectoryInfo folder => Below(folder, "", () => throw new CannotFollow(Words.Of["cli.deid.folder-unreadable"])).Select((f, i) => new Original(i + 1, f.Path, () => OpenFile(f.File.FullName))),
        FileInfo file when IsZip(file) => Entries(file),
        _ => [new Original(1, input.Name, () => OpenFile(input.FullName))],
    };

    /// <exception cref="IOException">It cannot be read, or is no file.</exception>
    public static FileStream OpenFile(string path) => !FileKinds.IsFile(path) ? throw new IOException("Not a file.")
        : new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 1 << 16 });

    /// <param name="isPassedOver">Called with a folder that cannot be read, which may have gone meanwhile.</param>
    public static IEnumerable<(string Path, FileInfo File)> Below(DirectoryInfo folder, string prefix, Action isPassedOver)
    {
        FileSystemInfo[] entries;
        try
        {
            // A folder sorts as its name with the slash: so the whole paths come out sorted.
            entries = [.. folder.EnumerateFileSystemInfos().OrderBy(e => e is DirectoryInfo ? e.Name + "/" : e.Name, StringComparer.Ordinal)];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            isPassedOver();
            yield break;
        }

        foreach (var entry in entries)
        {
            if (entry is FileInfo file)
                yield return (prefix + entry.Name, file);
            else if (entry.LinkTarget is null)
            {
                foreach (var inner in Below((DirectoryInfo)entry, prefix + entry.Name + "/", isPassedOver))
                    yield return inner;
            }
        }
    }

    private static bool IsZip(FileInfo file)
    {
        using var stream = OpenFile(file.FullName);
        Span<byte> head = stackalloc byte[4];
        return stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head is [(byte)'P', (byte)'K', 3 or 5, 4 or 6];
    }

    private static IEnumerable<Original> Entries(FileInfo file)
    {
        using var zip = Opened(file);
        var position = 0;
        foreach (var entry in zip.Entries.Where(e => !e.FullName.EndsWith('/')).OrderBy(e => e.FullName, StringComparer.Ordinal))
        {
            // Taken out here, one at a time: an archive can be read by one only.
            var bytes = Inflate(entry);
            yield return new(++position, entry.FullName, () => bytes ?? throw new InvalidDataException());
        }
    }

    private static ZipArchive Opened(FileInfo file)
    {
        try
        {
            using (var bytes = OpenFile(file.FullName))
            {
                if (ZipDirectory.IsWithin(bytes, MostListed, MostListedBytes) is not true)
                    throw new InvalidDataException();
            }

            var zip = ZipFile.OpenRead(file.FullName);
            _ = zip.Entries.Count;
            return zip;
        }
        catch (InvalidDataException)
        {
            throw new CannotFollow(Words.Of["cli.deid.zip-damaged"]);
        }
    }

    private static MemoryStream? Inflate(ZipArchiveEntry entry)
    {
        try
        {
            var inflated = new MemoryStream();
            using var source = entry.Open();
            var chunk = new byte[1 << 16];
            for (int read; (read = source.Read(chunk)) > 0;)
            {
                if (inflated.Length + read > LargestEntry)
                    return null;
                inflated.Write(chunk, 0, read);
            }

            inflated.Position = 0;
            return inflated;
        }
        catch (Exception damaged) when (damaged is InvalidDataException or NotSupportedException)
        {
            return null;
        }
    }
}
