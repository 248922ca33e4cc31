using System.IO.Compression;
using Pirogov.Deidentification;
using Xunit;

namespace Pirogov.Unit.Deidentification;

public class ZipDirectoryTests
{
    [Theory]
    [InlineData(100, true)]
    [InlineData(99, false)]
    public void An_archive_of_nothing_but_folders_is_known_by_its_directory_before_it_is_opened(int most, bool isWithin)
    {
        using var archive = Archive(100);
        Assert.Equal(isWithin, ZipDirectory.IsWithin(archive, most, 1 << 20));
        Assert.Equal(0, archive.Position);
    }

    [Fact]
    public void A_directory_that_is_larger_than_it_says_is_known_by_its_bytes()
    {
        using var archive = Archive(1000);
        var bytes = archive.ToArray();
        // The end record says one entry of forty-six bytes.
        (bytes[^14], bytes[^13], bytes[^12], bytes[^11], bytes[^10], bytes[^9], bytes[^8], bytes[^7]) = (1, 0, 1, 0, 46, 0, 0, 0);
        Assert.False(ZipDirectory.IsWithin(new MemoryStream(bytes), 100, 10_000));
    }

    [Fact]
    public void What_has_no_end_record_is_no_archive() => Assert.Null(ZipDirectory.IsWithin(new MemoryStream([80, 75, 3, 4, 0, 0]), 100, 10_000));

    private static MemoryStream Archive(int folders)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < folders; i++)
                zip.CreateEntry($"{i}/");
        }

        bytes.Position = 0;
        return bytes;
    }
}
