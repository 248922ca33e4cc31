using System.Text.Json.Nodes;
using System.Xml.Linq;
using Pirogov.Dicom;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Hospital;

public sealed class DumpTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task It_shows_elements_with_their_names_and_deeper_ones_further_in()
    {
        var slice = SyntheticCt.Slice(907, 0, 0).SetItems(DicomTags.DerivationCodeSequence, new DicomDataset().Set(DicomTags.CodeMeaning, "Meaning\u001b[2J"));
        var (code, told, _) = await CommandLine.Run("dump", scratch.Write("1.dcm", SyntheticCt.File(slice)));
        Assert.Equal(0, code);
        var lines = told.Split('\n');
        Assert.Contains($"(0010,0010) PN {System.Text.Encoding.UTF8.GetByteCount(SyntheticCt.Name)} PatientName = {SyntheticCt.Name}", lines);
        Assert.Contains("# Explicit VR Little Endian", lines);
        Assert.Contains(lines, l => l.StartsWith("(0008,0016) UI", StringComparison.Ordinal) && l.EndsWith("(CT Image Storage)", StringComparison.Ordinal));
        // Control characters would steer the terminal.
        Assert.Contains(lines, l => l.StartsWith("    (0008,0104) LO", StringComparison.Ordinal) && l.EndsWith("CodeMeaning = Meaning·[2J", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_models_of_json_and_xml_read_back()
    {
        var path = scratch.Write("1.dcm", SyntheticCt.File(SyntheticCt.Slice(908, 0, 0)));
        var json = JsonNode.Parse((await CommandLine.Run("dump", "--json", path)).Told)!;
        Assert.Equal(SyntheticCt.PatientId, (string?)json["00100020"]!["Value"]![0]);
        var xml = XDocument.Parse((await CommandLine.Run("dump", "--xml", path)).Told);
        Assert.Equal(SyntheticCt.PatientId, xml.Root!.Elements().Single(e => (string?)e.Attribute("tag") == "00100020").Value);
    }

    [Fact]
    public async Task What_is_no_dicom_or_not_there_is_told_by_the_exit_code()
    {
        var (code, told, errors) = await CommandLine.Run("dump", scratch.Write("1.txt", "no DICOM"u8.ToArray()));
        Assert.Equal((1, ""), (code, told));
        Assert.Contains("not-dicom, байт 0", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.Run("dump", scratch["absent"])).Code);
    }
}
