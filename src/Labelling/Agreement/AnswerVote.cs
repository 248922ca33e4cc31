using System.Text.Json;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;

namespace Pirogov.Labelling.Agreement;

/// <summary>One answer out of several.</summary>
internal static class AnswerVote
{
    /// <summary>The most frequent answer, of numbers the median; among equally frequent ones that of the first reader. Free text is kept from all.</summary>
    /// <param name="given">By source; null where none was given.</param>
    public static DocumentAnswer? MostFrequent(Question question, IReadOnlyList<DocumentAnswer?> given, ConsensusRules rules)
    {
        DocumentAnswer[] answers = [.. given.OfType<DocumentAnswer>().Where(a => a.IsGiven)];
        if (question.Type == Question.FreeText)
            return Joined(answers);
        if (answers.Length == 0 || answers.Length * 2 < given.Count)
            return null;
        if (question.Type == Question.Number && rules.Points == PointAlgorithm.Median && Numbers(answers) is { Length: > 0 } numbers && numbers.Length * 2 > answers.Length)
            return new(Element(ObjectConsensus.Of(numbers)), answers.Any(a => a.Uncertain));
        // Doubt is a remark on an answer and no other answer: it does not split the votes, and stays where half of them have it.
        var most = answers.GroupBy(a => (AnswerText.Text(a.Value), a.CannotAssess)).MaxBy(g => g.Count())!;
        return most.First() with { Uncertain = most.Count(a => a.Uncertain) * 2 >= most.Count() };
    }

    public static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, PlatformJson.Options);

    private static double[] Numbers(IEnumerable<DocumentAnswer> answers) =>
        [.. answers.Where(a => !a.CannotAssess && a.Value is { ValueKind: JsonValueKind.Number }).Select(a => a.Value!.Value.GetDouble())];

    private static DocumentAnswer? Joined(DocumentAnswer[] answers)
    {
        string[] texts = [.. answers.Select(a => AnswerText.Text(a.Value)).OfType<string>().Distinct()];
        return texts.Length == 0 ? answers.FirstOrDefault() : new(Element(string.Join('\n', texts)), answers.Any(a => a.Uncertain));
    }
}
