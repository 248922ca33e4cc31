using System.Buffers.Binary;
using System.Security.Cryptography;
using Pirogov.Competitions.Contracts;
using Pirogov.Statistics;

namespace Pirogov.Competitions.Scoring;

/// <summary>A case whose truth is known: what a statistic is computed from.</summary>
/// <param name="Positive">Whether the answer is the competition's positive option; false in a competition of masks.</param>
internal sealed record ScoredCase(CaseResult Result, string Patient, bool Positive);

/// <param name="Value">Null where undefined: an AUC on one class alone.</param>
/// <param name="Low">Lower bound of the 95 % interval.</param>
internal sealed record MetricEstimate(double? Value, double? Low, double? High, int Cases, int Patients, int UndefinedReplicates)
{
    public const int Replicates = 2000;

    /// <summary>
    /// The value on all cases with its percentile interval from a bootstrap that draws patients, not cases: cases of one
    /// patient are no independent witnesses.
    /// </summary>
    public static MetricEstimate Of(Metric metric, IReadOnlyList<ScoredCase> cases, ulong seed)
    {
        if (cases.Count == 0)
            return new(null, null, null, 0, 0, 0);
        var patients = new ClusterSampler([.. cases.Select(c => c.Patient)]);
        var bootstrap = Bootstrap.Run(patients, Statistic(metric, cases), seed, Replicates);
        var interval = bootstrap.Percentile();
        return new(Defined(bootstrap.Estimate), Defined(interval.Lower), Defined(interval.Upper), cases.Count, patients.ClusterCount, bootstrap.UndefinedReplicates);
    }

    /// <summary>The statistic of any draw of the cases: a mean over cases of the mean over classes, or the classifier's own measure.</summary>
    public static ItemStatistic Statistic(Metric metric, IReadOnlyList<ScoredCase> cases)
    {
        if (metric.Kind() == CompetitionKind.Masks)
        {
            double[] means = [.. cases.Select(c => c.Result.Mean(metric))];
            return items => Mean(means, items);
        }

        double[] probabilities = [.. cases.Select(c => c.Result.Probability!.Value)];
        bool[] positive = [.. cases.Select(c => c.Positive)];
        return items =>
        {
            var (p, y) = (new double[items.Length], new bool[items.Length]);
            for (var i = 0; i < items.Length; i++)
                (p[i], y[i]) = (probabilities[items[i]], positive[items[i]]);
            return metric switch
            {
                Metric.Auc => BinaryScores.Auc(p, y),
                Metric.AveragePrecision => BinaryScores.AveragePrecision(p, y),
                Metric.Brier => BinaryScores.Brier(p, y),
                _ => BinaryScores.LogLoss(p, y),
            };
        };
    }

    /// <summary>The generator's seed follows from the submission, so that its intervals can be computed again.</summary>
    public static ulong SeedOf(SubmissionId id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(id.Value.ToByteArray(bigEndian: true)));

    private static double? Defined(double value) => double.IsFinite(value) ? value : null;

    private static double Mean(double[] values, ReadOnlySpan<int> items)
    {
        var sum = 0.0;
        foreach (var item in items)
            sum += values[item];
        return sum / items.Length;
    }
}
