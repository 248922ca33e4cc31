namespace Pirogov.Statistics;

/// <param name="Start">Where the span begins on the continuum: characters, frames, seconds.</param>
/// <param name="End">Where it ends; greater than <paramref name="Start"/>.</param>
/// <param name="Category">Any code, none negative.</param>
public readonly record struct LabelledSpan(double Start, double End, int Category)
{
    internal double Length => End - Start;

    internal static void Check(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators)
    {
        for (var annotator = 0; annotator < annotators.Count; annotator++)
            foreach (var span in annotators[annotator])
                if (!double.IsFinite(span.Start) || !double.IsFinite(span.End) || !(span.End > span.Start) || span.Category < 0)
                    throw new ArgumentException($"Annotator {annotator} has no proper span in [{span.Start}, {span.End}) of category {span.Category}.", nameof(annotators));
    }
}
