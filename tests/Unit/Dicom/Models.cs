using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Pirogov.Benchmarks.Fuzz;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>The JSON model (PS3.18 F) and the native XML model (PS3.19 A.1): nothing is lost on the way and back.</summary>
public class Models
{
    [SkippableFact]
    public void Every_published_data_set_survives_the_way_to_json_and_xml_and_back()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        var lost = new List<string>();
        foreach (var path in SharedRadiology.Files)
        {
            if (PublishedFiles.TryRead(path) is not { } file)
            {
                continue;
            }

            Compare(path, "json", file.Dataset, DicomJson.Parse(DicomJson.ToUtf8Bytes(file.Dataset, DicomJsonOptions.LossFree)));
            Compare(path, "xml", file.Dataset, DicomXml.Parse(DicomXml.ToUtf8Bytes(file.Dataset, DicomJsonOptions.LossFree)));
        }

        Assert.True(lost.Count == 0, $"{lost.Count} lost:\n" + string.Join('\n', lost.Take(30)));

        void Compare(string path, string model, DicomDataset before, DicomDataset after)
        {
            if (DicomDifference.Of(before, after) is { } difference)
            {
                lost.Add($"{Path.GetFileName(path)} {model}: {difference}");
            }
        }
    }

    [SkippableFact]
    public void Dcm2json_writes_the_values_that_are_written_here()
    {
        var differing = new List<string>();
        foreach (var path in Sample())
        {
            var (output, _, exit) = Peers.Run("dcm2json", ["-q", "-fc", path]);
            if (exit != 0)
            {
                continue;
            }

            using var theirs = JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 256 });
            using var ours = JsonDocument.Parse(DicomJson.ToUtf8Bytes(DicomReader.ReadFile(path).Dataset, DicomJsonOptions.LossFree), new JsonDocumentOptions { MaxDepth = 256 });
            if (Difference(ours.RootElement, theirs.RootElement) is { } difference)
            {
                differing.Add($"{Path.GetFileName(path)}: {difference}");
            }
        }

        Assert.True(differing.Count == 0, string.Join('\n', differing));
    }

    [SkippableFact]
    public void What_dcm2xml_writes_is_read_as_the_file_itself()
    {
        var differing = new List<string>();
        foreach (var path in Sample())
        {
            var (output, _, exit) = Peers.Run("dcm2xml", ["-q", "-nat", "+Xn", "+U8", path]);
            if (exit != 0)
            {
                continue;
            }

            var theirs = DicomXml.Parse(Encoding.UTF8.GetBytes(output));
            var ours = DicomReader.ReadFile(path).Dataset;
            foreach (var element in theirs.Where(e => e.Vr.IsText() && !e.Tag.IsPrivate && e.Tag != DicomTags.SpecificCharacterSet))
            {
                if (!DicomDifference.Texts(theirs, element).SequenceEqual(DicomDifference.Texts(ours, element)))
                {
                    differing.Add($"{Path.GetFileName(path)}: {element}");
                }
            }
        }

        Assert.True(differing.Count == 0, string.Join('\n', differing));
    }

    [Fact]
    public void Spellings_of_numbers_and_values_beyond_doubles_are_kept()
    {
        var dataset = new DicomDataset()
            .Set(DicomTags.SliceThickness, DicomVr.DS, "1.50\\+2\\.5\\1e3 "u8.ToArray()).Set(DicomTags.InstanceNumber, DicomVr.IS, "007\\12"u8.ToArray())
            .Set(new DicomTag(0x00091001), DicomVr.UV, "FFFFFFFFFFFFFFFF"u8.ToArray()).Set(new DicomTag(0x00091002), DicomVr.FL, BitConverter.GetBytes(0.1f))
            .Set(new DicomTag(0x00091003), DicomVr.FD, (byte[])[.. BitConverter.GetBytes(double.NaN), .. BitConverter.GetBytes(double.NegativeInfinity)]);
        Assert.Contains("""{"vr":"DS","Value":[1.50,"\u002B2",".5",1e3]}""", DicomJson.ToText(dataset), StringComparison.Ordinal);
        Assert.Contains("""{"vr":"FL","Value":[0.1]}""", DicomJson.ToText(dataset), StringComparison.Ordinal);
        Assert.Null(DicomDifference.Of(dataset, DicomJson.Parse(DicomJson.ToUtf8Bytes(dataset))));
        Assert.Null(DicomDifference.Of(dataset, DicomXml.Parse(DicomXml.ToUtf8Bytes(dataset))));
    }

    [Fact]
    public void Names_private_blocks_and_form_feeds_stand_in_xml_as_the_standard_shapes_them()
    {
        var dataset = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
            .Set(DicomTags.PatientName, "Wang^XiaoDong=王^小东").Set(DicomTags.PatientComments, "one\ftwo")
            .Set(new DicomTag(0x00290010), DicomVr.LO, "ACME"u8.ToArray()).Set(new DicomTag(0x00291008), DicomVr.CS, "A\\\\B"u8.ToArray());
        var root = XDocument.Parse(DicomXml.ToText(dataset)).Root!;
        XNamespace model = "http://dicom.nema.org/PS3.19/models/NativeDicom";
        var name = root.Elements().Single(e => (string?)e.Attribute("keyword") == "PatientName").Element(model + "PersonName")!;
        Assert.Equal("小东", name.Element(model + "Ideographic")!.Element(model + "GivenName")!.Value);
        var block = root.Elements().Single(e => (string?)e.Attribute("privateCreator") == "ACME");
        Assert.Equal(("00290008", "A,,B"), ((string?)block.Attribute("tag"), string.Join(',', block.Elements(model + "Value").Select(v => v.Value))));
        Assert.Null(DicomDifference.Of(dataset, DicomXml.Parse(DicomXml.ToUtf8Bytes(dataset))));
    }

    [Fact]
    public void Bulk_data_are_fetched_where_they_are_pointed_to()
    {
        var dataset = new DicomDataset().Set(DicomTags.PixelData, DicomVr.OW, new byte[2000]);
        var options = new DicomJsonOptions { BulkDataUri = e => "bulk/" + e.Tag.Hex };
        Assert.True(dataset.ContentEquals(DicomJson.Parse(DicomJson.ToUtf8Bytes(dataset, options), uri => uri == "bulk/7FE00010" ? new byte[2000] : null)));
        Assert.True(dataset.ContentEquals(DicomXml.Parse(DicomXml.ToUtf8Bytes(dataset, options), uri => uri == "bulk/7FE00010" ? new byte[2000] : null)));
    }

    [Theory]
    [InlineData("<a/>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"nowhere\" vr=\"US\"/></NativeDicomModel>")]
    [InlineData("<NativeDicomModel><DicomAttribute tag=\"00280010\" vr=\"US\"><Value number=\"1\">many</Value></DicomAttribute></NativeDicomModel>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><NativeDicomModel>&b;</NativeDicomModel>")]
    [InlineData("no xml")]
    public void What_is_not_the_xml_model_is_refused(string xml) =>
        Assert.ThrowsAny<XmlException>(() => DicomXml.Parse(Encoding.UTF8.GetBytes(xml)));

    private static IEnumerable<string> Sample() => SharedRadiology.Files
        .Where(p => p.Contains("charset_files", StringComparison.Ordinal) || p.Contains("highdicom", StringComparison.Ordinal) || p.Contains("test_files", StringComparison.Ordinal))
        .Where(p => new FileInfo(p).Length < 200_000 && !p.Contains("DICOMDIR", StringComparison.Ordinal) && PublishedFiles.TryRead(p) is not null).Where((_, i) => i % 3 == 0);

    /// <summary>Every attribute that dcm2json writes has the same VR and values here; numbers are compared as numbers.</summary>
    private static string? Difference(JsonElement ours, JsonElement theirs)
    {
        foreach (var attribute in theirs.EnumerateObject().Where(a => Convert.ToInt32(a.Name[3..4], 16) % 2 == 0))
        {
            if (!ours.TryGetProperty(attribute.Name, out var own))
            {
                return $"{attribute.Name} is missing";
            }

            var (vr, theirVr) = (own.GetProperty("vr").GetString()!, attribute.Value.GetProperty("vr").GetString()!);
            if (vr != theirVr && !(vr is "OB" or "OW" or "UN") && theirVr != "UN")
            {
                return $"{attribute.Name} is {vr}, not {theirVr}";
            }

            if (theirVr != "UN" && vr != "UN" && own.TryGetProperty("Value", out var values) && attribute.Value.TryGetProperty("Value", out var theirValues)
                && values.GetArrayLength() is var count && (count != theirValues.GetArrayLength()
                    || values.EnumerateArray().Zip(theirValues.EnumerateArray()).Any(v => !Same(v.First, v.Second))))
            {
                return $"{attribute.Name}: {values} here, {theirValues} there";
            }
        }

        return null;
    }

    private static bool Same(JsonElement ours, JsonElement theirs) => (ours.ValueKind, theirs.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) when ours.TryGetProperty("Alphabetic", out _) || ours.TryGetProperty("Ideographic", out _) || theirs.TryGetProperty("Alphabetic", out _) =>
            theirs.EnumerateObject().All(g => ours.TryGetProperty(g.Name, out var own) && own.GetString() == g.Value.GetString()),
        (JsonValueKind.Object, JsonValueKind.Object) => Difference(ours, theirs) is null,
        (JsonValueKind.Null, JsonValueKind.Null) => true,
        (JsonValueKind.Null, _) or (_, JsonValueKind.Null) => false,
        _ => ours.ToString() == theirs.ToString() || (double.TryParse(ours.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var a)
            && double.TryParse(theirs.ToString(), System.Globalization.CultureInfo.InvariantCulture, out var b) && Math.Abs(a - b) <= 1e-6 * Math.Abs(a)),
    };
}
