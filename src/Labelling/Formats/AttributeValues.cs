using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>Attributes and answers as formats spell them.</summary>
internal static class AttributeValues
{
    public static readonly JsonElement True = JsonSerializer.SerializeToElement(true);

    public static JsonElement Of(string text) => JsonSerializer.SerializeToElement(text);

    /// <summary>
    /// A value from a format that has only text: true and false, a number spelled as it would be written, or the text. A text that
    /// reads as a number therefore comes back as one.
    /// </summary>
    public static JsonElement Read(string text) => text switch
    {
        "true" => True,
        "false" => JsonSerializer.SerializeToElement(false),
        _ when FormatText.ParseNumber(text) is { } number && FormatText.Number(number) == text => JsonSerializer.SerializeToElement(number),
        _ => Of(text),
    };

    /// <summary>An answer as its question wants it, from the words of a format that has no types; options are known by id and by text.</summary>
    /// <returns>Null when the words are no such answer.</returns>
    public static JsonElement? Read(Question question, IReadOnlyList<string> said)
    {
        if (question.HasOptions)
        {
            string?[] options = [.. said.Select(s => question.Options.FirstOrDefault(o => o.Id == s || string.Equals(o.Text.Ru, s, StringComparison.OrdinalIgnoreCase)
                || string.Equals(o.Text.En, s, StringComparison.OrdinalIgnoreCase))?.Id)];
            return options.Contains(null) || options.Length == 0 ? null
                : question.Type == Question.Multichoice ? JsonSerializer.SerializeToElement(options) : options is [var only] ? Of(only!) : null;
        }

        return (question.Type, said) switch
        {
            (Question.Number, [var text]) when FormatText.ParseNumber(text) is { } number => JsonSerializer.SerializeToElement(number),
            (Question.YesNo, ["true" or "True" or "1"]) => True,
            (Question.YesNo, ["false" or "False" or "0"]) => JsonSerializer.SerializeToElement(false),
            (Question.FreeText, _) => Of(string.Join('\n', said)),
            _ => null,
        };
    }

    /// <summary>An attribute of a class under the name that a file gives it; one that the class does not have is kept as it reads.</summary>
    public static (string Id, JsonElement Value) Read(LabelClass @class, string name, IReadOnlyList<string> said) =>
        @class.Attributes?.FirstOrDefault(a => a.Id == name || string.Equals(a.Text.Ru, name, StringComparison.OrdinalIgnoreCase) || string.Equals(a.Text.En, name, StringComparison.OrdinalIgnoreCase))
            is { } known && Read(known, said) is { } value ? (known.Id, value)
            : (name, said is [var one] ? Read(one) : JsonSerializer.SerializeToElement(said));

    /// <summary>The words of a value, one for each member of a list; none for what is neither.</summary>
    public static IReadOnlyList<string> Words(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? [.. value.EnumerateArray().Select(Spell).OfType<string>()] : Spell(value) is { } word ? [word] : [];

    /// <summary>The words of an answer for a format that writes each by itself: a list of none is then no answer, and is listed.</summary>
    public static IReadOnlyList<string> Words(string question, DocumentAnswer answer, List<Untaken> losses)
    {
        if (answer.Uncertain || answer.CannotAssess)
            losses.Add(new(question, "attribute-mark-unheld", question));
        var words = answer.Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value ? Words(value) : null;
        if (words is [])
            losses.Add(new(question, "answer-unheld"));
        return words ?? [];
    }

    /// <returns>Null for lists and objects: a format of text has no place for them.</returns>
    public static string? Spell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number when value.AsNumber() is { } number => FormatText.Number(number),
        _ => null,
    };

    /// <summary>The plain attributes of an object; "uncertain" and "cannot be assessed" are marks that no other tool has, and are listed.</summary>
    public static IEnumerable<(string Id, JsonElement Value)> Plain(DocumentObject one, List<Untaken> losses)
    {
        foreach (var (id, answer) in (one.Attributes ?? new Dictionary<string, DocumentAnswer>()).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            if (answer.Uncertain || answer.CannotAssess)
                losses.Add(new(one.Id, "attribute-mark-unheld", id));
            if (answer.Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
                yield return (id, value);
        }
    }

    public static JsonObject? ToJson(DocumentObject one, List<Untaken> losses)
    {
        var members = new JsonObject(Plain(one, losses).Select(a => KeyValuePair.Create(a.Id, JsonSerializer.SerializeToNode(a.Value))));
        return members.Count > 0 ? members : null;
    }

    public static IReadOnlyDictionary<string, DocumentAnswer>? FromJson(JsonElement? members) => members is { ValueKind: JsonValueKind.Object } some
        ? Some(some.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null).DistinctBy(m => m.Name).ToDictionary(m => m.Name, m => new DocumentAnswer(m.Value)))
        : null;

    public static IReadOnlyDictionary<string, DocumentAnswer>? Some(Dictionary<string, DocumentAnswer> attributes) => attributes.Count > 0 ? attributes : null;
}

/// <summary>What several formats cannot say, listed in one wording.</summary>
internal static class Losses
{
    public static void Masks(LabelDocument document, List<Untaken> losses) =>
        losses.AddRange(document.Masks.Select(m => new Untaken($"{m.Class} {m.SopInstanceUid}#{m.Frame}", "mask-unheld")));

    public static void Answers(LabelDocument document, List<Untaken> losses) =>
        losses.AddRange(document.Answers.Where(a => a.Value.IsGiven || a.Value.Uncertain).Select(a => new Untaken(a.Key, "answer-unheld")));

    public static void Relations(LabelDocument document, List<Untaken> losses) =>
        losses.AddRange((document.Relations ?? []).Select(r => new Untaken(r.Id, "relation-unheld", r.Type)));

    /// <summary>Of formats that hold nothing but masks.</summary>
    public static void AllButMasks(LabelDocument document, List<Untaken> losses)
    {
        foreach (var one in document.Objects)
            Geometry(one, losses);
        Relations(document, losses);
        Answers(document, losses);
    }

    public static void Geometry(DocumentObject one, List<Untaken> losses) => losses.Add(new(one.Id, "geometry-unheld", one.Type));

    /// <summary>Millimetres are made anew from the image; a format of pixels has no place for them.</summary>
    public static void Patient(DocumentObject one, List<Untaken> losses)
    {
        if (one.Points3d is not null || one.Measurement?.LengthMm is not null)
            losses.Add(new(one.Id, "patient-coordinates-unheld"));
    }
}
