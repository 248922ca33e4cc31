namespace Pirogov.Competitions;

/// <summary>What a team sends in.</summary>
public enum CompetitionKind
{
    /// <summary>A zip of NIfTI label volumes, one a case.</summary>
    Masks,

    /// <summary>A CSV with the probability of one answer to one question, a row a case.</summary>
    Probabilities,
}

/// <summary>Defined in <c>Pirogov.Statistics</c>; surface distances in mm, everything else free of unit.</summary>
public enum Metric
{
    Dice,
    NormalizedSurfaceDice,
    HausdorffDistance95,
    Auc,
    AveragePrecision,
    Brier,
    LogLoss,
}

public static class MetricTraits
{
    public static CompetitionKind Kind(this Metric metric) =>
        metric is Metric.Dice or Metric.NormalizedSurfaceDice or Metric.HausdorffDistance95 ? CompetitionKind.Masks : CompetitionKind.Probabilities;

    public static bool HigherIsBetter(this Metric metric) => metric is not (Metric.HausdorffDistance95 or Metric.Brier or Metric.LogLoss);

    public static IEnumerable<Metric> Of(CompetitionKind kind) => Enum.GetValues<Metric>().Where(m => m.Kind() == kind);
}
