using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal readonly record struct ProjectId(Guid Value) : IEntityId<ProjectId>
{
    public static ProjectId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ProjectId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal enum ProjectState
{
    Planned,
    Running,
}

/// <summary>When a third expert decides.</summary>
internal enum AdjudicationRule
{
    OnDisagreement,
    Always,
}

internal sealed record ReadersTooFew(int Needed) : Refusal("labelling.readers-too-few", 422);

internal sealed record SamePersonTwice() : Refusal("labelling.same-person-twice", 422);

internal sealed record ThresholdUnfit() : Refusal("labelling.threshold-unfit", 422);

internal sealed record CasesMissing() : Refusal("labelling.cases-missing", 422);

internal sealed record ProjectHasStarted() : Refusal("labelling.project-has-started", 409);

internal sealed class ProjectReader
{
    public ProjectId ProjectId { get; init; }
    public Guid AccountId { get; init; }
}

/// <summary>What is to be labelled, by whom and by which rules.</summary>
internal sealed class LabellingProject
{
    public const int ReadersPerCase = 2;
    public const int NameLimit = 200;
    public const int InstructionsLimit = 20_000;
    public const int MostCases = 5_000;

    private readonly List<ProjectReader> readers = [];

    public ProjectId Id { get; private set; } = EntityId.New<ProjectId>();
    public string Name { get; private set; } = "";
    public string NormalizedName { get; private set; } = "";
    public ClinicalTaskId? ClinicalTaskId { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public string Instructions { get; private set; } = "";
    public double Threshold { get; private set; }
    public AdjudicationRule Rule { get; private set; }
    public Guid AdjudicatorId { get; private set; }
    public Guid ValidatorId { get; private set; }
    public ProjectState State { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? DueAt { get; private set; }
    public IReadOnlyList<ProjectReader> Readers => readers;

    private LabellingProject()
    {
    }

    internal sealed record Plan(
        string Name, ClinicalTaskId? ClinicalTaskId, SchemaVersionId SchemaVersionId, string? Instructions, double Threshold, AdjudicationRule Rule,
        IReadOnlyCollection<Guid> Readers, Guid Adjudicator, Guid Validator, DateTimeOffset? DueAt);

    /// <summary>Who adjudicates or validates never reads, and they are two persons: nobody judges their own work.</summary>
    public static Outcome<LabellingProject> Create(Plan plan, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(plan.Name))
            return new Missing("name");
        if (plan.Name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        if (plan.Instructions is { Length: > InstructionsLimit })
            return new TooLong("instructions", InstructionsLimit);
        if (plan.Readers.Count < ReadersPerCase)
            return new ReadersTooFew(ReadersPerCase);
        Guid[] everybody = [.. plan.Readers, plan.Adjudicator, plan.Validator];
        if (everybody.Distinct().Count() != everybody.Length)
            return new SamePersonTwice();
        if (!(plan.Threshold is >= 0 and <= 1))
            return new ThresholdUnfit();
        var name = plan.Name.Trim();
        var project = new LabellingProject
        {
            Name = name,
            NormalizedName = name.ToUpperInvariant(),
            ClinicalTaskId = plan.ClinicalTaskId,
            SchemaVersionId = plan.SchemaVersionId,
            Instructions = plan.Instructions ?? "",
            Threshold = plan.Threshold,
            Rule = plan.Rule,
            AdjudicatorId = plan.Adjudicator,
            ValidatorId = plan.Validator,
            CreatedAt = now,
            DueAt = plan.DueAt,
        };
        project.readers.AddRange(plan.Readers.Select(r => new ProjectReader { ProjectId = project.Id, AccountId = r }));
        return project;
    }

    public Refusal? Start(DateTimeOffset now)
    {
        if (State != ProjectState.Planned)
            return new ProjectHasStarted();
        (State, StartedAt) = (ProjectState.Running, now);
        return null;
    }
}
