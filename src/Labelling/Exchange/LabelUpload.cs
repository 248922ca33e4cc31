using System.Buffers;
using System.IO.Compression;
using Pirogov.Deidentification;
using Pirogov.Labelling.Formats;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Exchange;

/// <summary>A file in an upload that has not been read yet.</summary>
internal sealed record UploadedEntry(string Name, ZipArchiveEntry? Zipped);

/// <summary>
/// An upload of labels: one file, or a zip of them. A zip is read from its end, so it lies in a temporary file; what an entry claims to be is not
/// believed, its bytes are counted while they inflate.
/// </summary>
internal sealed class LabelUpload : IAsyncDisposable
{
    public const int LargestMegabytes = 256;
    public const int MostEntries = 50_000;

    /// <summary>Of the zip's directory, from which an object is made for each entry before they can be counted.</summary>
    private const int MostDirectoryBytes = 16 << 20;

    private readonly FileStream bytes;
    private ZipArchive? zip;

    private LabelUpload(FileStream bytes) => this.bytes = bytes;

    public IReadOnlyList<UploadedEntry> Entries { get; private set; } = [];

    public static async Task<Outcome<LabelUpload>> Receive(string name, Stream source, StoreFolders folders, CancellationToken cancellation)
    {
        var path = Path.Combine(folders.Incoming, $"labels-{Guid.CreateVersion7():N}");
        var upload = new LabelUpload(new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose));
        try
        {
            var outcome = await upload.Fill(name, source, cancellation);
            if (outcome.IsRefused(out var refusal))
            {
                await upload.DisposeAsync();
                return refusal;
            }

            return upload;
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    /// <summary>The upload as it came, from its beginning.</summary>
    public Stream Whole
    {
        get
        {
            bytes.Position = 0;
            return bytes;
        }
    }

    /// <param name="most">What may still be held beside the entries that were read for the same case, in bytes.</param>
    /// <returns>A refusal when the entry is damaged or becomes too large; it concerns this entry alone.</returns>
    public async Task<Outcome<LabelFile>> Read(UploadedEntry entry, long most, CancellationToken cancellation)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            using var inflated = new MemoryStream();
            var source = entry.Zipped is { } zipped ? await zipped.OpenAsync(cancellation) : Whole;
            try
            {
                for (int read; (read = await source.ReadAsync(chunk, cancellation)) > 0;)
                {
                    if (inflated.Length + read > Math.Min(most, FormatLimits.MostBytes))
                        return new LabelFileUnreadable("too-large", entry.Name);
                    inflated.Write(chunk, 0, read);
                }
            }
            finally
            {
                if (entry.Zipped is not null)
                    await source.DisposeAsync();
            }

            return new LabelFile(entry.Name, inflated.ToArray());
        }
        catch (Exception damaged) when (damaged is InvalidDataException or NotSupportedException)
        {
            return new LabelFileUnreadable("malformed", entry.Name);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (zip is not null)
            await zip.DisposeAsync();
        await bytes.DisposeAsync();
    }

    private async Task<Outcome<Done>> Fill(string name, Stream source, CancellationToken cancellation)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            for (int read; (read = await source.ReadAsync(chunk, cancellation)) > 0;)
            {
                if (bytes.Length + read > (long)LargestMegabytes << 20)
                    return new LabelFileTooLarge(LargestMegabytes);
                await bytes.WriteAsync(chunk.AsMemory(0, read), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }

        if (bytes.Length == 0)
            return new NoLabelFile();
        return await List(name, cancellation);
    }

    private async Task<Outcome<Done>> List(string name, CancellationToken cancellation)
    {
        bytes.Position = 0;
        var start = new byte[4];
        var isZip = await bytes.ReadAtLeastAsync(start, 4, throwOnEndOfStream: false, cancellation) == 4 && start is [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6];
        if (!isZip)
        {
            // No format reads more at once: who sent it hears so now, and not from a job.
            if (bytes.Length > FormatLimits.MostBytes)
                return new LabelFileTooLarge(FormatLimits.MostBytes >> 20);
            Entries = [new(name, null)];
            return Done.Value;
        }

        try
        {
            if (ZipDirectory.IsWithin(bytes, MostEntries * 2L, MostDirectoryBytes) is not { } isWithin)
                return new LabelArchiveDamaged();
            if (!isWithin)
                return new LabelFileUnreadable("too-many-entries", name);
            zip = await ZipArchive.CreateAsync(bytes, ZipArchiveMode.Read, leaveOpen: true, null, cancellation);
            var entries = zip.Entries.Where(e => !e.FullName.EndsWith('/') && !e.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)).ToArray();
            if (entries.Length == 0)
                return new NoLabelFile();
            if (entries.Length > MostEntries)
                return new LabelFileUnreadable("too-many-entries", name);
            Entries = [.. entries.Select(e => new UploadedEntry(e.FullName, e))];
            return Done.Value;
        }
        catch (InvalidDataException)
        {
            return new LabelArchiveDamaged();
        }
    }
}
