using Pirogov.Deidentification;

namespace Pirogov.Cli;

/// <summary>The options of PS3.15 Annex E by the names that the platform gives them.</summary>
internal static class DeidOptions
{
    private static readonly Dictionary<string, DeidentificationOptions> Names = Enum.GetValues<DeidentificationOptions>()
        .Where(o => o != DeidentificationOptions.None).ToDictionary(DeidentificationProfile.NameOf, StringComparer.OrdinalIgnoreCase);

    public static string All => string.Join(", ", Names.Keys);

    public static IEnumerable<string> NamesOf(DeidentificationOptions options) => Names.Where(n => options.HasFlag(n.Value)).Select(n => n.Key);

    /// <exception cref="CannotFollow">An unknown name, or two that exclude each other.</exception>
    public static CentreDeidentifier Deidentifier(ReadOnlySpan<byte> key, IEnumerable<string> names)
    {
        var options = DeidentificationOptions.None;
        foreach (var name in names.SelectMany(n => n.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
            options |= Names.TryGetValue(name, out var option) ? option : throw new CannotFollow(Words.Of["cli.deid.option-unknown", new { name, all = All }]);
        return options.HasFlag(DeidentificationOptions.RetainFullDates | DeidentificationOptions.RetainModifiedDates)
            ? throw new CannotFollow(Words.Of["cli.deid.option-dates"]) : new CentreDeidentifier(key, options);
    }
}
