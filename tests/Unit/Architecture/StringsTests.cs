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

    [Fact]
    public void No_text_is_empty() =>
        Assert.Empty(Russian.Concat(English).Where(p => p.Value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(p.Value.GetString())).Select(p => p.Key));

    [Fact]
    public void Every_refusal_says_what_and_why()
    {
        var codes = House.Sources.SelectMany(s => RefusalCode().Matches(s.Text).Select(m => m.Groups["code"].Value)).Distinct();
        Assert.Empty(codes.SelectMany(c => new[] { $"problem.{c}.title", $"problem.{c}.detail" }).Where(k => !Russian.ContainsKey(k)).Order(StringComparer.Ordinal));
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

    [GeneratedRegex(@"\bRefusal\(\s*""(?<code>[a-z0-9.-]*[a-z0-9])""")]
    private static partial Regex RefusalCode();

    /// <summary>Whole literals only: a key put together at run time ends in a brace or a plus, not in a quotation mark.</summary>
    [GeneratedRegex(@"\b[Ww]ords(?:\[|\.Plural\(|\.Fill\()""(?<key>[a-zA-Z0-9.-]+)""[\],)]")]
    private static partial Regex UsedKey();
}
