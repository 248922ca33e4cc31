using System.Globalization;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Which devices write names into which part of their images: rules by the header, as versioned data.</summary>
internal static class BurnedInFilters
{
    private static readonly Lazy<byte[]> Source = new(() => DeidentificationProfile.Resource("burned-in-filters.json"));

    private static readonly Lazy<Filter[]> Filters = new(() => JsonSerializer.Deserialize<FilterData>(Source.Value, JsonSerializerOptions.Web)?.Filters ?? []);

    public static ReadOnlySpan<byte> Bytes => Source.Value;

    /// <returns>The regions of every filter that fits the instance, cut to its rows and columns.</returns>
    public static IReadOnlyList<PixelRegion> Regions(DicomFile file)
    {
        // A filter without a modality among its conditions would be asked of everything; there is none.
        if (file.Dataset.GetString(DicomTags.Modality) is null)
        {
            return [];
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var (rows, columns) = (file.Dataset.GetInt(DicomTags.Rows) ?? 0, file.Dataset.GetInt(DicomTags.Columns) ?? 0);
        return [.. Filters.Value.Where(f => f.Fits(field => ValueOf(file, field, values))).SelectMany(f => f.Regions).Distinct()
            .Select(r => new PixelRegion(r[0], r[1], Math.Min(r[2], columns - r[0]), Math.Min(r[3], rows - r[1]))).Where(r => r is { Width: > 0, Height: > 0 }).Distinct()];
    }

    private static string ValueOf(DicomFile file, string field, Dictionary<string, string> values)
    {
        if (values.TryGetValue(field, out var known))
        {
            return known;
        }

        _ = DicomTag.TryParse(field, out var tag);
        return values[field] = string.Join('\\', (tag.Group == 2 ? file.Meta : file.Dataset).GetStrings(tag));
    }

    private sealed record FilterData(string Source, Filter[] Filters);

    /// <param name="Conditions">All of the lists, any of the conditions in each.</param>
    /// <param name="Regions">x, y, width, height.</param>
    private sealed record Filter(string Label, Condition[][] Conditions, int[][] Regions)
    {
        public bool Fits(Func<string, string> value) => Array.TrueForAll(Conditions, any => Array.Exists(any, c => c.Holds(value(c.Field))));
    }

    private sealed record Condition(string Test, string Field, string[] Values)
    {
        public bool Holds(string value) => Test switch
        {
            "contains" => Array.Exists(Values, v => value.Contains(v, StringComparison.OrdinalIgnoreCase)),
            "equals" => Array.Exists(Values, v => string.Equals(v, value, StringComparison.OrdinalIgnoreCase)
                || (double.TryParse(value, CultureInfo.InvariantCulture, out var a) && double.TryParse(v, CultureInfo.InvariantCulture, out var b) && a.Equals(b))),
            _ => throw new JsonException($"Unknown test {Test}."),
        };
    }
}
