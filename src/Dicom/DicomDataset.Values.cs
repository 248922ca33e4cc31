using System.Globalization;

namespace Pirogov.Dicom;

/// <summary>Typed reading and writing of values. Readers answer null or empty where the value is absent or unreadable.</summary>
public sealed partial class DicomDataset
{
    /// <summary>Every value as text: padding trimmed, numbers in the invariant culture; empty for bytes and sequences.</summary>
    public IReadOnlyList<string> GetStrings(DicomTag tag) => Find(tag) is { } element ? Strings(element) : [];

    /// <summary>The first value as text; null when absent or empty.</summary>
    public string? GetString(DicomTag tag) => GetStrings(tag) is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>First value of IS, DS without fraction, or a binary integer.</summary>
    public int? GetInt(DicomTag tag) => GetDoubles(tag) is [var first, ..] && first == Math.Floor(first)
        && first is >= int.MinValue and <= int.MaxValue ? (int)first : null;

    public double? GetDouble(DicomTag tag) => GetDoubles(tag) is [var first, ..] ? first : null;

    /// <summary>Values of DS, IS and every binary number; empty when one of them does not read as a number.</summary>
    public IReadOnlyList<double> GetDoubles(DicomTag tag)
    {
        if (Find(tag) is not { } element)
        {
            return [];
        }

        var values = element.Vr.IsText()
            ? [.. Strings(element).Select(s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d : double.NaN)]
            : Numbers(element);
        return values.Any(v => !double.IsFinite(v)) ? [] : values;
    }

    /// <summary>A DA value (YYYYMMDD, or the old YYYY.MM.DD), or the date of a DT.</summary>
    public DateOnly? GetDate(DicomTag tag)
    {
        var text = GetString(tag)?.Replace(".", "", StringComparison.Ordinal);
        return text is { Length: >= 8 }
            && DateOnly.TryParseExact(text.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date : null;
    }

    /// <summary>A TM value (HH, HHMM, HHMMSS with optional fraction).</summary>
    public TimeOnly? GetTime(DicomTag tag)
    {
        var text = GetString(tag)?.Replace(":", "", StringComparison.Ordinal);
        string[] formats = ["HHmmss.FFFFFF", "HHmmss", "HHmm", "HH"];
        return TimeOnly.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
    }

    public DicomPersonName? GetPersonName(DicomTag tag) => GetString(tag) is { } text ? DicomPersonName.Parse(text) : null;

    /// <summary>Texts in the character set in force.</summary>
    /// <exception cref="ArgumentException">The character set in force cannot write the text.</exception>
    public DicomDataset Set(DicomTag tag, params IEnumerable<string> values) => Set(tag, DictionaryVr(tag), values);

    /// <inheritdoc cref="Set(DicomTag, IEnumerable{string})"/>
    public DicomDataset Set(DicomTag tag, DicomVr vr, params IEnumerable<string> values)
    {
        if (!vr.IsText())
        {
            return Set(new DicomElement(tag, vr, DicomNumbers.Parse([.. values], vr)));
        }

        var text = string.Join('\\', values);
        return Set(new DicomElement(tag, vr, (vr.UsesCharacterSet() ? CharacterSet : DicomCharacterSet.Default).Encode(text, vr)));
    }

    /// <summary>Numbers, as text for DS and IS (PS3.5 6.2: at most 16 and 12 characters), as binary otherwise.</summary>
    public DicomDataset Set(DicomTag tag, params IEnumerable<double> values) => SetNumbers(tag, DictionaryVr(tag), [.. values]);

    /// <inheritdoc cref="Set(DicomTag, IEnumerable{double})"/>
    public DicomDataset Set(DicomTag tag, params IEnumerable<int> values) => SetNumbers(tag, DictionaryVr(tag), [.. values.Select(v => (double)v)]);

    public DicomDataset Set(DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> bytes) => Set(new DicomElement(tag, vr, bytes));

    public DicomDataset SetItems(DicomTag tag, params IEnumerable<DicomDataset> items) => Set(new DicomSequence(tag, items));

    public DicomDataset SetEmpty(DicomTag tag)
    {
        var vr = DictionaryVr(tag);
        return Set(vr == DicomVr.SQ ? new DicomSequence(tag) : new DicomElement(tag, vr, default));
    }

    private DicomDataset SetNumbers(DicomTag tag, DicomVr vr, double[] values) => vr.IsText()
        ? Set(tag, vr, values.Select(v => DicomNumbers.Format(v, vr)))
        : Set(new DicomElement(tag, vr, DicomNumbers.Pack(values, vr)));

    private static DicomVr DictionaryVr(DicomTag tag) => DicomDictionary.VrsOf(tag).Vr is var vr and not DicomVr.None
        ? vr : throw new ArgumentException($"{tag} is not in the dictionary: give its VR.", nameof(tag));

    private IReadOnlyList<string> Strings(DicomElement element)
    {
        if (element.Bytes.IsEmpty)
        {
            return [];
        }

        if (!element.Vr.IsText())
        {
            return element.Vr.IsBinary() || element.Vr == DicomVr.SQ ? [] : DicomNumbers.Texts(element.Bytes.Span, element.Vr);
        }

        var text = Decode(element);
        if (element.Vr.IsSingleText())
        {
            return [text.TrimEnd(' ', '\0')];
        }

        var values = text.TrimEnd('\0').Split('\\');
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = element.Vr == DicomVr.UC ? values[i].TrimEnd(' ', '\0') : values[i].Trim(' ', '\0');
        }

        return values;
    }

    /// <summary>Plain text is the same in every character set, unless an escape sequence says otherwise.</summary>
    private string Decode(DicomElement element)
    {
        var bytes = element.Bytes.Span;
        if (System.Text.Ascii.IsValid(bytes) && (!element.Vr.UsesCharacterSet() || !bytes.Contains((byte)0x1B)))
        {
            return System.Text.Encoding.ASCII.GetString(bytes);
        }

        return (element.Vr.UsesCharacterSet() ? CharacterSet : DicomCharacterSet.Default).Decode(bytes, element.Vr);
    }

    private static double[] Numbers(DicomElement element) =>
        element.Vr.IsBinary() || element.Vr is DicomVr.AT or DicomVr.SQ ? [] : DicomNumbers.Unpack(element.Bytes.Span, element.Vr);
}
