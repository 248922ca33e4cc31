using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Agreement;

/// <param name="Dice">Class → Dice over the whole case.</param>
/// <param name="Objects">Class → whether both readings hold the same number of objects of each type.</param>
/// <param name="Answers">Question → what each answered; free text is not compared.</param>
internal sealed record Figures(
    IReadOnlyDictionary<string, double> Dice, IReadOnlyDictionary<string, bool> Objects, IReadOnlyDictionary<string, ComparedAnswer> Answers)
{
    public bool Agree(double threshold) => Dice.Values.All(d => d >= threshold) && Objects.Values.All(same => same) && Answers.Values.All(a => a.First == a.Second);
}

internal sealed record ComparedAnswer(GivenAnswer First, GivenAnswer Second);

/// <summary>The two blind readings of a case, held against each other once.</summary>
internal sealed class Comparison
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectId ProjectId { get; private set; }
    public ProjectCaseId ProjectCaseId { get; private set; }
    public Guid FirstRevisionId { get; private set; }
    public Guid SecondRevisionId { get; private set; }
    public string FiguresJson { get; private set; } = "";
    public double Threshold { get; private set; }
    public bool Agreed { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Comparison()
    {
    }

    public Comparison(ProjectCase one, Guid first, Guid second, Figures figures, double threshold, DateTimeOffset now) =>
        (ProjectId, ProjectCaseId, FirstRevisionId, SecondRevisionId, FiguresJson, Threshold, Agreed, At) =
        (one.ProjectId, one.Id, first, second, JsonSerializer.Serialize(figures, PlatformJson.Options), threshold, figures.Agree(threshold), now);

    public Figures Figures => JsonSerializer.Deserialize<Figures>(FiguresJson, PlatformJson.Options)!;

    public JsonObject Facts() => new()
    {
        ["case"] = ProjectCaseId.Value,
        ["first"] = FirstRevisionId,
        ["second"] = SecondRevisionId,
        ["figures"] = JsonNode.Parse(FiguresJson),
        ["threshold"] = Threshold,
        ["agreed"] = Agreed,
        ["at"] = JsonSerializer.SerializeToNode(At, PlatformJson.Options),
    };
}

internal sealed class ComparisonEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Comparison;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation) =>
        await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == subject, cancellation) is { } comparison
            ? await sealing.State(Kind, subject, comparison.Facts(), cancellation)
            : null;
}
