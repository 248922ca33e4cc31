using Pirogov.Archive.Cases;

namespace Pirogov.Archive.Dicomweb;

/// <summary>From a first to a last value, either of which may be open: dates and times in the spelling that sorts as text.</summary>
internal sealed record TextRange(string? First, string? Last)
{
    private const string EndOfTime = "235959.999999";

    /// <param name="key">YYYYMMDD, or two of them with a hyphen between, either of which may be absent (PS3.4 C.2.2.2.5).</param>
    /// <returns>Null when the key is neither.</returns>
    public static TextRange? OfDates(string key) => Of(key, Moment.Date, Moment.Date);

    /// <param name="key">HH, HHMM, HHMMSS with a fraction, or two of them with a hyphen between. The last one means its whole hour, minute or second.</param>
    /// <returns>Null when the key is neither.</returns>
    public static TextRange? OfTimes(string key) => Of(key, Moment.Time, text => Moment.Time(text) is null ? null : UntilItsEnd(Moment.Digits(text)));

    /// <summary>Whether a value as the headers spell it lies within.</summary>
    public bool Holds(string? value) => value is not null
        && (First is null || string.CompareOrdinal(value, First) >= 0) && (Last is null || string.CompareOrdinal(value, Last) <= 0);

    public bool IsOneValue => First is not null && First == Last;

    private static TextRange? Of(string key, Func<string, string?> first, Func<string, string?> last)
    {
        var hyphen = key.IndexOf('-', StringComparison.Ordinal);
        if (hyphen < 0)
            return first(key) is { } one ? new(one, one) : null;
        var (from, to) = (key[..hyphen].Trim(), key[(hyphen + 1)..].Trim());
        var range = new TextRange(from.Length > 0 ? first(from) : null, to.Length > 0 ? last(to) : null);
        return (range.First is null && from.Length > 0) || (range.Last is null && to.Length > 0) || (from.Length == 0 && to.Length == 0) ? null : range;
    }

    private static string UntilItsEnd(string digits) => digits.Length > 6 ? digits.PadRight(13, '9') : digits + EndOfTime[digits.Length..];
}
