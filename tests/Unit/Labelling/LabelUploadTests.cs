using System.IO.Compression;
using Pirogov.Labelling.Exchange;
using Pirogov.Labelling.Formats;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Labelling;

public sealed class LabelUploadTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("labels").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_does_not_fit_beside_the_entries_read_before_is_refused_and_those_are_kept()
    {
        await using var upload = (await Received(Zip(("a.json", 100), ("b.json", 100)))).Value;
        Assert.Equal(100, (await upload.Read(upload.Entries[0], most: 150, default)).Value.Bytes.Length);
        Assert.True((await upload.Read(upload.Entries[1], most: 50, default)).IsRefused(out var refusal, out _));
        Assert.Equal(new LabelFileUnreadable("too-large", "b.json"), refusal);
    }

    [Fact]
    public async Task A_directory_of_too_many_entries_is_refused_before_it_is_read()
    {
        Assert.True((await Received(Zip([.. Enumerable.Range(0, 2 * LabelUpload.MostEntries + 1).Select(n => ($"{n}", 0))]))).IsRefused(out var refusal, out _));
        Assert.Equal(new LabelFileUnreadable("too-many-entries", "labels.zip"), refusal);
    }

    private async Task<Outcome<LabelUpload>> Received(MemoryStream zip)
    {
        await using (zip)
            return await LabelUpload.Receive("labels.zip", zip, new StoreFolders(folder), default);
    }

    private static MemoryStream Zip(params (string Name, int Length)[] entries)
    {
        var made = new MemoryStream();
        using (var zip = new ZipArchive(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, length) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(new byte[length]);
            }
        }

        made.Position = 0;
        return made;
    }
}
