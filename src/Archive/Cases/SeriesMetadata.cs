using System.Globalization;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Archive.Cases;

/// <summary>
/// The stored metadata of a series: a JSON array of data sets in the order of instance numbers. Values that are not inline are
/// named by addresses below the root of the service, which whoever sends the metadata puts before them.
/// </summary>
internal static class SeriesMetadata
{
    private static readonly DicomJsonOptions Inline = new();

    public static IReadOnlyList<DicomDataset> Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        return [.. document.RootElement.EnumerateArray().Select(DicomJson.Read)];
    }

    public static byte[] Write(IEnumerable<DicomDataset> headers)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var header in headers)
            {
                var places = new Dictionary<DicomElement, string>(ReferenceEqualityComparer.Instance);
                Place(header, "", places);
                var root = AddressOf(header);
                DicomJson.Write(writer, header, Inline with { BulkDataUri = element => root + places[element] });
            }

            writer.WriteEndArray();
        }

        return stream.ToArray();
    }

    /// <summary>Below the root of the service, with a slash at its end: a value's place stands behind it.</summary>
    public static string AddressOf(DicomDataset header) =>
        $"studies/{header.GetString(DicomTags.StudyInstanceUid)}/series/{header.GetString(DicomTags.SeriesInstanceUid)}/instances/{header.GetString(DicomTags.SopInstanceUid)}/bulkdata/";

    /// <summary>The values that the metadata of an instance name by address, by their places, in the order of the data set.</summary>
    public static IReadOnlyList<(string Place, DicomElement Element)> BulkData(DicomDataset dataset)
    {
        var places = new Dictionary<DicomElement, string>(ReferenceEqualityComparer.Instance);
        Place(dataset, "", places);
        return [.. places.Where(p => IsPixels(p.Value) || DicomJson.IsBulk(p.Key, Inline)).Select(p => (p.Value, p.Key))];
    }

    /// <summary>Whether an instance's own pixels stand at a place, and not those of an icon: metadata never hold them, however few they are.</summary>
    public static bool IsPixels(string place) => place is "7FE00008" or "7FE00009" or "7FE00010";

    /// <summary>An attribute by its place: tags of sequences and numbers of items from 1, and its own tag (<c>54000100/1/54001010</c>).</summary>
    public static DicomElement? Find(DicomDataset dataset, string place)
    {
        var parts = place.Split('/');
        var within = dataset;
        for (var i = 0; i + 2 < parts.Length; i += 2)
        {
            if (!DicomTag.TryParse(parts[i], out var sequence) || !int.TryParse(parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || within.GetItems(sequence) is var items && (number < 1 || number > items.Count))
                return null;
            within = items[number - 1];
        }

        return parts.Length % 2 == 1 && DicomTag.TryParse(parts[^1], out var tag) ? within.Find(tag) : null;
    }

    private static void Place(DicomDataset dataset, string above, Dictionary<DicomElement, string> places)
    {
        foreach (var element in dataset)
        {
            var place = above + element.Tag.Hex;
            if (element.Vr.IsBinary())
                places[element] = place;
            for (var i = 0; i < ((element as DicomSequence)?.Items.Count ?? 0); i++)
                Place(((DicomSequence)element).Items[i], string.Create(CultureInfo.InvariantCulture, $"{place}/{i + 1}/"), places);
        }
    }
}
