using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pirogov.Dicom;

public static partial class DicomJson
{
    /// <summary>
    /// Reads a data set of the JSON model. Attributes given by BulkDataURI are left out: their bytes are elsewhere.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON, or not a data set of the model.</exception>
    public static DicomDataset Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        return Read(document.RootElement);
    }

    /// <inheritdoc cref="Parse"/>
    public static DicomDataset Read(JsonElement json) =>
        ReadInto(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192"), json);

    private static DicomDataset ReadInto(DicomDataset dataset, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("A DICOM data set is a JSON object.");
        }

        foreach (var attribute in json.EnumerateObject())
        {
            if (!DicomTag.TryParse(attribute.Name, out var tag) || attribute.Value.ValueKind != JsonValueKind.Object
                || !attribute.Value.TryGetProperty("vr", out var vrText) || vrText.GetString() is not { Length: 2 } letters
                || !DicomVrTraits.TryParse(Encoding.ASCII.GetBytes(letters), out var vr))
            {
                throw new JsonException($"Attribute '{attribute.Name}' is not of the DICOM JSON model.");
            }

            if (tag != DicomTags.SpecificCharacterSet && !attribute.Value.TryGetProperty("BulkDataURI", out _))
            {
                ReadAttribute(dataset, tag, vr, attribute.Value);
            }
        }

        return dataset;
    }

    private static void ReadAttribute(DicomDataset dataset, DicomTag tag, DicomVr vr, JsonElement attribute)
    {
        try
        {
            if (vr == DicomVr.SQ)
            {
                dataset.Set(new DicomSequence(tag, [.. Values(attribute).Where(v => v.ValueKind == JsonValueKind.Object).Select(v => ReadInto(new DicomDataset(dataset), v))]));
            }
            else if (IsBinary(vr))
            {
                var bytes = attribute.TryGetProperty("InlineBinary", out var inline) ? inline.GetBytesFromBase64() : [];
                dataset.Set(new DicomElement(tag, vr, bytes));
            }
            else if (vr == DicomVr.AT)
            {
                dataset.Set(new DicomElement(tag, vr, Values(attribute).SelectMany(TagBytes).ToArray()));
            }
            else
            {
                dataset.Set(tag, vr, [.. Values(attribute).Select(v => Text(v, vr))]);
            }
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new JsonException($"The value of {tag} is not a {vr}.", e);
        }
    }

    private static JsonElement.ArrayEnumerator Values(JsonElement attribute) =>
        attribute.TryGetProperty("Value", out var value) ? value.EnumerateArray() : default;

    private static string Text(JsonElement value, DicomVr vr) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.Object => string.Join('=', Group(value, "Alphabetic"), Group(value, "Ideographic"), Group(value, "Phonetic")).TrimEnd('='),
        JsonValueKind.Number when vr is DicomVr.DS or DicomVr.IS => DicomNumbers.Format(value.GetDouble(), vr),
        JsonValueKind.Number => value.GetRawText(),
        _ => value.GetString() ?? "",
    };

    private static string Group(JsonElement name, string group) => name.TryGetProperty(group, out var text) ? text.GetString() ?? "" : "";

    private static byte[] TagBytes(JsonElement value)
    {
        var tag = uint.Parse(value.GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return [(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8)];
    }
}
