using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Which devices write names into which part of their images: rules by the header, as versioned data.</summary>
internal static class BurnedInFilters
{
    private static readonly Lazy<byte[]> Source = new(() => DeidentificationProfile.Resource("burned-in-filters.json"));

    private static readonly Lazy<Filter[]> Filters = new(() => JsonSerializer.Deserialize<FilterData>(Source.Value, JsonSerializerOptions.Web)?.Filters ?? []);

    /// <summary>What any filter asks for.</summary>
    private static readonly Lazy<(string Name, DicomTag Tag)[]> Fields = new(() =>
        [.. Filters.Value.SelectMany(f => f.Conditions).SelectMany(any => any).Select(c => c.Field).Distinct().Select(f => (f, TagOf(f)))]);

    /// <summary>Group and element of the first overlay; each of the groups 60xx may hold one.</summary>
    private static readonly DicomTag OverlayDescription = new(0x60000022);

    /// <summary>A thousand slices of a series answer alike. In memory only.</summary>
    private static readonly ConcurrentDictionary<string, int[][]> Asked = new(StringComparer.Ordinal);

    private const int MostKept = 256;

    public static ReadOnlySpan<byte> Bytes => Source.Value;

    /// <returns>The regions of every filter that fits the instance, cut to its rows and columns.</returns>
    public static IReadOnlyList<PixelRegion> Regions(DicomFile file)
    {
        string[] values = [.. Fields.Value.Select(field => ValueOf(file, field.Tag))];
        var key = KeyOf(values);
        if (!Asked.TryGetValue(key, out var regions))
        {
            regions = [.. Filters.Value.Where(f => f.Fits(name => values[Array.FindIndex(Fields.Value, field => field.Name == name)])).SelectMany(f => f.Regions).Distinct()];
            if (Asked.Count >= MostKept)
            {
                Asked.Clear();
            }

            Asked[key] = regions;
        }

        if (regions.Length == 0)
        {
            return [];
        }

        var (rows, columns) = (file.Dataset.GetInt(DicomTags.Rows) ?? 0, file.Dataset.GetInt(DicomTags.Columns) ?? 0);
        return [.. regions.Select(r => new PixelRegion(r[0], r[1], Math.Min(r[2], columns - r[0]), Math.Min(r[3], rows - r[1]))).Where(r => r is { Width: > 0, Height: > 0 }).Distinct()];
    }

    /// <summary>Each with its length: no two lists of values share a key.</summary>
    private static string KeyOf(string[] values)
    {
        var key = new StringBuilder(256);
        foreach (var value in values)
        {
            key.Append(value.Length).Append(':').Append(value);
        }

        return key.ToString();
    }

    /// <exception cref="JsonException">The dictionary has no such attribute, and the filter would never fit.</exception>
    private static DicomTag TagOf(string field) => DicomTag.TryParse(field, out var tag) ? tag
        : field == nameof(OverlayDescription) ? OverlayDescription : throw new JsonException($"Unknown attribute {field}.");

    private static string ValueOf(DicomFile file, DicomTag tag)
    {
        if (tag == OverlayDescription)
        {
            return string.Join('\\', file.Dataset.Where(e => e.Tag.Group is >= 0x6000 and <= 0x60FF && e.Tag.Element == tag.Element).SelectMany(e => file.Dataset.GetStrings(e.Tag)));
        }

        var values = (tag.Group == 2 ? file.Meta : file.Dataset).GetStrings(tag);
        return values.Count == 1 ? values[0] : string.Join('\\', values);
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
