using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Archive.Cases;

/// <summary>The stored metadata of a series: a JSON array of data sets in the order of instance numbers.</summary>
internal static class SeriesMetadata
{
    public static IReadOnlyList<DicomDataset> Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        return [.. document.RootElement.EnumerateArray().Select(DicomJson.Read)];
    }
}
