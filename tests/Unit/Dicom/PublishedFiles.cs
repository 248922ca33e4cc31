using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

public class PublishedFiles
{
    [SkippableFact]
    public void Every_readable_file_is_the_same_after_writing_and_reading_again()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        var (read, differing) = (0, new List<string>());
        foreach (var path in SharedRadiology.Files)
        {
            if (TryRead(path) is not { } file)
            {
                continue;
            }

            read++;
            var again = DicomReader.Read(DicomWriter.ToBytes(file));
            // A wrong VR is read as it is and written as it should be.
            if (!file.Warnings.Any(w => w.Code == "wrong-vr") && !WithoutGroupLengths(file.Dataset).ContentEquals(again.Dataset))
            {
                differing.Add(System.IO.Path.GetRelativePath(SharedRadiology.Folder!, path));
            }
        }

        Assert.Empty(differing);
        Assert.True(read > 400, $"only {read} files were read");
    }

    [SkippableFact]
    public void The_header_alone_is_the_same_as_the_header_of_the_whole_file()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        foreach (var path in SharedRadiology.Files)
        {
            if (TryRead(path) is not { } whole)
            {
                continue;
            }

            var header = DicomReader.ReadFile(path, new DicomReaderOptions { StopBeforePixelData = true });
            var expected = whole.Dataset.TakeWhile(e => !e.Tag.IsPixelData).ToList();
            Assert.True(
                !header.StoppedBeforePixelData || expected.Count == header.Dataset.Count && expected.Zip(header.Dataset).All(p => p.First.ContentEquals(p.Second)),
                path);
        }
    }

    [SkippableTheory]
    [InlineData("cornerstone3d", "CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm")]
    [InlineData("highdicom", "seg_image_ct_binary.dcm")]
    public void A_file_cut_anywhere_is_refused_or_read_short_but_never_breaks(string folder, string name)
    {
        var bytes = File.ReadAllBytes(SharedRadiology.Path(folder, name));
        var whole = DicomReader.Read(bytes);
        var inflated = whole.TransferSyntax.IsDeflated ? DicomWriter.DatasetToBytes(whole.Dataset, DicomTransferSyntax.ExplicitLittleEndian).Length : 0;
        var step = Math.Max(1, bytes.Length / 700);
        for (var length = 0; length < bytes.Length; length += length < 2000 ? 1 : step)
        {
            try
            {
                var cut = DicomReader.Read(bytes.AsMemory(0, length));
                Assert.True(cut.Dataset.Count < whole.Dataset.Count, $"{length} of {bytes.Length} bytes read as the whole");
            }
            catch (DicomFormatException e)
            {
                Assert.InRange(e.Offset, 0, Math.Max(length, inflated));
            }
        }
    }

    [SkippableFact]
    public void Uids_left_blank_in_the_data_set_are_taken_from_the_meta_header()
    {
        var folder = SharedRadiology.Path("totalsegmentator", "example_ct_dicom");
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var file = DicomReader.ReadFile(path, new DicomReaderOptions { StopBeforePixelData = true });
            Assert.Equal(DicomUids.CTImageStorage, file.SopClassUid);
            Assert.True(DicomUid.IsValid(file.SopInstanceUid));
        }
    }

    internal static DicomFile? TryRead(string path)
    {
        try
        {
            return DicomReader.ReadFile(path);
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    private static DicomDataset WithoutGroupLengths(DicomDataset dataset)
    {
        var result = new DicomDataset();
        foreach (var element in dataset.Where(e => !e.Tag.IsGroupLength))
        {
            result.Set(element is DicomSequence sequence
                ? new DicomSequence(sequence.Tag, sequence.Items.Select(WithoutGroupLengths)) : element);
        }

        return result;
    }
}
