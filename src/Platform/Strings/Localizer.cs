using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Pirogov.Platform.Strings;

/// <summary>An assembly whose embedded <c>strings.&lt;culture&gt;.&lt;room&gt;.json</c> resources belong to the catalogue.</summary>
public sealed record StringSource(Assembly Assembly);

/// <summary>
/// The words of the interface, from the same files that the workbenches import. A key that is missing shows as itself,
/// and a test fails.
/// </summary>
public sealed class Localizer
{
    public static readonly string[] Cultures = ["ru", "en"];

    private readonly Dictionary<string, FrozenDictionary<string, JsonElement>> catalogues;

    public Localizer(IEnumerable<StringSource> sources)
    {
        var assemblies = sources.Select(s => s.Assembly).Distinct().ToArray();
        catalogues = Cultures.ToDictionary(c => c, c => assemblies.SelectMany(a => Read(a, c)).ToFrozenDictionary(p => p.Key, p => p.Value));
    }

    public static string Culture => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "ru";

    public string this[string key] => Find(key) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : key;

    /// <summary>A field as forms call it, from its name in a request.</summary>
    public string FieldName(string field) => this["field." + field];

    public bool Has(string key) => Find(key) is not null;

    /// <summary>Fills <c>{name}</c> placeholders from an anonymous object's properties.</summary>
    public string this[string key, object values] => Fill(key, values.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(values)));

    public string Fill(string key, IReadOnlyDictionary<string, object?> values) => Substitute(this[key], values);

    /// <summary>The form that fits the number ("1 случай, 2 случая, 5 случаев"); <c>{n}</c> is the number.</summary>
    public string Plural(string key, long n)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Object } forms)
            return key;
        var form = forms.TryGetProperty(PluralForm.Of(Culture, n), out var exact) ? exact : forms.GetProperty("other");
        return Substitute(form.GetString()!, new Dictionary<string, object?> { ["n"] = n });
    }

    public IReadOnlyDictionary<string, JsonElement> All(string culture) => catalogues[culture];

    private JsonElement? Find(string key) => catalogues[Culture].TryGetValue(key, out var found) ? found : null;

    private static string Substitute(string template, IReadOnlyDictionary<string, object?> values)
    {
        if (!template.Contains('{', StringComparison.Ordinal))
            return template;
        var text = new StringBuilder(template);
        foreach (var (name, value) in values)
            text.Replace("{" + name + "}", Convert.ToString(value, CultureInfo.CurrentCulture));
        return text.ToString();
    }

    private static IEnumerable<KeyValuePair<string, JsonElement>> Read(Assembly assembly, string culture)
    {
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith($"strings.{culture}.", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            foreach (var property in document.RootElement.EnumerateObject())
                yield return new(property.Name, property.Value.Clone());
        }
    }
}

/// <summary>CLDR cardinal forms of whole numbers in the two languages.</summary>
public static class PluralForm
{
    public static string Of(string culture, long n)
    {
        n = Math.Abs(n);
        if (culture != "ru")
            return n == 1 ? "one" : "other";
        return (n % 10, n % 100) switch
        {
            (1, not 11) => "one",
            ( >= 2 and <= 4, not (>= 12 and <= 14)) => "few",
            _ => "many",
        };
    }
}
