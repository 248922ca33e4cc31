namespace Pirogov.Statistics;

/// <summary>
/// Counts of a binary decision (definitions as in Maier-Hein et al. 2024, Metrics Reloaded). A ratio whose denominator is 0 is NaN, never a
/// number made up.
/// </summary>
/// <param name="TruePositive">Positive cases called positive.</param>
/// <param name="FalsePositive">Negative cases called positive.</param>
/// <param name="TrueNegative">Negative cases called negative.</param>
/// <param name="FalseNegative">Positive cases called negative.</param>
public sealed record BinaryConfusion(int TruePositive, int FalsePositive, int TrueNegative, int FalseNegative)
{
    /// <summary>All four together.</summary>
    public int Cases => TruePositive + FalsePositive + TrueNegative + FalseNegative;

    /// <summary>Share of right decisions.</summary>
    public double Accuracy => Ratio(TruePositive + TrueNegative, Cases);

    /// <summary>Recall, true positive rate.</summary>
    public double Sensitivity => Ratio(TruePositive, TruePositive + FalseNegative);

    /// <summary>True negative rate.</summary>
    public double Specificity => Ratio(TrueNegative, TrueNegative + FalsePositive);

    /// <summary>Positive predictive value.</summary>
    public double Precision => Ratio(TruePositive, TruePositive + FalsePositive);

    /// <summary>Share of the cases called negative that are.</summary>
    public double NegativePredictiveValue => Ratio(TrueNegative, TrueNegative + FalseNegative);

    /// <summary>Mean of sensitivity and specificity.</summary>
    public double BalancedAccuracy => (Sensitivity + Specificity) / 2;

    /// <summary>2TP / (2TP + FP + FN): Dice over cases.</summary>
    public double F1 => Ratio(2.0 * TruePositive, 2.0 * TruePositive + FalsePositive + FalseNegative);

    /// <summary>A case is called positive when its score is at least the threshold.</summary>
    /// <param name="threshold">In the unit of the scores.</param>
    /// <param name="scores">Of each case; NaN is never called positive.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <exception cref="ArgumentException">Lists of different length.</exception>
    public static BinaryConfusion At(double threshold, ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var called = new bool[scores.Length];
        for (var i = 0; i < called.Length; i++) called[i] = scores[i] >= threshold;
        return Of(called, positive);
    }

    /// <summary>Counts the decisions against the truth.</summary>
    /// <param name="called">The decision on each case.</param>
    /// <param name="positive">The truth of the same cases.</param>
    /// <exception cref="ArgumentException">Lists of different length.</exception>
    public static BinaryConfusion Of(ReadOnlySpan<bool> called, ReadOnlySpan<bool> positive)
    {
        if (called.Length != positive.Length)
            throw new ArgumentException($"{called.Length} decisions given for {positive.Length} cases.", nameof(called));
        int tp = 0, fp = 0, tn = 0, fn = 0;
        for (var i = 0; i < called.Length; i++)
        {
            if (called[i] && positive[i]) tp++;
            else if (called[i]) fp++;
            else if (positive[i]) fn++;
            else tn++;
        }

        return new BinaryConfusion(tp, fp, tn, fn);
    }

    internal static double Ratio(double numerator, double denominator) => denominator == 0 ? double.NaN : numerator / denominator;
}

/// <summary>Counts of a decision among k classes: rows the truth, columns the decision (means over classes as in Maier-Hein et al. 2024).</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] counts;

    /// <summary>Counts the decisions against the truth.</summary>
    /// <param name="truth">A class 0 … classes − 1 for each case.</param>
    /// <param name="called">The decision on each case.</param>
    /// <param name="classes">The number of declared classes.</param>
    /// <exception cref="ArgumentException">Lists of different length, a class that is not declared, or fewer than 2 classes.</exception>
    public ConfusionMatrix(ReadOnlySpan<int> truth, ReadOnlySpan<int> called, int classes) =>
        counts = CohenKappa.Table(truth, called, classes);

    /// <summary>The number of declared classes.</summary>
    public int Classes => counts.GetLength(0);

    /// <summary>Cases of one class called another.</summary>
    public int this[int truth, int called] => counts[truth, called];

    /// <summary>Share of right decisions; NaN without cases.</summary>
    public double Accuracy
    {
        get
        {
            double right = 0, all = 0;
            for (var i = 0; i < Classes; i++)
                for (var j = 0; j < Classes; j++)
                {
                    all += counts[i, j];
                    if (i == j) right += counts[i, j];
                }

            return BinaryConfusion.Ratio(right, all);
        }
    }

    /// <summary>The mean recall of the classes that occur in the truth.</summary>
    public double BalancedAccuracy => MeanDefined(c => OneAgainstRest(c).Sensitivity);

    /// <summary>The mean F1 of the classes that occur in the truth or in the decisions.</summary>
    public double MacroF1 => MeanDefined(c => OneAgainstRest(c).F1);

    /// <summary>The decision between one class and all others together.</summary>
    /// <param name="positive">The class, 0 … classes − 1.</param>
    public BinaryConfusion OneAgainstRest(int positive)
    {
        int tp = 0, fp = 0, tn = 0, fn = 0;
        for (var i = 0; i < Classes; i++)
            for (var j = 0; j < Classes; j++)
            {
                var count = counts[i, j];
                if (i == positive && j == positive) tp += count;
                else if (j == positive) fp += count;
                else if (i == positive) fn += count;
                else tn += count;
            }

        return new BinaryConfusion(tp, fp, tn, fn);
    }

    private double MeanDefined(Func<int, double> score)
    {
        var defined = Enumerable.Range(0, Classes).Select(score).Where(value => !double.IsNaN(value)).ToArray();
        return defined.Length == 0 ? double.NaN : defined.Average();
    }
}
