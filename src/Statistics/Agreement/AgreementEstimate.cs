namespace Pirogov.Statistics;

/// <summary>Why a coefficient has no value.</summary>
public enum AgreementUndefined
{
    /// <summary>The coefficient is defined.</summary>
    No,

    /// <summary>No item was rated.</summary>
    NoItems,

    /// <summary>No item was rated twice: there is nothing to compare.</summary>
    NoPairs,

    /// <summary>Chance alone explains full agreement (every rating fell into one category, or all values are equal): 0/0.</summary>
    NoVariation,
}

/// <param name="Coefficient">Chance-corrected agreement (κ, π, α, AC …), at most 1; null when undefined.</param>
/// <param name="StandardError">Large-sample; null when undefined, and for a single item.</param>
/// <param name="Interval">As the coefficient says; null where the standard error is.</param>
/// <param name="Observed">Observed (weighted) agreement; null when nothing could be compared.</param>
/// <param name="Expected">(Weighted) agreement expected by chance; null when nothing could be compared.</param>
/// <param name="Items">The number of items the coefficient stands on.</param>
/// <param name="Undefined">Why the coefficient is null.</param>
public sealed record AgreementEstimate(
    double? Coefficient,
    double? StandardError,
    ConfidenceInterval? Interval,
    double? Observed,
    double? Expected,
    int Items,
    AgreementUndefined Undefined)
{
    // Sums of shares differ by less where they are equal: a rater with one answer agrees just as chance does.
    private const double Rounding = 1e-14;

    /// <summary>Two-sided, of no agreement beyond chance: Student's t with items − 1 degrees of freedom (Gwet 2014); null where the standard error is.</summary>
    public double? PValue => (Coefficient, StandardError) switch
    {
        (0, _) => StandardError is null ? null : 1,
        ({ } value, { } error) => StudentDistribution.TwoSided(value / error, Items - 1),
        _ => null,
    };

    internal static AgreementEstimate None(AgreementUndefined why, double? observed = null, double? expected = null, int items = 0) =>
        new(null, null, null, observed, expected, items, why);

    /// <summary>With the interval of the large sample: ± z·SE, not clipped.</summary>
    internal static AgreementEstimate Normal(double coefficient, double variance, double level, double observed, double expected, int items)
    {
        if (Math.Abs(observed - expected) <= Rounding) coefficient = 0;
        if (items < 2) return new(coefficient, null, null, observed, expected, items, AgreementUndefined.No);
        var error = Math.Sqrt(Math.Max(0, variance));
        var half = NormalDistribution.Quantile((1 + level) / 2) * error;
        return new(coefficient, error, new ConfidenceInterval(coefficient - half, coefficient + half, level), observed, expected, items, AgreementUndefined.No);
    }

    /// <summary>With the interval of Gwet 2014: ± t·SE on items − 1 degrees of freedom, cut at 1.</summary>
    internal static AgreementEstimate Student(double coefficient, double variance, double level, double observed, double expected, int items)
    {
        if (Math.Abs(observed - expected) <= Rounding) coefficient = 0;
        if (items < 2) return new(coefficient, null, null, observed, expected, items, AgreementUndefined.No);
        var error = Math.Sqrt(Math.Max(0, variance));
        var half = StudentDistribution.Quantile((1 + level) / 2, items - 1) * error;
        return new(coefficient, error, new ConfidenceInterval(coefficient - half, Math.Min(1, coefficient + half), level), observed, expected, items, AgreementUndefined.No);
    }
}
