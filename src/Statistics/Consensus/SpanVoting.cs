namespace Pirogov.Statistics;

/// <summary>On what sources vote.</summary>
public enum SpanVote
{
    /// <summary>Every place of the continuum is voted on, category by category: boundaries are where the majority changes.</summary>
    Places,

    /// <summary>Whole spans are voted on: only what was drawn exactly alike counts together. For nested spans of one category.</summary>
    Whole,
}

/// <param name="Span">With its category.</param>
/// <param name="Confidence">Share of the sources that cover it, in the mean over its length; of whole spans, that drew it.</param>
/// <param name="Exact">Sources that drew just this span.</param>
public readonly record struct VotedSpan(LabelledSpan Span, double Confidence, int Exact);

/// <summary>
/// Spans that most sources drew: shares of votes (Dawid &amp; Skene 1979, eq. 3.1) at every place, or on every whole span. Sources are held against
/// them by F1 (Hripcsak &amp; Rothschild 2005).
/// </summary>
/// <param name="Spans">By start, end and category.</param>
/// <param name="Sources">Each source's spans against the consensus.</param>
public sealed record SpanVoting(IReadOnlyList<VotedSpan> Spans, IReadOnlyList<SpanScores> Sources)
{
    /// <summary>
    /// More than half of the sources decide, so that of two both have to agree, and a tie is no span. Where the majority has
    /// two spans of a category that touch, they stay two if more of the sources that cover both sides end a span there than
    /// draw one across. A source that covers a place twice has one vote.
    /// </summary>
    /// <param name="sources">Each source's spans on one continuum; none is an opinion too.</param>
    /// <param name="vote">On what.</param>
    /// <exception cref="ArgumentException">A span that is empty, not finite or of a negative category.</exception>
    public static SpanVoting Of(IReadOnlyList<IReadOnlyList<LabelledSpan>> sources, SpanVote vote = SpanVote.Places)
    {
        LabelledSpan.Check(sources);
        var drawn = sources.SelectMany(spans => spans.Distinct()).CountBy(span => span).ToDictionary();
        var found = vote == SpanVote.Whole
            ? drawn.Where(s => s.Value * 2 > sources.Count).Select(s => (Span: s.Key, Confidence: (double)s.Value / sources.Count))
            : drawn.Keys.Select(s => s.Category).Distinct().SelectMany(category => Places(sources, category));
        VotedSpan[] voted =
        [
            .. found.OrderBy(s => s.Span.Start).ThenBy(s => s.Span.End).ThenBy(s => s.Span.Category)
                .Select(s => new VotedSpan(s.Span, s.Confidence, drawn.GetValueOrDefault(s.Span))),
        ];
        LabelledSpan[] consensus = [.. voted.Select(s => s.Span)];
        return new(voted, [.. sources.Select(spans => SpanScores.Of(consensus, spans))]);
    }

    private static IEnumerable<(LabelledSpan Span, double Confidence)> Places(IReadOnlyList<IReadOnlyList<LabelledSpan>> sources, int category)
    {
        LabelledSpan[][] spans = [.. sources.Select(source => source.Where(s => s.Category == category).ToArray())];
        double[] places = [.. spans.SelectMany(source => source).SelectMany(s => new[] { s.Start, s.End }).Distinct().Order()];
        var covers = new bool[sources.Count, places.Length];
        var across = new bool[sources.Count, places.Length];
        for (var source = 0; source < spans.Length; source++)
            foreach (var span in spans[source])
            {
                int from = Array.BinarySearch(places, span.Start), to = Array.BinarySearch(places, span.End);
                for (var place = from; place < to; place++) (covers[source, place], across[source, place]) = (true, across[source, place] || place > from);
            }

        return Joined(places, covers, across, category);
    }

    // A place is what lies between one boundary and the next.
    private static IEnumerable<(LabelledSpan Span, double Confidence)> Joined(double[] places, bool[,] covers, bool[,] across, int category)
    {
        var sources = covers.GetLength(0);
        var (start, weight) = (-1, 0.0);
        for (var place = 0; place < places.Length; place++)
        {
            int votes = 0, joining = 0, ending = 0;
            for (var source = 0; source < sources; source++)
            {
                votes += covers[source, place] ? 1 : 0;
                if (place == 0 || !covers[source, place] || !covers[source, place - 1]) continue;
                joining += across[source, place] ? 1 : 0;
                ending += across[source, place] ? 0 : 1;
            }

            var stands = votes * 2 > sources;
            if (start >= 0 && (!stands || ending > joining))
            {
                yield return (new(places[start], places[place], category), weight / (places[place] - places[start]) / sources);
                start = -1;
            }

            if (!stands) continue;
            if (start < 0) (start, weight) = (place, 0);
            weight += votes * (places[place + 1] - places[place]);
        }
    }
}
