using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Dashboards;

/// <param name="First">A reader's name; differences are this one's number less the other's.</param>
/// <param name="Cases">With a number of both.</param>
/// <param name="Bias">The mean difference, over so many pairs of numbers, with its 95 % interval.</param>
/// <param name="Lowest">The limits of agreement, between which 95 % of the differences lie, each with its 95 % interval.</param>
internal sealed record NumberPair(string First, string Second, int Cases, MeanWithInterval Bias, MeanWithInterval Lowest, MeanWithInterval Highest);

/// <summary>How the readers of a project differ in a number, pair by pair (Bland &amp; Altman).</summary>
/// <param name="Class">Of an attribute; none for a question.</param>
/// <param name="Unit">Of all figures.</param>
/// <param name="Total">Pairs of readers who measured two things in common at least.</param>
/// <param name="Pairs">Of these, those with the most things in common.</param>
internal sealed record NumberPairs(string? Class, string Item, string? Unit, int Total, IReadOnlyList<NumberPair> Pairs)
{
    private const int MostShown = 50;

    public static IReadOnlyList<NumberPairs> Of(SchemaContent schema, IReadOnlyList<MeasuredItem> measured, IReadOnlyDictionary<Guid, string> names)
    {
        var asked = schema.Questions.Select(q => (Class: (string?)null, Question: q))
            .Concat(schema.Classes.SelectMany(c => ItemMeasures.Rated(c).Select(a => (Class: (string?)c.Id, Question: a)))).Where(a => a.Question.Type == Question.Number);
        return [.. asked.Select(a => Of(a.Class, a.Question,
            NumberAgreement.Pairs(measured.Where(m => m.Kind == (a.Class is null ? ItemKind.Question : ItemKind.Class) && m.Item == (a.Class ?? a.Question.Id))
                .SelectMany(m => m.Numbers(a.Class is null ? null : a.Question.Id))), names)).Where(p => p.Total > 0)];
    }

    private static NumberPairs Of(string? @class, Question asked, IReadOnlyList<ReaderPair> pairs, IReadOnlyDictionary<Guid, string> names) => new(@class, asked.Id, asked.Unit, pairs.Count,
        [.. pairs.Take(MostShown).Select(p => new NumberPair(names.GetValueOrDefault(p.First, ""), names.GetValueOrDefault(p.Second, ""), p.Cases, p.Bias, p.Lowest, p.Highest))]);
}
