using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pirogov.Labelling.Schemas;

/// <summary>
/// "Only if …": a tree of all, any and not over answers and over what is marked. Exactly one of <paramref name="All"/>, <paramref name="Any"/>,
/// <paramref name="Not"/>, <paramref name="Question"/> and <paramref name="Class"/> is given. "Cannot be assessed" is no answer.
/// </summary>
/// <param name="Question">An earlier question, whose answer is given, and, where the next three say so, is such.</param>
/// <param name="Is">Options, or "true" or "false": the answer is, or of several includes, one of them.</param>
/// <param name="AtLeast">The number is not below it.</param>
/// <param name="AtMost">The number is not above it.</param>
/// <param name="Class">Any mask or object of the class, or of one below it, is there.</param>
internal sealed record Condition(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Condition>? All = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Condition>? Any = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Condition? Not = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Question = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Is = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? AtLeast = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? AtMost = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Class = null)
{
    public const int MostLevels = 8;
    public const int MostParts = 100;

    internal IEnumerable<Condition?> Parts => All ?? Any ?? (Not is null ? [] : [Not]);

    /// <param name="answers">Of the questions that are asked.</param>
    /// <param name="isMarked">Whether a class has a mask or an object.</param>
    internal bool Holds(IReadOnlyDictionary<string, DocumentAnswer> answers, Func<string, bool> isMarked) => this switch
    {
        { All: { } all } => all.All(c => c.Holds(answers, isMarked)),
        { Any: { } any } => any.Any(c => c.Holds(answers, isMarked)),
        { Not: { } not } => !not.Holds(answers, isMarked),
        { Class: { } marked } => isMarked(marked),
        { Question: { } asked } => answers.TryGetValue(asked, out var answer)
            && answer is { CannotAssess: false, Value: { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value } && Fits(value),
        _ => false,
    };

    private bool Fits(JsonElement value)
    {
        if (Is is { } some && !Words(value).Any(some.Contains))
            return false;
        if (AtLeast is null && AtMost is null)
            return true;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && !(number < AtLeast) && !(number > AtMost);
    }

    private static IEnumerable<string> Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.True => ["true"],
        JsonValueKind.False => ["false"],
        JsonValueKind.Array => value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!),
        _ => [],
    };

    /// <summary>
    /// The questions that are asked, given the answers so far. An answer to a question that is not asked counts for nothing, so that a whole branch
    /// falls with its root; conditions look only backwards, so one pass is enough.
    /// </summary>
    internal static IReadOnlySet<string> Asked(
        IReadOnlyList<Question> questions, IReadOnlyDictionary<string, DocumentAnswer> answers, Func<string, bool> isMarked)
    {
        var (asked, counted) = (new HashSet<string>(), new Dictionary<string, DocumentAnswer>());
        foreach (var question in questions)
        {
            if (question.OnlyIf is { } condition && !condition.Holds(counted, isMarked))
                continue;
            asked.Add(question.Id);
            if (answers.TryGetValue(question.Id, out var answer) && answer is not null)
                counted[question.Id] = answer;
        }

        return asked;
    }
}
