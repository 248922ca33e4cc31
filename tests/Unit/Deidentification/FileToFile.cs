using System.Security.Cryptography;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

public class FileToFile
{
    [Theory]
    [InlineData(DicomUids.ExplicitVRLittleEndian)]
    [InlineData(DicomUids.ImplicitVRLittleEndian)]
    [InlineData(DicomUids.ExplicitVRBigEndian)]
    [InlineData(DicomUids.DeflatedExplicitVRLittleEndian)]
    public void A_file_written_from_its_parts_has_the_bytes_of_one_written_whole(string syntax)
    {
        using var folder = new Imaging.TemporaryFolder();
        var (input, output) = (Path.Combine(folder.Path, "in.dcm"), Path.Combine(folder.Path, "out.dcm"));
        var centre = new CentreDeidentifier(SHA256.HashData("a centre"u8));
        DicomWriter.WriteFile(input, DicomFile.Create(new MarkerCorpus().File.Dataset, syntax));
        File.WriteAllBytes(output, new byte[1 << 20]);

        Assert.IsType<Deidentified>(centre.ApplyToFile(input, output));
        var first = File.ReadAllBytes(output);
        Assert.Equal(DicomWriter.ToBytes(((Deidentified)centre.Apply(DicomReader.ReadFile(input))).File), first);

        // Again, and by another that has the same key: the same bytes.
        Assert.IsType<Deidentified>(new CentreDeidentifier(SHA256.HashData("a centre"u8)).ApplyToFile(input, output));
        Assert.Equal(first, File.ReadAllBytes(output));
    }
}
