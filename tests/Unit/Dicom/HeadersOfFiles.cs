using System.Runtime.InteropServices;
using Pirogov.Dicom;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Dicom;

public class HeadersOfFiles
{
    private static readonly DicomReaderOptions Header = new() { StopBeforePixelData = true };

    [Theory]
    [InlineData(DicomUids.ExplicitVRLittleEndian, 100)]
    [InlineData(DicomUids.ImplicitVRLittleEndian, 100)]
    [InlineData(DicomUids.ExplicitVRLittleEndian, 16_000)]
    [InlineData(DicomUids.ExplicitVRLittleEndian, 16_384)]
    [InlineData(DicomUids.ExplicitVRLittleEndian, 70_000)]
    [InlineData(DicomUids.ImplicitVRLittleEndian, 300_000)]
    [InlineData(DicomUids.ExplicitVRBigEndian, 300_000)]
    public void A_header_of_any_length_is_read_to_the_pixels_from_files_and_from_streams(string syntax, int length)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "image.dcm");
        DicomWriter.WriteFile(path, DicomFile.Create(Image(length), syntax));
        var whole = DicomReader.ReadFile(path);
        using var stream = File.OpenRead(path);
        foreach (var header in new[] { DicomReader.ReadFile(path, Header), DicomReader.Read(stream, Header) })
        {
            Assert.True(header.StoppedBeforePixelData);
            Assert.Empty(header.Warnings);
            Assert.Equal(whole.Dataset.Count - 1, header.Dataset.Count);
            Assert.All(header.Dataset, e => Assert.True(e.ContentEquals(whole.Dataset.Find(e.Tag)!)));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    public void Of_an_image_only_the_header_is_kept_in_memory(int length)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "image.dcm");
        DicomWriter.WriteFile(path, DicomFile.Create(Image(length), DicomUids.ExplicitVRLittleEndian));
        var bytes = DicomReader.ReadFile(path, Header).Dataset.Find(DicomTags.PatientID)!.Bytes;
        Assert.True(MemoryMarshal.TryGetArray(bytes, out var kept));
        Assert.InRange(kept.Array!.Length, length, length + 1000);
    }

    [Fact]
    public void An_object_without_pixels_is_read_whole_and_one_cut_short_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.dcm");
        var dataset = Image(70_000);
        dataset.Remove(DicomTags.PixelData);
        var bytes = DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
        File.WriteAllBytes(path, bytes);
        Assert.False(DicomReader.ReadFile(path, Header).StoppedBeforePixelData);
        Assert.True(dataset.ContentEquals(DicomReader.ReadFile(path, Header).Dataset));

        File.WriteAllBytes(path, bytes[..60_000]);
        Assert.Equal(DicomFault.LengthBeyondEnd, Assert.Throws<DicomFormatException>(() => DicomReader.ReadFile(path, Header)).Fault);
    }

    [Fact]
    public void The_quick_table_of_value_representations_says_what_the_dictionary_says() =>
        Assert.All(DicomDictionary.AllTags.Where(t => !t.IsGroupLength && !t.IsPrivate), tag =>
        {
            var entry = DicomDictionary.Find(tag)!;
            Assert.Equal((entry.Vr, entry.AlternativeVr), DicomDictionary.VrsOf(tag));
        });

    /// <summary>An icon in a sequence before the image's own pixels, and a private value of the length asked for.</summary>
    private static DicomDataset Image(int length) => new DicomDataset()
        .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage)
        .Set(DicomTags.SopInstanceUid, "1.2.3")
        .Set(DicomTags.PatientID, "7")
        .SetItems(DicomTags.IconImageSequence, new DicomDataset().Set(DicomTags.Rows, 1).Set(DicomTags.PixelData, DicomVr.OW, new byte[2]))
        .Set(new DicomTag(0x0029, 0x0010), DicomVr.LO, "MAKER"u8.ToArray())
        .Set(new DicomTag(0x0029, 0x1010), DicomVr.OB, new byte[length])
        .Set(DicomTags.PixelData, DicomVr.OW, new byte[200_000]);
}
