using System.Text.Json;

namespace Pirogov.Labelling.Schemas;

/// <summary>Holds an answer against its question; attributes of objects are answers under the same rules.</summary>
internal static class AnswerCheck
{
    public const int TextLimit = 10_000;

    /// <summary>No measure of a patient is larger, and agreement still has its square: with it one slip of the keyboard would take every figure of a project.</summary>
    private const double LargestNumber = 1e100;

    /// <returns>Why not, stable; null when the answer fits, and when there is none.</returns>
    public static string? Fault(Question question, DocumentAnswer? answer)
    {
        if (answer is null)
            return "part-incomplete";
        if (answer.Uncertain && !question.AllowUncertain || answer.CannotAssess && !question.AllowCannotAssess)
            return "answer-not-allowed";
        if (answer.Value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
            return null;
        return answer.CannotAssess ? "answer-contradicts" : ValueFault(question, value);
    }

    /// <summary>
    /// The first fault among the answers to some questions: of the case, or of one object. A question whose condition does not hold may have no
    /// answer, or the labels would say what nobody was asked.
    /// </summary>
    /// <param name="unknown">The reason for an answer to no question.</param>
    public static (string Reason, string Id)? First(
        IReadOnlyList<Question> questions, IReadOnlyDictionary<string, DocumentAnswer> answers, Func<string, bool> isMarked, string unknown)
    {
        foreach (var (id, answer) in answers)
        {
            if (questions.FirstOrDefault(q => q.Id == id) is not { } question)
                return (unknown, id);
            if (Fault(question, answer) is { } reason)
                return (reason, id);
        }

        if (questions.All(q => q.OnlyIf is null))
            return null;
        var asked = Condition.Asked(questions, answers, isMarked);
        return answers.FirstOrDefault(a => (a.Value.IsGiven || a.Value.Uncertain) && !asked.Contains(a.Key)).Key is { } hidden ? ("question-not-asked", hidden) : null;
    }

    /// <returns>The first required question that is asked and has no answer.</returns>
    public static string? FirstMissing(IReadOnlyList<Question> questions, IReadOnlyDictionary<string, DocumentAnswer> answers, Func<string, bool> isMarked)
    {
        var asked = Condition.Asked(questions, answers, isMarked);
        return questions.FirstOrDefault(q => q.Required && asked.Contains(q.Id) && !(answers.TryGetValue(q.Id, out var answer) && answer.IsGiven))?.Id;
    }

    private static string? ValueFault(Question question, JsonElement value) => question.Type switch
    {
        Question.Choice => value.ValueKind != JsonValueKind.String ? "answer-of-other-type" : question.HasOption(value.GetString()!) ? null : "option-unknown",
        Question.Multichoice => MultichoiceFault(question, value),
        Question.Number => value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) ? "answer-of-other-type"
            : number < question.Min || number > question.Max || Math.Abs(number) > LargestNumber ? "number-outside-range" : null,
        Question.YesNo => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "answer-of-other-type",
        _ => value.ValueKind != JsonValueKind.String ? "answer-of-other-type" : value.GetString()!.Length > TextLimit ? "text-too-long" : null,
    };

    private static string? MultichoiceFault(Question question, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            return "answer-of-other-type";
        var chosen = value.EnumerateArray().Select(v => v.GetString()!).ToArray();
        return chosen.All(question.HasOption) && chosen.Distinct().Count() == chosen.Length ? null : "option-unknown";
    }
}
