namespace Pirogov.Statistics;

/// <summary>Single sampling by attributes: a lot is accepted when its sample holds at most so many defective items, else inspected whole.</summary>
public static class AcceptanceSampling
{
    /// <summary>The type-A operating characteristic: the hypergeometric chance that a lot is accepted (Schilling and Neubauer 2017, section 5.2).</summary>
    /// <param name="lot">Items of the lot, at least 1.</param>
    /// <param name="sample">Items drawn without replacement, 1 … <paramref name="lot"/>.</param>
    /// <param name="acceptance">The most defective items of an accepted sample, from 0.</param>
    /// <param name="defective">Of the lot, 0 … <paramref name="lot"/>.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An empty lot or sample, a sample larger than the lot, or a negative number; more defective items than the lot has.</exception>
    public static double ProbabilityOfAcceptance(int lot, int sample, int acceptance, int defective)
    {
        Check(lot, sample, acceptance);
        ArgumentOutOfRangeException.ThrowIfNegative(defective);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(defective, lot);
        var all = LogChoose(lot, sample);
        var sum = 0.0;
        for (var found = Math.Max(0, sample - (lot - defective)); found <= Math.Min(acceptance, Math.Min(sample, defective)); found++)
            sum += Math.Exp(LogChoose(defective, found) + LogChoose(lot - defective, sample - found) - all);
        return Math.Min(1, sum);
    }

    /// <summary>The most defective items whose interval (Wilson 1927) still ends at or below a limit.</summary>
    /// <param name="sample">Items drawn, at least 1.</param>
    /// <param name="limit">The largest bearable share of defective items, within (0, 1).</param>
    /// <param name="level">Coverage of the two-sided interval whose upper end is meant.</param>
    /// <returns>Null when even a sample without a defective item is too small to show as much.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An empty sample, or a limit or level outside (0, 1).</exception>
    public static int? AcceptanceNumber(int sample, double limit, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sample, 1);
        if (!(limit is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "A limit lies between 0 and 1.");
        int? most = null;
        for (var found = 0; found <= sample && WilsonInterval.Of(found, sample, level).Upper <= limit; found++) most = found;
        return most;
    }

    /// <summary>
    /// The worst average share of defective items that goes out when rejected lots are inspected whole and defective items are mended
    /// (the AOQL of Dodge and Romig 1959), over all numbers of defective items.
    /// </summary>
    /// <param name="lot">Items of the lot, at least 1.</param>
    /// <param name="sample">Items drawn without replacement, 1 … <paramref name="lot"/>.</param>
    /// <param name="acceptance">The most defective items of an accepted sample, from 0.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An empty lot or sample, a sample larger than the lot, or a negative number.</exception>
    public static double AverageOutgoingQualityLimit(int lot, int sample, int acceptance)
    {
        Check(lot, sample, acceptance);
        var worst = 0.0;
        for (var defective = 0; defective <= lot; defective++)
            worst = Math.Max(worst, MeanLeft(lot, sample, acceptance, defective) / lot);
        return worst;
    }

    /// <summary>Defective items of a lot that go out unseen, on the average over all samples; a rejected lot lets none out.</summary>
    private static double MeanLeft(int lot, int sample, int acceptance, int defective)
    {
        var all = LogChoose(lot, sample);
        var left = 0.0;
        for (var found = Math.Max(0, sample - (lot - defective)); found <= Math.Min(acceptance, Math.Min(sample, defective)); found++)
            left += Math.Exp(LogChoose(defective, found) + LogChoose(lot - defective, sample - found) - all) * (defective - found);
        return left;
    }

    private static double LogChoose(int n, int k) => LogGamma.Of(n + 1) - LogGamma.Of(k + 1) - LogGamma.Of(n - k + 1);

    private static void Check(int lot, int sample, int acceptance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lot, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sample, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sample, lot);
        ArgumentOutOfRangeException.ThrowIfNegative(acceptance);
    }
}
