namespace Pirogov.Statistics;

/// <summary>
/// How much two categories of a declared scale agree: 1 on the diagonal, symmetric, between 0 and 1 (Gwet 2014, chapter 3).
/// Scores are the positions of the categories; without them they are 1 … k.
/// </summary>
public sealed class AgreementWeights
{
    private readonly double[,] weights;

    private AgreementWeights(double[,] weights)
    {
        this.weights = weights;
        foreach (var weight in weights) Sum += weight;
    }

    /// <summary>The length of the scale.</summary>
    public int Categories => weights.GetLength(0);

    /// <summary>Over all pairs of categories.</summary>
    internal double Sum { get; }

    /// <summary>Of two categories, 0 to 1.</summary>
    public double this[int first, int second] => weights[first, second];

    /// <summary>Weights of categories 1 … k at equal distances.</summary>
    /// <param name="kind">The formula.</param>
    /// <param name="categories">The length of the declared scale, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 categories.</exception>
    public static AgreementWeights Of(KappaWeights kind, int categories) => kind switch
    {
        KappaWeights.Linear => Linear(Ranks(categories)),
        KappaWeights.Quadratic => Quadratic(Ranks(categories)),
        _ => Identity(categories),
    };

    /// <summary>1 on the diagonal, 0 elsewhere: any disagreement counts fully.</summary>
    /// <param name="categories">The length of the declared scale, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 categories.</exception>
    public static AgreementWeights Identity(int categories) => Of(Ranks(categories), (_, _) => 1);

    /// <summary>1 − |x−y| / (max − min) (Cicchetti &amp; Allison 1971).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Linear(params ReadOnlySpan<double> scores) => Of(scores, (x, y) => Math.Abs(x - y));

    /// <summary>1 − (x−y)² / (max − min)² (Fleiss &amp; Cohen 1973).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Quadratic(params ReadOnlySpan<double> scores) => Of(scores, (x, y) => (x - y) * (x - y));

    /// <summary>1 − √|x−y| / √(max − min) (Gwet 2014, chapter 3, radical weights).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Radical(params ReadOnlySpan<double> scores) => Of(scores, (x, y) => Math.Sqrt(Math.Abs(x - y)));

    /// <summary>1 − ((x−y)/(x+y))², divided by its largest value; scores are positive (Gwet 2014, chapter 3, ratio weights).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite and above 0; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not above 0, not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Ratio(params ReadOnlySpan<double> scores)
    {
        foreach (var score in scores)
            if (!(score > 0)) throw new ArgumentException($"A ratio scale has positive scores, not {score}.", nameof(scores));
        return Of(scores, (x, y) => (x - y) * (x - y) / ((x + y) * (x + y)));
    }

    /// <summary>1 − sin²(π(x−y)/(max − min + 1)), divided by its largest value: the last score is next to the first (Gwet 2014, chapter 3, circular weights).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Circular(params ReadOnlySpan<double> scores)
    {
        var (low, high) = Range(scores);
        return Of(scores, (x, y) => Math.Pow(Math.Sin(Math.PI * (x - y) / (high - low + 1)), 2));
    }

    /// <summary>1 − (x−y)² / ((x+y−2·min)(2·max−x−y)), divided by its largest value: differences near an end weigh more (Gwet 2014, chapter 3, bipolar weights).</summary>
    /// <param name="scores">The position of each category, rising strictly and finite; at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 scores, or ones that are not finite, do not rise, or have distances that no double holds.</exception>
    public static AgreementWeights Bipolar(params ReadOnlySpan<double> scores)
    {
        var (low, high) = Range(scores);
        return Of(scores, (x, y) => (x - y) * (x - y) / ((x + y - 2 * low) * (2 * high - x - y)));
    }

    /// <summary>1 − C(|i−j|+1, 2) / C(k, 2): how many pairs of categories lie between (Gwet 2014, chapter 3, ordinal weights).</summary>
    /// <param name="categories">The length of the declared scale, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 categories.</exception>
    public static AgreementWeights Ordinal(int categories) => Of(Ranks(categories), (x, y) => (Math.Abs(x - y) + 1) * Math.Abs(x - y) / 2);

    /// <summary>One's own weights, which are copied.</summary>
    /// <param name="weights">k × k: 1 on the diagonal, symmetric, in [0, 1], not 1 everywhere.</param>
    /// <exception cref="ArgumentException">Weights that break one of these rules.</exception>
    public static AgreementWeights Custom(double[,] weights)
    {
        var k = weights.GetLength(0);
        if (k < 2 || weights.GetLength(1) != k) throw new ArgumentException("Weights are a square of at least two categories.", nameof(weights));
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
                if (!(weights[i, j] is >= 0 and <= 1) || (i == j && weights[i, j] != 1) || weights[i, j] != weights[j, i])
                    throw new ArgumentException($"The weight of categories {i} and {j} breaks the rule: 1 on the diagonal, symmetric, from 0 to 1.", nameof(weights));
        var copy = new AgreementWeights((double[,])weights.Clone());
        if (copy.Sum == (double)k * k) throw new ArgumentException("Weights of 1 everywhere make every rating agree.", nameof(weights));
        return copy;
    }

    /// <summary>Whether some pair of the used categories does not agree fully; without one, chance explains everything.</summary>
    internal bool Distinguishes(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        for (var i = 0; i < first.Length; i++)
            for (var j = 0; j < second.Length; j++)
                if (first[i] > 0 && second[j] > 0 && weights[i, j] < 1) return true;
        return false;
    }

    private static AgreementWeights Of(ReadOnlySpan<double> scores, Func<double, double, double> distance)
    {
        var k = scores.Length;
        Range(scores);
        var weights = new double[k, k];
        var largest = 0.0;
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
                largest = Math.Max(largest, i == j ? 0 : distance(scores[i], scores[j]));
        if (!(largest > 0 && double.IsFinite(largest)))
            throw new ArgumentException("Scores lie too far apart, or too close together, for their distances.", nameof(scores));
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
                weights[i, j] = i == j ? 1 : 1 - distance(scores[i], scores[j]) / largest;
        return new AgreementWeights(weights);
    }

    private static (double Low, double High) Range(ReadOnlySpan<double> scores)
    {
        if (scores.Length < 2) throw new ArgumentException("A scale has at least two categories.", nameof(scores));
        for (var i = 0; i < scores.Length; i++)
            if (!double.IsFinite(scores[i]) || (i > 0 && scores[i] <= scores[i - 1]))
                throw new ArgumentException("Scores rise strictly and are finite.", nameof(scores));
        return (scores[0], scores[^1]);
    }

    private static double[] Ranks(int categories)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 2);
        return [.. Enumerable.Range(1, categories).Select(i => (double)i)];
    }
}
