using System.Text.Json;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;

namespace Pirogov.Labelling.Agreement;

/// <param name="Algorithm">"majority", "median" or, of free text, "joined".</param>
internal sealed record VotedAnswer(DocumentAnswer Answer, string Algorithm);

/// <summary>One answer out of several.</summary>
internal static class AnswerVote
{
    /// <summary>
    /// The most frequent answer, of numbers the median. Where several options of an ordinal scale are equally frequent, and nothing else is, the median of all
    /// answers on the scale, of an even number the lower of the middle two: it is an option, which a mean is not, and the order of the readers has no part in
    /// it. Else, among equally frequent answers, that of the first reader. Free text is kept from all.
    /// </summary>
    /// <param name="given">By source; null where none was given.</param>
    public static VotedAnswer? Of(Question question, IReadOnlyList<DocumentAnswer?> given, ConsensusRules rules)
    {
        DocumentAnswer[] answers = [.. given.OfType<DocumentAnswer>().Where(a => a.IsGiven)];
        if (question.Type == Question.FreeText)
            return Joined(answers) is { } joined ? new(joined, "joined") : null;
        if (answers.Length == 0 || answers.Length * 2 < given.Count)
            return null;
        if (question.Type == Question.Number && rules.Points == PointAlgorithm.Median && Numbers(answers) is { Length: > 0 } numbers && numbers.Length * 2 > answers.Length)
            return new(new(Element(ObjectConsensus.Of(numbers)), answers.Any(a => a.Uncertain)), "median");
        // Doubt is a remark on an answer and no other answer: it does not split the votes, and stays where half of them have it.
        var groups = answers.GroupBy(a => (Value: AnswerText.Text(a.Value), a.CannotAssess)).ToArray();
        var most = groups.MaxBy(g => g.Count())!;
        var tied = groups.Where(g => g.Count() == most.Count()).ToArray();
        if (question.Ordinal && tied.Length > 1 && tied.All(g => Rank(question, g.First()) is not null))
            return new(Median(question, answers), "median");
        return new(most.First() with { Uncertain = MostlyUncertain(most) }, "majority");
    }

    private static DocumentAnswer Median(Question question, DocumentAnswer[] answers)
    {
        DocumentAnswer[] ranked = [.. answers.Where(a => Rank(question, a) is not null).OrderBy(a => Rank(question, a))];
        return ranked[(ranked.Length - 1) / 2] with { Uncertain = MostlyUncertain(ranked) };
    }

    /// <returns>Null for what is not on the scale: "cannot be assessed", or an option that the schema no longer has.</returns>
    private static int? Rank(Question question, DocumentAnswer answer) =>
        answer.CannotAssess || AnswerText.Text(answer.Value) is not { } value ? null : question.Options.Index().Where(o => o.Item.Id == value).Select(o => (int?)o.Index).FirstOrDefault();

    private static bool MostlyUncertain(IEnumerable<DocumentAnswer> same) => same.Count(a => a.Uncertain) * 2 >= same.Count();

    public static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, PlatformJson.Options);

    private static double[] Numbers(IEnumerable<DocumentAnswer> answers) =>
        [.. answers.Where(a => !a.CannotAssess && a.Value is { ValueKind: JsonValueKind.Number }).Select(a => a.Value!.Value.GetDouble())];

    private static DocumentAnswer? Joined(DocumentAnswer[] answers)
    {
        string[] texts = [.. answers.Select(a => AnswerText.Text(a.Value)).OfType<string>().Distinct()];
        return texts.Length == 0 ? answers.FirstOrDefault() : new(Element(string.Join('\n', texts)), answers.Any(a => a.Uncertain));
    }
}
