using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>What found no partner of its own class: the same things under other names, and what only one of two documents has.</summary>
internal sealed class Alone
{
    /// <param name="matches">Within the classes.</param>
    public Alone(IReadOnlyList<DocumentObject> first, IReadOnlyList<DocumentObject> second, IReadOnlyList<Match> matches, ConsensusRules rules)
    {
        var (left, right) = (Left(first, matches.Select(m => m.First)), Left(second, matches.Select(m => m.Second)));
        Renamed = ObjectMatching.Of(left, right, rules, across: true);
        OnlyFirst = Left(left, Renamed.Select(m => m.First));
        OnlySecond = Left(right, Renamed.Select(m => m.Second));
    }

    public IReadOnlyList<Match> Renamed { get; }

    public IReadOnlyList<DocumentObject> OnlyFirst { get; }

    public IReadOnlyList<DocumentObject> OnlySecond { get; }

    private static List<DocumentObject> Left(IEnumerable<DocumentObject> all, IEnumerable<Shape> matched)
    {
        var taken = matched.Select(m => m.Object).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. all.Where(o => !taken.Contains(o))];
    }
}
