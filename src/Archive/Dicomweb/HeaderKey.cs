using System.Globalization;
using System.Text.Json;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>A matching key for an attribute of the headers, which may lie inside sequences, at any of their items (PS3.18 8.3.4.1).</summary>
internal sealed record HeaderKey(DicomTag[] Path, string Value)
{
    private const int Deepest = 8;
    private const string Values = "Value";

    /// <summary>Names are taken that are like the one asked for.</summary>
    public bool IsFuzzy { get; init; }

    /// <param name="name">Keywords or tags with points between them: <c>RequestAttributesSequence.ScheduledProcedureStepID</c>, <c>00081111.00080018</c>.</param>
    /// <returns>Null when one of them is no attribute.</returns>
    public static HeaderKey? Parse(string name, string value)
    {
        var path = new List<DicomTag>();
        foreach (var part in name.Split('.'))
        {
            if (path.Count == Deepest || !DicomTag.TryParse(part, out var tag))
                return null;
            path.Add(tag);
        }

        return new([.. path], value.Trim());
    }

    /// <param name="header">In the DICOM JSON model.</param>
    public bool Matches(JsonElement header) => Value == "*" || Matches(header, 0);

    private bool Matches(JsonElement item, int depth)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(Path[depth].Hex, out var attribute) || !attribute.TryGetProperty(Values, out var values))
            return depth == Path.Length - 1 && Value == MatchKeys.EmptyValue;
        var vr = attribute.GetProperty("vr").GetString()!;
        foreach (var value in values.EnumerateArray())
        {
            if (depth < Path.Length - 1 ? vr == "SQ" && Matches(value, depth + 1) : Matches(value, vr))
                return true;
        }

        return false;
    }

    private bool Matches(JsonElement value, string vr) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(g => g.Value.ValueKind == JsonValueKind.String && Wildcards.IsName(g.Value.GetString()!, Value, IsFuzzy)),
        JsonValueKind.Number => double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number.Equals(value.GetDouble()),
        JsonValueKind.String => MatchesText(value.GetString()!, vr),
        _ => false,
    };

    private bool MatchesText(string text, string vr) => vr switch
    {
        "UI" => Value.Split(',', '\\').Contains(text),
        "DA" => TextRange.OfDates(Value)?.Holds(Moment.Date(text)) == true,
        "TM" => TextRange.OfTimes(Value)?.Holds(Moment.Time(text)) == true,
        "DT" => MatchesDateTime(text),
        _ => Wildcards.IsLike(text, Value, ignoreCase: false),
    };

    /// <summary>A hyphen may also begin a zone: only one between two moments makes a range.</summary>
    private bool MatchesDateTime(string text)
    {
        var bounds = Value.Split('-');
        if (bounds.Length != 2 || (bounds[1].Length is > 0 and < 8))
            return Moment.DateTimeOf(text) is { } one && one == Moment.DateTimeOf(Value);
        var last = Moment.DateTimeOf(bounds[1]);
        return new TextRange(Moment.DateTimeOf(bounds[0]), last is null ? null : last + "\uFFFF").Holds(Moment.DateTimeOf(text));
    }
}
