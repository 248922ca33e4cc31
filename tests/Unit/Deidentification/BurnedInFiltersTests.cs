using System.Globalization;
using System.Text.Json.Nodes;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Every filter of the recipes for devices fits the device that it describes, and no other.</summary>
public class BurnedInFiltersTests
{
    private static readonly JsonArray Filters = JsonNode.Parse(BurnedInFilters.Bytes)!["filters"]!.AsArray();

    [Fact]
    public void Every_filter_fits_a_header_made_of_its_conditions_and_none_fits_a_device_of_nobody()
    {
        Assert.True(Filters.Count > 50, $"{Filters.Count} filters");
        foreach (var filter in Filters)
        {
            var conditions = filter!["conditions"]!.AsArray();
            foreach (var region in filter["regions"]!.AsArray())
            {
                var n = region!.AsArray().Select(v => (int)v!).ToArray();
                var found = BurnedInFilters.Regions(Header(conditions));
                Assert.True(found.Any(r => r.X == n[0] && r.Y == n[1]), $"{filter["label"]} says nothing of {string.Join(',', n)}");
            }
        }

        var nobodys = new DicomDataset().Set(DicomTags.Modality, "CT").Set(DicomTags.Manufacturer, "NOBODY").Set(DicomTags.ManufacturerModelName, "NOTHING").Set(DicomTags.Rows, 4000).Set(DicomTags.Columns, 4000);
        Assert.Empty(BurnedInFilters.Regions(DicomFile.Create(nobodys, DicomUids.ExplicitVRLittleEndian)));
    }

    [Fact]
    public void Every_filter_asks_for_a_device_by_attributes_of_the_dictionary()
    {
        foreach (var filter in Filters)
        {
            var fields = filter!["conditions"]!.AsArray().SelectMany(any => any!.AsArray()).Select(c => (string)c!["field"]!).ToArray();
            Assert.True(fields.Contains("Modality") || fields.Contains("Manufacturer"), $"{filter["label"]} asks for no device");
            Assert.All(fields, field => Assert.True(TagOf(field) is not null, $"{filter["label"]} asks for {field}"));
        }
    }

    /// <summary>The first of each list of conditions holds; of two of one attribute both.</summary>
    private static DicomFile Header(JsonArray conditions)
    {
        var dataset = new DicomDataset().Set(DicomTags.Rows, 8000).Set(DicomTags.Columns, 8000);
        var file = DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian);
        foreach (var field in conditions.Select(any => any!.AsArray()[0]!).GroupBy(c => (string)c["field"]!))
        {
            var tag = TagOf(field.Key)!.Value;
            var equal = field.FirstOrDefault(c => (string)c["test"]! == "equals");
            var value = equal is not null ? First(equal) : string.Join(' ', field.Select(First));
            var target = tag.Group == 2 ? file.Meta : file.Dataset;
            if (DicomDictionary.VrsOf(tag).Vr == DicomVr.US)
                target.Set(tag, int.Parse(value, CultureInfo.InvariantCulture));
            else
                target.Set(tag, value);
        }

        return file;
    }

    /// <summary>Descriptions of overlays stand in any of the groups 60xx.</summary>
    private static DicomTag? TagOf(string field) => field == "OverlayDescription" ? new DicomTag(0x60020022) : DicomTag.TryParse(field, out var tag) ? tag : null;

    private static string First(JsonNode condition) => (string)condition["values"]![0]!;
}
