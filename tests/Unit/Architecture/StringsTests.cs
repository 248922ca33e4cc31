using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Pirogov.Unit.Architecture;

public sealed partial class StringsTests
{
    private static readonly Dictionary<string, JsonElement> Russian = House.Strings("ru");
    private static readonly Dictionary<string, JsonElement> English = House.Strings("en");

    [Fact]
    public void Both_languages_have_the_same_keys()
    {
        Assert.Empty(Russian.Keys.Except(English.Keys).Order(StringComparer.Ordinal));
        Assert.Empty(English.Keys.Except(Russian.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Both_languages_fill_the_same_placeholders() =>
        Assert.Empty(Russian.Keys.Intersect(English.Keys).Where(k => !Placeholders(Russian[k]).SetEquals(Placeholders(English[k]))).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_plural_has_all_forms_of_its_language()
    {
        Assert.Empty(Plurals(Russian).Where(p => !Forms(p.Value).SetEquals(["one", "few", "many", "other"])).Select(p => p.Key));
        Assert.Empty(Plurals(English).Where(p => !Forms(p.Value).SetEquals(["one", "other"])).Select(p => p.Key));
    }

    /// <summary>The platform's own plurals know the number alone; those of the workbenches (<c>web/</c>) are filled there.</summary>
    [Fact]
    public void What_the_platform_counts_is_called_n() => Assert.Empty(Plurals(Russian)
        .Where(p => !p.Key.StartsWith("workbench.", StringComparison.Ordinal) && !p.Key.StartsWith("upload.", StringComparison.Ordinal))
        .Where(p => Placeholders(p.Value).Any(name => name != "{n}")).Select(p => p.Key));

    [Fact]
    public void No_text_is_empty() =>
        Assert.Empty(Russian.Concat(English).Where(p => p.Value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(p.Value.GetString())).Select(p => p.Key));

    [Fact]
    public void Every_refusal_says_what_and_why()
    {
        var codes = House.Sources.SelectMany(s => RefusalCode().Matches(s.Text).Select(m => m.Groups["code"].Value)).Distinct();
        Assert.Empty(codes.SelectMany(c => new[] { $"problem.{c}.title", $"problem.{c}.detail" }).Where(k => !Russian.ContainsKey(k)).Order(StringComparer.Ordinal));
    }

    /// <summary>The other way round: <c>/problems</c> lists what begins so, and a reason or a leftover is no type.</summary>
    [Fact]
    public void What_is_called_a_problem_is_the_type_of_a_refusal()
    {
        var codes = House.Sources.SelectMany(s => RefusalCode().Matches(s.Text).Select(m => m.Groups["code"].Value)).ToHashSet();
        var families = House.Sources.SelectMany(s => RefusalFamily().Matches(s.Text).Select(m => m.Groups["family"].Value)).ToArray();
        var types = Russian.Keys.Where(k => k.StartsWith("problem.", StringComparison.Ordinal) && k.EndsWith(".title", StringComparison.Ordinal))
            .Select(k => k["problem.".Length..^".title".Length]);
        Assert.Empty(types.Where(t => !codes.Contains(t) && !families.Any(f => t.StartsWith(f, StringComparison.Ordinal))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_field_that_a_refusal_names_has_words()
    {
        var named = House.Sources.SelectMany(s => RefusedField().Matches(s.Text).Select(m => m.Groups["field"].Value));
        // Where the name is a variable, it comes from a list of tuples in the same file.
        var listed = House.Sources.Where(s => RefusedListedField().IsMatch(s.Text)).SelectMany(s => ListedField().Matches(s.Text).Select(m => m.Groups["field"].Value));
        var fields = named.Concat(listed).Distinct().ToArray();
        Assert.Contains("fullName", fields);
        Assert.Contains("expectedBenefit", fields);
        Assert.Empty(fields.Where(f => !Russian.ContainsKey("field." + f) || !English.ContainsKey("field." + f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_that_the_code_names_exists()
    {
        var used = House.Sources.SelectMany(s => UsedKey().Matches(s.Text).Select(m => (s.Path, Key: m.Groups["key"].Value)));
        Assert.Empty(used.Where(u => !Russian.ContainsKey(u.Key)).Select(u => $"{u.Path}: {u.Key}").Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Plurals(Dictionary<string, JsonElement> strings) =>
        strings.Where(p => p.Value.ValueKind == JsonValueKind.Object);

    private static HashSet<string> Forms(JsonElement plural) => [.. plural.EnumerateObject().Select(f => f.Name)];

    private static HashSet<string> Placeholders(JsonElement text) => [.. Placeholder().Matches(text.GetRawText()).Select(m => m.Value)];

    [GeneratedRegex(@"\{[a-zA-Z][a-zA-Z0-9]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\bRefusal\(\s*""(?<code>[a-z0-9./-]*[a-z0-9])""")]
    private static partial Regex RefusalCode();

    [GeneratedRegex(@"\bRefusal\(\s*""(?<family>[a-z0-9.-]*\.)""\s*\+")]
    private static partial Regex RefusalFamily();

    [GeneratedRegex(@"new (?:Missing|TooLong)\(""(?<field>[a-zA-Z.]+)""")]
    private static partial Regex RefusedField();

    [GeneratedRegex(@"new (?:Missing|TooLong)\([a-z]")]
    private static partial Regex RefusedListedField();

    [GeneratedRegex(@"\(""(?<field>[a-zA-Z.]+)"", [a-z]+\??\.")]
    private static partial Regex ListedField();

    /// <summary>Whole literals only: a key put together at run time ends in a brace or a plus, not in a quotation mark.</summary>
    [GeneratedRegex(@"\b[Ww]ords(?:\[|\.Plural\(|\.Fill\()""(?<key>[a-zA-Z0-9.-]+)""[\],)]")]
    private static partial Regex UsedKey();
}
