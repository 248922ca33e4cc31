namespace Pirogov.Statistics;

/// <summary>How well scores separate positive from negative cases; scores are any numbers, higher meaning more positive.</summary>
public static class BinaryScores
{
    /// <summary>The area under the ROC curve = P(score of a positive &gt; that of a negative) + ½ P(equal) (Mann &amp; Whitney 1947, ties by mid-ranks; Hanley &amp; McNeil 1982).</summary>
    /// <param name="scores">Of each case, any number but NaN.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <returns>NaN unless both classes are present.</returns>
    /// <exception cref="ArgumentException">Lists of different length, or a score that is NaN.</exception>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var order = Order(scores, positive);
        long positives = 0, negatives = 0;
        double concordant = 0;
        for (var start = 0; start < order.Length;)
        {
            var end = TieEnd(order, start);
            var hits = 0;
            for (var i = start; i < end; i++)
                if (order[i].Positive) hits++;
            var misses = end - start - hits;
            concordant += hits * (negatives + misses / 2.0);
            positives += hits;
            negatives += misses;
            start = end;
        }

        return positives == 0 || negatives == 0 ? double.NaN : concordant / ((double)positives * negatives);
    }

    /// <summary>The variance of <see cref="Auc"/> by placements (DeLong, DeLong &amp; Clarke-Pearson 1988), for independent cases.</summary>
    /// <param name="scores">Of each case, any number but NaN.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <returns>NaN unless both classes have at least two cases.</returns>
    /// <exception cref="ArgumentException">Lists of different length, or a score that is NaN.</exception>
    public static double AucVariance(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        Check(scores, positive);
        List<double> hits = [], misses = [];
        for (var i = 0; i < scores.Length; i++) (positive[i] ? hits : misses).Add(scores[i]);
        return hits.Count < 2 || misses.Count < 2
            ? double.NaN
            : SampleVariance(Placements(hits, misses)) / hits.Count + SampleVariance(Placements(misses, hits)) / misses.Count;
    }

    /// <summary>Average precision Σ (Rₙ − Rₙ₋₁) Pₙ over distinct thresholds, a step function without interpolation (Zhu 2004).</summary>
    /// <param name="scores">Of each case, any number but NaN.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <returns>NaN without positives.</returns>
    /// <exception cref="ArgumentException">Lists of different length, or a score that is NaN.</exception>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var order = Order(scores, positive);
        Array.Reverse(order);
        int seen = 0, positives = 0;
        double sum = 0;
        for (var start = 0; start < order.Length;)
        {
            var end = TieEnd(order, start);
            var hits = 0;
            for (var i = start; i < end; i++)
                if (order[i].Positive) hits++;
            positives += hits;
            seen += end - start;
            sum += hits * ((double)positives / seen);
            start = end;
        }

        return positives == 0 ? double.NaN : sum / positives;
    }

    /// <summary>Mean of −ln p of the true class (Good 1952); probabilities are clipped to [ε, 1 − ε], ε = 2⁻⁵², so one certain mistake stays finite.</summary>
    /// <param name="probabilities">Of each case, that it is positive, 0 to 1.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <returns>NaN without cases.</returns>
    /// <exception cref="ArgumentException">Lists of different length, or a number that is no probability.</exception>
    public static double LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> positive)
    {
        CheckProbabilities(probabilities, positive);
        const double epsilon = 2.220446049250313e-16;
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var p = Math.Clamp(probabilities[i], epsilon, 1 - epsilon);
            sum -= Math.Log(positive[i] ? p : 1 - p);
        }

        return probabilities.IsEmpty ? double.NaN : sum / probabilities.Length;
    }

    /// <summary>Mean squared difference of probability and outcome (Brier 1950), 0 to 1.</summary>
    /// <param name="probabilities">Of each case, that it is positive, 0 to 1.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <returns>NaN without cases.</returns>
    /// <exception cref="ArgumentException">Lists of different length, or a number that is no probability.</exception>
    public static double Brier(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> positive)
    {
        CheckProbabilities(probabilities, positive);
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            var error = probabilities[i] - (positive[i] ? 1 : 0);
            sum += error * error;
        }

        return probabilities.IsEmpty ? double.NaN : sum / probabilities.Length;
    }

    private static double[] Placements(List<double> of, List<double> among)
    {
        var sorted = among.Order().ToArray();
        return [.. of.Select(score => (Below(sorted, score, true) + Below(sorted, score, false)) / (2.0 * sorted.Length))];
    }

    // The number of entries below the score, or not above it.
    private static int Below(double[] sorted, double score, bool strict)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < score || (!strict && sorted[middle] == score)) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static double SampleVariance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }

    private static (double Score, bool Positive)[] Order(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        Check(scores, positive);
        var order = new (double Score, bool Positive)[scores.Length];
        for (var i = 0; i < order.Length; i++) order[i] = (scores[i], positive[i]);
        Array.Sort(order, (a, b) => a.Score.CompareTo(b.Score));
        return order;
    }

    private static int TieEnd((double Score, bool Positive)[] order, int start)
    {
        var end = start + 1;
        while (end < order.Length && order[end].Score == order[start].Score) end++;
        return end;
    }

    private static void Check(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length)
            throw new ArgumentException($"{scores.Length} scores given for {positive.Length} cases.", nameof(scores));
        foreach (var score in scores)
            if (double.IsNaN(score)) throw new ArgumentException("A score is not a number.", nameof(scores));
    }

    private static void CheckProbabilities(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> positive)
    {
        Check(probabilities, positive);
        foreach (var p in probabilities)
            if (p is < 0 or > 1) throw new ArgumentException($"{p} is no probability.", nameof(probabilities));
    }
}
