using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>DCMTK reads what is written here, and sees the elements that are seen here.</summary>
public partial class AgreementWithDcmtk
{
    [SkippableTheory]
    [InlineData("cornerstone3d", "CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm")]
    [InlineData("cornerstone3d", "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm")]
    [InlineData("highdicom", "seg_image_ct_binary.dcm")]
    [InlineData("highdicom", "sr_document.dcm")]
    [InlineData("pydicom/test_files", "rtplan.dcm")]
    [InlineData("pydicom/test_files", "MR_small.dcm")]
    [InlineData("pydicom/charset_files", "chrRuss.dcm")]
    public void The_elements_of_a_published_file_and_of_its_rewritten_copy_are_those_dcmdump_lists(string folder, string name)
    {
        var path = SharedRadiology.Path(folder, name);
        var file = DicomReader.ReadFile(path);
        var ours = Lines(file.Meta).Concat(Lines(file.Dataset)).ToList();
        Assert.Equal(Dcmdump(path), ours);

        var copy = Path.Combine(Directory.CreateTempSubdirectory().FullName, "copy.dcm");
        DicomWriter.WriteFile(copy, file);
        Assert.Equal(ours.Where(l => !l.Contains(",0000)", StringComparison.Ordinal)), Dcmdump(copy).Where(l => !l.Contains(",0000)", StringComparison.Ordinal)));
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
    }

    /// <summary>Tag, VR and, for plain values, length, in the order of the file; items are flattened.</summary>
    private static IEnumerable<string> Lines(DicomDataset dataset) => dataset.SelectMany(e => e switch
    {
        DicomSequence sequence => sequence.Items.SelectMany(Lines).Prepend($"{Tag(e)} SQ"),
        DicomEncapsulatedPixelData => [$"{Tag(e)} {e.Vr}"],
        _ => [$"{Tag(e)} {(e.Tag.IsPrivate ? "private" : e.Vr)} {e.Bytes.Length}"],
    });

    private static string Tag(DicomElement element) => element.Tag.ToString().ToLowerInvariant();

    private static List<string> Dcmdump(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dcmdump", ["-q", "-Un", path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return [.. Line().Matches(output).Where(m => !m.Value.TrimStart().StartsWith("(fffe", StringComparison.Ordinal)).Select(Describe)];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "dcmdump is not installed");
            throw;
        }
    }

    private static string Describe(Match line)
    {
        var (tag, vr, length) = (line.Groups[1].Value, line.Groups[2].Value, line.Groups[3].Value);
        // DCMTK also knows VRs of private attributes, which implicit files do not carry.
        var isPrivate = Convert.ToInt32(tag[1..5], 16) % 2 == 1;
        return vr is "SQ" or "pi" || line.Value.Contains("PixelSequence", StringComparison.Ordinal)
            ? $"{tag} {vr}" : $"{tag} {(isPrivate ? "private" : vr)} {int.Parse(length.TrimStart('u', '/'), CultureInfo.InvariantCulture)}";
    }

    [GeneratedRegex(@"^ *(\([0-9a-f]{4},[0-9a-f]{4}\)) (\w\w) .*# +(\S+), *\d+ .*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
