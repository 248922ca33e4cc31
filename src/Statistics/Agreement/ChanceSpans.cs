namespace Pirogov.Statistics;

/// <summary>
/// Annotators by chance, for γ's expected disorder: each takes the spans of a random annotator, moved around the continuum
/// by a random distance; what would begin beyond its end begins again at its start (Mathet et al. 2015, section 5.2).
/// </summary>
internal static class ChanceSpans
{
    public static List<LabelledSpan>[] Draw(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, double start, double end, Xoshiro256 random)
    {
        // Two annotators moved by nearly the same distance would agree by construction.
        var apart = annotators.SelectMany(spans => spans).Average(span => span.Length) / 2;
        while (true)
        {
            var taken = new List<double>();
            var drawn = new List<LabelledSpan>[annotators.Count];
            for (var a = 0; a < drawn.Length; a++)
            {
                var distance = Distance(taken, apart, end - start, random);
                taken.Add(distance);
                drawn[a] = [.. annotators[random.NextInt32(annotators.Count)].Select(span => Moved(span, distance, start, end))];
            }

            // Annotators without spans may have been drawn only; some have one.
            if (drawn.Any(spans => spans.Count > 0)) return drawn;
        }
    }

    private static LabelledSpan Moved(LabelledSpan span, double distance, double start, double end)
    {
        var by = span.Start + distance > end ? distance - (end - start) : distance;
        return span with { Start = span.Start + by, End = span.End + by };
    }

    // Uniform on what is left of the continuum around those taken; anywhere, when nothing is left.
    private static double Distance(List<double> taken, double apart, double length, Xoshiro256 random)
    {
        var free = new List<(double From, double To)>();
        var at = 0.0;
        foreach (var distance in taken.Order())
        {
            if (distance - apart > at) free.Add((at, distance - apart));
            at = Math.Max(at, distance + apart);
        }

        if (at < length) free.Add((at, length));
        if (free.Count == 0) return random.NextDouble() * length;
        var place = random.NextDouble() * free.Sum(gap => gap.To - gap.From);
        foreach (var (from, to) in free)
        {
            if (place < to - from) return from + place;
            place -= to - from;
        }

        return free[^1].To;
    }
}
