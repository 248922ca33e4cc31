using System.Text.Json.Nodes;
using Pirogov.Agenda.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Lifecycle;

public readonly record struct SolutionId(Guid Value) : IEntityId<SolutionId>
{
    public static SolutionId From(Guid value) => new(value);
    public static bool TryParse(string? text, out SolutionId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>The nine stages; the number is the one that people use.</summary>
public enum Stage
{
    Task = 1,
    Dataset = 2,
    Model = 3,
    Software = 4,
    Pilot = 5,
    Registration = 6,
    Registry = 7,
    Deployment = 8,
    Monitoring = 9,
}

public sealed record StageOutOfOrder(int Next) : Refusal("lifecycle.stage-out-of-order", 409);

public sealed record StageHasNoEvidence(int Stage) : Refusal("lifecycle.stage-has-no-evidence", 409);

internal static class LifecycleEvidence
{
    public const string StageGate = "stage-gate";
}

/// <summary>The AI office found that a stage's requirements are met.</summary>
internal sealed class StageGate
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public SolutionId SolutionId { get; init; }
    public Stage Stage { get; init; }
    public Guid PassedBy { get; init; }
    public DateTimeOffset PassedAt { get; init; }
    public string Note { get; init; } = "";

    /// <summary>The links that it stands on, as JSON: they are pinned, whatever is recorded later.</summary>
    public List<EvidenceReference> StandsOn { get; init; } = [];

    public EvidenceStatement State() => new(LifecycleEvidence.StageGate, Id, new JsonObject
    {
        ["solution"] = SolutionId.ToString(),
        ["stage"] = (int)Stage,
        ["passedBy"] = PassedBy.ToString(),
        ["passedAt"] = PassedAt.UtcDateTime.ToString("O"),
        ["note"] = Note,
    }, StandsOn, []);
}

/// <summary>A product on its way through the nine stages; it begins as the winner of a competition.</summary>
internal sealed class Solution
{
    public const int NoteLimit = 1000;

    /// <summary>The last stage whose evidence the platform gathers by itself; what follows needs documents that do not exist yet.</summary>
    public const Stage LastWithEvidence = Stage.Model;

    private readonly List<StageGate> gates = [];

    public SolutionId Id { get; private set; } = EntityId.New<SolutionId>();
    public CompetitionId CompetitionId { get; private set; }
    public SubmissionId SubmissionId { get; private set; }
    public DatasetVersionId DatasetVersionId { get; private set; }
    public ClinicalTaskId? ClinicalTaskId { get; private set; }
    public string TitleRu { get; private set; } = "";
    public string TitleEn { get; private set; } = "";
    public string TeamName { get; private set; } = "";
    public string Metric { get; private set; } = "";
    public double Score { get; private set; }
    public double ScoreLow { get; private set; }
    public double ScoreHigh { get; private set; }
    public DateTimeOffset MadeAt { get; private set; }
    public IReadOnlyCollection<StageGate> Gates => gates;

    private Solution()
    {
    }

    public static Solution Of(Winner winner, DateTimeOffset now) => new()
    {
        CompetitionId = winner.CompetitionId,
        SubmissionId = winner.SubmissionId,
        DatasetVersionId = winner.DatasetVersionId,
        ClinicalTaskId = winner.ClinicalTaskId,
        TitleRu = winner.TitleRu,
        TitleEn = winner.TitleEn,
        TeamName = winner.TeamName,
        Metric = winner.Metric,
        Score = winner.Score,
        ScoreLow = winner.ScoreLow,
        ScoreHigh = winner.ScoreHigh,
        MadeAt = now,
    };

    public Stage? Next => gates.Count < 9 ? (Stage)(gates.Count + 1) : null;

    /// <param name="evidence">What this stage's requirements are shown by; the gate before joins it by itself.</param>
    public Outcome<StageGate> Pass(Stage stage, IReadOnlyList<EvidenceReference> evidence, EvidenceReference? before, Guid by, string note, DateTimeOffset now)
    {
        if (Next != stage)
            return new StageOutOfOrder((int)(Next ?? Stage.Monitoring));
        // The task is the agenda's own record and has no link; every later stage stands on one.
        if (stage > LastWithEvidence || (stage != Stage.Task && evidence.Count == 0))
            return new StageHasNoEvidence((int)stage);
        if (note.Length > NoteLimit)
            return new TooLong("note", NoteLimit);
        var gate = new StageGate
        {
            SolutionId = Id,
            Stage = stage,
            PassedBy = by,
            PassedAt = now,
            Note = note.Trim(),
            StandsOn = [.. evidence, .. before is null ? [] : new[] { before }],
        };
        gates.Add(gate);
        return gate;
    }
}
