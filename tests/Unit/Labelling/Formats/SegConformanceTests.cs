using System.Text.Json;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

/// <summary>What a Segmentation object has to have, by the tables of PS3.3 and by a peer.</summary>
public class SegConformanceTests
{
    private static readonly byte[] Written = Write();

    private static byte[] Write()
    {
        var square = RunLengthMask.FromBits([.. Enumerable.Range(0, 99).Select(i => i % 9 is > 2 and < 6)], VolumeRoom.Rows, VolumeRoom.Columns);
        var document = VolumeRoom.Labels([.. VolumeRoom.Schema.Classes.SelectMany((c, n) => Enumerable.Range(1, 2 + n).Select(s => FormatRoom.MaskOf(c.Id, $"{VolumeRoom.Series}.{s}", 1, square)))]);
        return new SegFormat().Export(document, VolumeRoom.Tilted).Files.Single().Bytes.ToArray();
    }

    /// <summary>Types 1 and 2 of every mandatory module in the IOD's table, also inside sequences that are there; macros of the code sequence included.</summary>
    [SkippableFact]
    public void Every_attribute_of_type_1_and_2_is_there()
    {
        using var tables = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder("standards", "gdcm", "part3_2008_modules_types.json")));
        var (modules, macros) = (tables.RootElement.GetProperty("modules"), tables.RootElement.GetProperty("macros"));
        var seg = DicomReader.Read(Written).Dataset;
        var (faults, looked) = (new List<string>(), 0);
        foreach (var entry in tables.RootElement.GetProperty("iods").GetProperty("Segmentation IOD Modules").GetProperty("entries").EnumerateArray())
        {
            if (entry.GetProperty("usage").GetString() == "U")
                continue;
            var name = entry.GetProperty("name").GetString()!;
            var module = modules.EnumerateObject().Where(m => m.Name.StartsWith(name + " Module", StringComparison.OrdinalIgnoreCase)).Select(m => (JsonElement?)m.Value).FirstOrDefault();
            if (module is { } found)
                Check(found.GetProperty("attributes"), seg, name, faults, ref looked);
        }

        foreach (var group in seg.GetItems(DicomTags.PerFrameFunctionalGroupsSequence))
        {
            foreach (var macro in new[] { "Frame Content", "Plane Position", "Derivation Image", "Segmentation" })
                Check(macros.GetProperty($"{macro} Macro Attributes").GetProperty("attributes"), group, macro, faults, ref looked);
        }

        foreach (var macro in new[] { "Pixel Measures", "Plane Orientation" })
            Check(macros.GetProperty($"{macro} Macro Attributes").GetProperty("attributes"), seg.GetItems(DicomTags.SharedFunctionalGroupsSequence).Single(), macro, faults, ref looked);
        Assert.Empty(faults);
        Assert.True(looked > 100, $"{looked} attributes were looked at.");
    }

    private static void Check(JsonElement attributes, DicomDataset data, string where, List<string> faults, ref int looked)
    {
        // At each depth the data sets in which the next deeper attributes have to stand.
        var open = new List<IReadOnlyList<DicomDataset>> { new[] { data } };
        foreach (var attribute in attributes.EnumerateArray().Where(a => a.TryGetProperty("tag", out _)))
        {
            var depth = attribute.GetProperty("depth").GetInt32();
            if (depth >= open.Count || !DicomTag.TryParse(attribute.GetProperty("tag").GetString()!.Replace(",", "", StringComparison.Ordinal), out var tag))
                continue;
            open.RemoveRange(depth + 1, open.Count - depth - 1);
            foreach (var item in open[depth])
            {
                looked++;
                var (element, type) = (item.Find(tag), attribute.GetProperty("type").GetString());
                if (type == "1" && (element is null || element.IsEmpty) || type == "2" && element is null)
                    faults.Add($"{where}: {tag} {tag.Keyword}");
            }

            open.Add([.. open[depth].SelectMany(i => i.GetItems(tag))]);
        }
    }

    [SkippableFact]
    public void Dcmtk_reads_the_object_without_a_word()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x.dcm");
        File.WriteAllBytes(path, Written);
        var dumped = SharedData.Run("/usr/bin/dcmdump", "-q", path);
        Assert.Contains("(0062,0001) CS [BINARY]", dumped, StringComparison.Ordinal);
        Assert.DoesNotContain("W: ", dumped, StringComparison.Ordinal);
    }

    [Fact]
    public void Segments_carry_the_codes_of_their_classes_and_the_category_that_these_belong_to()
    {
        var segments = DicomReader.Read(Written).Dataset.GetItems(DicomTags.SegmentSequence);
        string Said(DicomDataset s, DicomTag tag) => string.Join("; ", s.GetItems(tag).SelectMany(c => c.GetItems(DicomTags.EquivalentCodeSequence).Prepend(c))
            .Select(c => $"{c.GetString(DicomTags.CodeValue) ?? c.GetString(DicomTags.LongCodeValue)}, {c.GetString(DicomTags.CodingSchemeDesignator)}, {c.GetString(DicomTags.CodeMeaning)}"));
        Assert.Equal(["10200004, SCT, Liver; RID58, RADLEX, liver", "C22.0, I10, Печеночноклеточный рак", "a_class_with_a_name_longer_than_a_code, 99PIROGOV, Other"],
            segments.Select(s => Said(s, DicomTags.SegmentedPropertyTypeCodeSequence)));
        Assert.Equal(["91723000, SCT, Anatomical Structure", "49755003, SCT, Morphologically Abnormal Structure", "91723000, SCT, Anatomical Structure"],
            segments.Select(s => Said(s, DicomTags.SegmentedPropertyCategoryCodeSequence)));
        Assert.Equal(["liver", "tumour", "a_class_with_a_name_longer_than_a_code"], segments.Select(s => s.GetString(DicomTags.SegmentLabel)));
    }

    /// <summary>Two segments that lie on each other, and one that is named by its code alone.</summary>
    [Fact]
    public void A_segment_is_found_by_its_code_when_its_label_is_foreign_and_not_when_two_classes_have_it()
    {
        var file = DicomReader.Read(Written);
        foreach (var segment in file.Dataset.GetItems(DicomTags.SegmentSequence))
            segment.Set(DicomTags.SegmentLabel, "foreign");
        var bytes = DicomWriter.ToBytes(file);
        Assert.Equal("YES", file.Dataset.GetString(DicomTags.SegmentsOverlap));
        var back = new SegFormat().Import([new("x.dcm", bytes)], VolumeRoom.Tilted).Value;
        Assert.Empty(back.Untaken);
        Assert.Equal(VolumeRoom.Schema.Classes.Select(c => c.Id).Order(), back.Document.Masks.Select(m => m.Class).Distinct().Order());
        var twice = VolumeRoom.Schema with { Classes = [.. VolumeRoom.Schema.Classes, new LabelClass("lobe", new("Доля", "Lobe"), "#000000", ["mask"], Codes: [new("SCT", "10200004", "Liver")])] };
        Assert.Equal(["class-ambiguous"], new SegFormat().Import([new("x.dcm", bytes)], VolumeRoom.Tilted with { Schema = twice }).Value.Untaken.Select(u => u.Reason));
    }

    /// <summary>Values of the sRGB profile under D50: white is (100, 0, 0), red (54.29, 80.80, 69.89).</summary>
    [Theory]
    [InlineData("#ffffff", 65535, 32896, 32896)]
    [InlineData("#000000", 0, 32896, 32896)]
    [InlineData("#ff0000", 35580, 53662, 50858)]
    public void Colours_are_cielab_under_d50(string color, int lightness, int a, int b)
    {
        var lab = CieLab.Of(color);
        Assert.All(lab.Zip(new[] { lightness, a, b }), v => Assert.InRange(v.First, v.Second - 20, v.Second + 20));
    }
}
