using System.Text.Json.Nodes;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Evidence;

namespace Pirogov.Competitions.Scoring;

internal sealed class MetricScore
{
    public SubmissionId SubmissionId { get; init; }
    public Split Split { get; init; }
    public Metric Metric { get; init; }
    public double? Value { get; init; }
    public double? Low { get; init; }
    public double? High { get; init; }
    public int Cases { get; init; }
    public int Patients { get; init; }
    public int UndefinedReplicates { get; init; }
}

internal sealed class CaseScore
{
    public SubmissionId SubmissionId { get; init; }
    public string Name { get; init; } = "";
    public Split Split { get; init; }

    /// <summary>The canonical <see cref="CaseResult"/>.</summary>
    public string Result { get; init; } = "";
}

/// <summary>The score of one submission, made once: its key is the submission's.</summary>
internal sealed class Score
{
    private readonly List<MetricScore> metrics = [];
    private readonly List<CaseScore> cases = [];

    public SubmissionId SubmissionId { get; private set; }
    public CompetitionId CompetitionId { get; private set; }
    public DateTimeOffset ScoredAt { get; private set; }

    /// <summary>The record of the submission that this score stands on.</summary>
    public string? SubmissionEvidence { get; private set; }

    public IReadOnlyCollection<MetricScore> Metrics => metrics;
    public IReadOnlyCollection<CaseScore> Cases => cases;

    private Score()
    {
    }

    public static Score Of(
        Competition competition, SubmissionId submission, IReadOnlyList<CaseResult> results, IReadOnlyDictionary<string, CaseTruth> truth,
        string? submissionEvidence, DateTimeOffset now)
    {
        var score = new Score { SubmissionId = submission, CompetitionId = competition.Id, ScoredAt = now, SubmissionEvidence = submissionEvidence };
        var seed = MetricEstimate.SeedOf(submission);
        foreach (var split in new[] { Split.PublicTest, Split.HiddenTest })
        {
            var scored = TestPart.Cases(competition, results.Where(r => r.Split == split), truth);
            foreach (var metric in competition.Metrics)
            {
                var estimate = MetricEstimate.Of(metric, scored, seed);
                score.metrics.Add(new()
                {
                    SubmissionId = submission,
                    Split = split,
                    Metric = metric,
                    Value = estimate.Value,
                    Low = estimate.Low,
                    High = estimate.High,
                    Cases = estimate.Cases,
                    Patients = estimate.Patients,
                    UndefinedReplicates = estimate.UndefinedReplicates,
                });
            }
        }

        score.cases.AddRange(results.Select(r => new CaseScore { SubmissionId = submission, Name = r.Name, Split = r.Split, Result = r.Canonical() }));
        return score;
    }

    /// <summary>The link of this score, from its rows as they are now.</summary>
    public EvidenceStatement State() => new(CompetitionEvidence.Score, SubmissionId.Value, new JsonObject
    {
        ["competition"] = CompetitionId.ToString(),
        ["scoredAt"] = ScoredAt.UtcDateTime.ToString("O"),
        ["seed"] = MetricEstimate.SeedOf(SubmissionId),
        ["replicates"] = MetricEstimate.Replicates,
        ["casesSha256"] = CaseResult.HashOf(cases.Select(c => (c.Name, c.Result))),
        ["metrics"] = new JsonArray([.. metrics.OrderBy(m => m.Split).ThenBy(m => m.Metric).Select(m => (JsonNode)new JsonObject
        {
            ["split"] = m.Split.ToString(),
            ["metric"] = m.Metric.ToString(),
            ["value"] = m.Value,
            ["low"] = m.Low,
            ["high"] = m.High,
            ["cases"] = m.Cases,
            ["patients"] = m.Patients,
        })]),
    }, SubmissionEvidence is null ? [] : [new(CompetitionEvidence.Submission, SubmissionId.Value, SubmissionEvidence)], []);
}

internal static class TestPart
{
    /// <summary>The results whose truth is known, in the order of their names; "uncertain" and unlabelled cases are not scored.</summary>
    public static ScoredCase[] Cases(Competition competition, IEnumerable<CaseResult> results, IReadOnlyDictionary<string, CaseTruth> truth) =>
    [
        .. results.Where(r => IsKnown(competition, truth.GetValueOrDefault(r.Name))).OrderBy(r => r.Name, StringComparer.Ordinal)
            .Select(r => new ScoredCase(r, truth[r.Name].PatientPseudonym, IsPositive(competition, truth[r.Name]))),
    ];

    public static bool IsKnown(Competition competition, CaseTruth? truth) => truth is not null && (competition.Kind == CompetitionKind.Masks
        ? truth.LabelNiftiMd5 is not null
        : truth.Answers.GetValueOrDefault(competition.QuestionId!) is not null);

    private static bool IsPositive(Competition competition, CaseTruth truth) =>
        competition.Kind == CompetitionKind.Probabilities && truth.Answers[competition.QuestionId!] == competition.PositiveOption;
}
