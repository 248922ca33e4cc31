using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pirogov.Dicom;

/// <summary>What the JSON model leaves out or points to.</summary>
public sealed record DicomJsonOptions
{
    public static DicomJsonOptions Default { get; } = new();

    /// <summary>Every value inline, encapsulated pixel data as their items: nothing is lost but group lengths.</summary>
    public static DicomJsonOptions LossFree { get; } = new() { MaximumInlineBytes = int.MaxValue };

    /// <summary>Bytes above which OB, OW, UN and the like are not written inline.</summary>
    public int MaximumInlineBytes { get; init; } = 1024;

    /// <summary>Address of a value that is not inline; where it answers null, or is absent, the attribute is omitted.</summary>
    public Func<DicomElement, string?>? BulkDataUri { get; init; }
}

/// <summary>The DICOM JSON Model (PS3.18 Annex F), written in UTF-8.</summary>
public static partial class DicomJson
{
    public static byte[] ToUtf8Bytes(DicomDataset dataset, DicomJsonOptions? options = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            Write(writer, dataset, options);
        }

        return stream.ToArray();
    }

    public static string ToText(DicomDataset dataset, DicomJsonOptions? options = null) =>
        Encoding.UTF8.GetString(ToUtf8Bytes(dataset, options));

    public static void Write(Utf8JsonWriter writer, DicomDataset dataset, DicomJsonOptions? options = null)
    {
        options ??= DicomJsonOptions.Default;
        writer.WriteStartObject();
        foreach (var element in dataset.Where(e => !e.Tag.IsGroupLength))
        {
            WriteElement(writer, dataset, element, options);
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether a value stands beside the model, at an address, and not in it.</summary>
    public static bool IsBulk(DicomElement element, DicomJsonOptions options) => element.Vr.IsBinary()
        && (element.Bytes.Length > options.MaximumInlineBytes || element is DicomStreamedPixelData
            || (element is DicomEncapsulatedPixelData && options.MaximumInlineBytes < int.MaxValue));

    private static void WriteElement(Utf8JsonWriter writer, DicomDataset dataset, DicomElement element, DicomJsonOptions options)
    {
        var isBinary = element.Vr.IsBinary();
        var isBulk = IsBulk(element, options);
        var uri = isBulk ? options.BulkDataUri?.Invoke(element) : null;
        if (isBulk && uri is null)
        {
            return;
        }

        writer.WriteStartObject(element.Tag.Hex);
        writer.WriteString("vr", element.Vr.ToString());
        if (uri is not null)
        {
            writer.WriteString("BulkDataURI", uri);
        }
        else if (isBinary)
        {
            if (!element.IsEmpty || element is DicomEncapsulatedPixelData)
            {
                writer.WriteBase64String("InlineBinary", element is DicomEncapsulatedPixelData pixels ? pixels.ToItems() : element.Bytes.Span);
            }
        }
        else if (!element.IsEmpty)
        {
            writer.WriteStartArray("Value");
            WriteValues(writer, dataset, element, options);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter writer, DicomDataset dataset, DicomElement element, DicomJsonOptions options)
    {
        if (element is DicomSequence sequence)
        {
            foreach (var item in sequence.Items)
            {
                Write(writer, item, options);
            }

            return;
        }

        // The model is in UTF-8, and a declared character set has to say so (PS3.18 F.2.1.1).
        var values = element.Tag.Value == 0x00080005 ? ["ISO_IR 192"] : dataset.GetStrings(element.Tag);
        foreach (var value in values)
        {
            WriteValue(writer, element.Vr, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, DicomVr vr, string value)
    {
        if (value.Length == 0)
        {
            writer.WriteNullValue();
        }
        else if (vr == DicomVr.PN)
        {
            WritePersonName(writer, value);
        }
        else if ((vr is DicomVr.DS or DicomVr.IS or DicomVr.FD or DicomVr.FL or DicomVr.SL or DicomVr.SS or DicomVr.UL or DicomVr.US) && NumberToken().IsMatch(value)
            && !(value.Length > vr.MaximumLength()))
        {
            // The very digits: 1.50 stays 1.50. Other spellings of numbers, those too long for their VR, and 64-bit ones that
            // scripts would round are strings.
            writer.WriteRawValue(value);
        }
        else
        {
            writer.WriteStringValue(ModelText.Spell(vr, value));
        }
    }

    private static void WritePersonName(Utf8JsonWriter writer, string value)
    {
        ReadOnlySpan<string> names = ["Alphabetic", "Ideographic", "Phonetic"];
        var groups = value.Split('=', 3);
        writer.WriteStartObject();
        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i].Length > 0)
            {
                writer.WriteString(names[i], groups[i]);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>A number as RFC 8259 spells it.</summary>
    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z")]
    private static partial Regex NumberToken();
}
