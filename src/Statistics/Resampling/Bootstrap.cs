namespace Pirogov.Statistics;

/// <summary>A statistic of the items whose indices are given (an index may come several times); NaN where it is undefined.</summary>
public delegate double ItemStatistic(ReadOnlySpan<int> items);

/// <summary>The cluster bootstrap of a statistic (Efron &amp; Tibshirani 1993; clusters as in Field &amp; Welsh 2007).</summary>
public sealed class Bootstrap
{
    private readonly ClusterSampler sampler;
    private readonly ItemStatistic statistic;
    private readonly double[] replicates;

    private Bootstrap(ClusterSampler sampler, ItemStatistic statistic, double estimate, double[] replicates, int undefined)
    {
        this.sampler = sampler;
        this.statistic = statistic;
        this.replicates = replicates;
        Estimate = estimate;
        UndefinedReplicates = undefined;
    }

    /// <summary>The statistic on all items.</summary>
    public double Estimate { get; }

    /// <summary>The defined values on the bootstrap samples, ascending.</summary>
    public ReadOnlySpan<double> Replicates => replicates;

    /// <summary>Samples on which the statistic was undefined (an AUC with one class only, say); they are left out, and this number is to be reported.</summary>
    public int UndefinedReplicates { get; }

    /// <summary>The standard deviation of the replicates.</summary>
    public double StandardError
    {
        get
        {
            if (replicates.Length < 2) return double.NaN;
            var mean = replicates.Average();
            return Math.Sqrt(replicates.Sum(value => (value - mean) * (value - mean)) / (replicates.Length - 1));
        }
    }

    /// <summary>Draws the samples and computes the statistic on each.</summary>
    /// <param name="sampler">Clusters and strata.</param>
    /// <param name="statistic">Computed on all items and on every sample.</param>
    /// <param name="seed">Of the generator; published with the interval.</param>
    /// <param name="replicates">The number of samples.</param>
    /// <exception cref="ArgumentException">Nothing to draw from, or fewer than 1 sample.</exception>
    public static Bootstrap Run(ClusterSampler sampler, ItemStatistic statistic, ulong seed, int replicates = 2000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replicates);
        if (sampler.ItemCount == 0) throw new ArgumentException("Nothing to draw from.", nameof(sampler));

        var random = new Xoshiro256(seed);
        var values = new List<double>(replicates);
        for (var i = 0; i < replicates; i++)
            if (statistic(sampler.Draw(random)) is var value && !double.IsNaN(value)) values.Add(value);

        var sorted = values.ToArray();
        Array.Sort(sorted);
        var estimate = statistic([.. Enumerable.Range(0, sampler.ItemCount)]);
        return new Bootstrap(sampler, statistic, estimate, sorted, replicates - sorted.Length);
    }

    /// <summary>The quantiles (1 ∓ level)/2 of the replicates; NaN bounds when none is defined.</summary>
    /// <param name="level">Nominal coverage, within (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A level outside (0, 1).</exception>
    public ConfidenceInterval Percentile(double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        return new(Quantiles.OfSorted(replicates, (1 - level) / 2), Quantiles.OfSorted(replicates, (1 + level) / 2), level);
    }

    /// <summary>
    /// The bias-corrected and accelerated interval (Efron 1987), acceleration from the jackknife over clusters, with strata
    /// within each of them (Davison &amp; Hinkley 1997, eq. 5.25 and section 3.2). Costs one statistic per cluster more. Falls
    /// back to <see cref="Percentile"/> where the correction is infinite: an estimate outside all replicates, or clusters
    /// too few and too different.
    /// </summary>
    /// <param name="level">Nominal coverage, within (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A level outside (0, 1).</exception>
    public ConfidenceInterval Bca(double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        var below = replicates.Count(value => value < Estimate) + 0.5 * replicates.Count(value => value == Estimate);
        if (replicates.Length == 0 || below == 0 || below == replicates.Length) return Percentile(level);

        var bias = NormalDistribution.Quantile(below / replicates.Length);
        var acceleration = Acceleration();
        if (Adjusted((1 - level) / 2) is not { } lower || Adjusted((1 + level) / 2) is not { } upper) return Percentile(level);
        return new ConfidenceInterval(Quantiles.OfSorted(replicates, lower), Quantiles.OfSorted(replicates, upper), level);

        double? Adjusted(double tail)
        {
            var z = bias + NormalDistribution.Quantile(tail);
            var scale = 1 - acceleration * z;
            return scale > 0 ? NormalDistribution.Cdf(bias + z / scale) : null;
        }
    }

    /// <summary>A stratum's clusters are compared among themselves, and weigh by the share of theirs that one cluster is.</summary>
    internal double Acceleration()
    {
        double squares = 0, cubes = 0;
        foreach (var stratum in sampler.Strata)
        {
            if (stratum.Length < 2) continue;
            var left = stratum.Select(cluster => statistic(sampler.Without(cluster))).Where(value => !double.IsNaN(value)).ToArray();
            if (left.Length == 0) continue;
            var mean = left.Average();
            foreach (var value in left)
            {
                var influence = (mean - value) * (stratum.Length - 1) / stratum.Length;
                squares += influence * influence;
                cubes += influence * influence * influence;
            }
        }

        return squares == 0 ? 0 : cubes / (6 * Math.Pow(squares, 1.5));
    }
}
