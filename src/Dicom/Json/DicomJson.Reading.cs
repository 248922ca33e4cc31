using System.Text;
using System.Text.Json;

namespace Pirogov.Dicom;

public static partial class DicomJson
{
    /// <summary>
    /// Reads a data set of the JSON model, in UTF-8. Attributes given by BulkDataURI are left out unless
    /// <paramref name="bulk"/> fetches their bytes.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON, or not a data set of the model.</exception>
    public static DicomDataset Parse(ReadOnlyMemory<byte> utf8, Func<string, ReadOnlyMemory<byte>?>? bulk = null)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        return Read(document.RootElement, bulk);
    }

    /// <inheritdoc cref="Parse"/>
    public static DicomDataset Read(JsonElement json) => Read(json, null);

    /// <inheritdoc cref="Parse"/>
    public static DicomDataset Read(JsonElement json, Func<string, ReadOnlyMemory<byte>?>? bulk)
    {
        var dataset = ModelText.NewDataset();
        ReadInto(dataset, json, bulk);
        return ModelText.Declare(dataset);
    }

    private static DicomDataset ReadInto(DicomDataset dataset, JsonElement json, Func<string, ReadOnlyMemory<byte>?>? bulk)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("A DICOM data set is a JSON object.");
        }

        foreach (var attribute in json.EnumerateObject())
        {
            if (!DicomTag.TryParse(attribute.Name, out var tag) || attribute.Value.ValueKind != JsonValueKind.Object
                || !attribute.Value.TryGetProperty("vr", out var vrText) || vrText.ValueKind != JsonValueKind.String
                || vrText.GetString() is not { Length: 2 } letters || !DicomVrTraits.TryParse(Encoding.ASCII.GetBytes(letters), out var vr))
            {
                throw new JsonException($"Attribute '{attribute.Name}' is not of the DICOM JSON model.");
            }

            try
            {
                ReadAttribute(dataset, tag, vr, attribute.Value, bulk);
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or OverflowException)
            {
                throw new JsonException($"The value of {tag} is not a {vr}.", e);
            }
        }

        return dataset;
    }

    private static void ReadAttribute(
        DicomDataset dataset, DicomTag tag, DicomVr vr, JsonElement attribute, Func<string, ReadOnlyMemory<byte>?>? bulk)
    {
        if (attribute.TryGetProperty("BulkDataURI", out var uri))
        {
            if (bulk?.Invoke(uri.GetString() ?? "") is { } bytes)
            {
                dataset.Set(ModelText.Binary(tag, vr, bytes));
            }
        }
        else if (vr == DicomVr.SQ)
        {
            dataset.Set(new DicomSequence(tag, [.. Values(attribute).Where(v => v.ValueKind == JsonValueKind.Object).Select(v => ReadInto(new DicomDataset(dataset), v, bulk))]));
        }
        else if (attribute.TryGetProperty("InlineBinary", out var inline))
        {
            dataset.Set(ModelText.Binary(tag, vr, inline.GetBytesFromBase64()));
        }
        else if (vr.IsBinary())
        {
            dataset.Set(new DicomElement(tag, vr, default));
        }
        else
        {
            ModelText.Set(dataset, tag, vr, [.. Values(attribute).Select(v => Text(v, vr))]);
        }
    }

    private static JsonElement.ArrayEnumerator Values(JsonElement attribute) =>
        attribute.TryGetProperty("Value", out var value) ? value.EnumerateArray() : default;

    private static string Text(JsonElement value, DicomVr vr) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.Object => string.Join('=', Group(value, "Alphabetic"), Group(value, "Ideographic"), Group(value, "Phonetic")).TrimEnd('='),
        // Writers that know only binary numbers give more digits than the VR holds.
        JsonValueKind.Number => value.GetRawText() is var digits && digits.Length > vr.MaximumLength() ? DicomNumbers.Format(value.GetDouble(), vr) : digits,
        _ => value.GetString() ?? "",
    };

    private static string Group(JsonElement name, string group) => name.TryGetProperty(group, out var text) ? text.GetString() ?? "" : "";
}
