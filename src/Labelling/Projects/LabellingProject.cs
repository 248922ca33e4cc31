using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;
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

internal sealed record RoundsUnfit(int Fewest, int Most) : Refusal("labelling.rounds-unfit", 422);

internal sealed record SamePersonTwice() : Refusal("labelling.same-person-twice", 422);

internal sealed record ThresholdUnfit() : Refusal("labelling.threshold-unfit", 422);

internal sealed record AdjudicatorMissing() : Refusal("labelling.adjudicator-missing", 422);

internal sealed record LevelsUnfit(int Most) : Refusal("labelling.levels-unfit", 422);

internal sealed record CasesMissing() : Refusal("labelling.cases-missing", 422);

internal sealed record ProjectHasStarted() : Refusal("labelling.project-has-started", 409);

/// <summary>A person's one part in a project.</summary>
internal sealed class ProjectMember
{
    public ProjectId ProjectId { get; init; }
    public Guid AccountId { get; init; }
    public ReadingMode Mode { get; init; }

    /// <summary>The validation level from 1 on; 0 for readers and adjudicators.</summary>
    public int Level { get; init; }
}

/// <summary>What is to be labelled, by whom and by which rules.</summary>
internal sealed class LabellingProject
{
    public const int FewestReaders = 2;
    public const int MostReadersPerCase = 10;
    public const int MostLevels = 5;
    public const int NameLimit = 200;
    public const int InstructionsLimit = 20_000;
    public const int MostCases = 5_000;

    private readonly List<ProjectMember> members = [];

    public ProjectId Id { get; private set; } = EntityId.New<ProjectId>();
    public string Name { get; private set; } = "";
    public string NormalizedName { get; private set; } = "";
    public ClinicalTaskId? ClinicalTaskId { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public string Instructions { get; private set; } = "";

    /// <summary>Blind readings of a case before it is compared for the first time (K).</summary>
    public int ReadersPerCase { get; private set; }

    /// <summary>Until so many have read it (Kmax), a case in disagreement gets one more reader before an adjudicator.</summary>
    public int MostReaders { get; private set; }
    public double Threshold { get; private set; }
    public string ThresholdsJson { get; private set; } = "{}";
    public string LevelsJson { get; private set; } = "[]";
    public string ConsensusJson { get; private set; } = "{}";
    public string PassesJson { get; private set; } = "{}";
    public AdjudicationRule Rule { get; private set; }
    public ProjectState State { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? DueAt { get; private set; }
    public IReadOnlyList<ProjectMember> Members => members;

    private LabellingProject()
    {
    }

    /// <summary>Class → the Dice that its readings must reach; the others need <see cref="Threshold"/>.</summary>
    public IReadOnlyDictionary<string, double> Thresholds => JsonSerializer.Deserialize<Dictionary<string, double>>(ThresholdsJson, PlatformJson.Options)!;

    /// <summary>What two readings must reach in a class to agree about it.</summary>
    public double ThresholdOf(string @class) => Thresholds.GetValueOrDefault(@class, Threshold);

    public ConsensusRules Consensus => JsonSerializer.Deserialize<ConsensusRules>(ConsensusJson, PlatformJson.Options)!;

    public PassRules Passes => JsonSerializer.Deserialize<PassRules>(PassesJson, PlatformJson.Options)!;

    public IReadOnlyList<ValidationLevel> Levels => JsonSerializer.Deserialize<ValidationLevel[]>(LevelsJson, PlatformJson.Options)!;

    public IReadOnlyList<Guid> Of(ReadingMode mode, int level = 0) => [.. members.Where(m => m.Mode == mode && m.Level == level).Select(m => m.AccountId).Order()];

    /// <param name="Levels">Each level with those who validate at it.</param>
    internal sealed record Plan(
        string Name, ClinicalTaskId? ClinicalTaskId, SchemaVersionId SchemaVersionId, string? Instructions, int ReadersPerCase, int MostReaders,
        double Threshold, IReadOnlyDictionary<string, double> Thresholds, AdjudicationRule Rule, IReadOnlyCollection<Guid> Readers,
        IReadOnlyCollection<Guid> Adjudicators, IReadOnlyList<(ValidationLevel Level, IReadOnlyList<Guid> Validators)> Levels, DateTimeOffset? DueAt,
        ConsensusRules? Consensus = null, PassRules? Passes = null);

    /// <summary>Everybody has one part: who adjudicates or validates never reads, and nobody judges at two levels.</summary>
    public static Outcome<LabellingProject> Create(Plan plan, DateTimeOffset now)
    {
        if (Fault(plan) is { } refusal)
            return refusal;
        var name = plan.Name.Trim();
        var project = new LabellingProject
        {
            Name = name,
            NormalizedName = name.ToUpperInvariant(),
            ClinicalTaskId = plan.ClinicalTaskId,
            SchemaVersionId = plan.SchemaVersionId,
            Instructions = plan.Instructions ?? "",
            ReadersPerCase = plan.ReadersPerCase,
            MostReaders = plan.MostReaders,
            Threshold = plan.Threshold,
            ThresholdsJson = JsonSerializer.Serialize(plan.Thresholds, PlatformJson.Options),
            LevelsJson = JsonSerializer.Serialize(plan.Levels.Select(l => l.Level), PlatformJson.Options),
            ConsensusJson = JsonSerializer.Serialize(plan.Consensus ?? ConsensusRules.Default, PlatformJson.Options),
            PassesJson = JsonSerializer.Serialize(plan.Passes ?? PassRules.Default, PlatformJson.Options),
            Rule = plan.Rule,
            CreatedAt = now,
            DueAt = plan.DueAt,
        };
        project.Add(plan.Readers, ReadingMode.Read, 0);
        project.Add(plan.Adjudicators, ReadingMode.Adjudicate, 0);
        foreach (var (place, level) in plan.Levels.Index())
            project.Add(level.Validators, ReadingMode.Validate, place + 1);
        return project;
    }

    public Refusal? Start(DateTimeOffset now)
    {
        if (State != ProjectState.Planned)
            return new ProjectHasStarted();
        (State, StartedAt) = (ProjectState.Running, now);
        return null;
    }

    /// <summary>From now on labels are made under the next version of the schema.</summary>
    public void Use(SchemaVersionId version) => SchemaVersionId = version;

    private static Refusal? Fault(Plan plan)
    {
        if (string.IsNullOrWhiteSpace(plan.Name))
            return new Missing("name");
        if (plan.Name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        if (plan.Instructions is { Length: > InstructionsLimit })
            return new TooLong("instructions", InstructionsLimit);
        if (plan.ReadersPerCase < FewestReaders || plan.MostReaders < plan.ReadersPerCase || plan.MostReaders > MostReadersPerCase)
            return new RoundsUnfit(FewestReaders, MostReadersPerCase);
        if (plan.Readers.Count < plan.MostReaders)
            return new ReadersTooFew(plan.MostReaders);
        if (plan.Adjudicators.Count == 0)
            return new AdjudicatorMissing();
        if (plan.Levels.Count is < 1 or > MostLevels || plan.Levels.Any(l => l.Validators.Count == 0 || !l.Level.IsFit))
            return new LevelsUnfit(MostLevels);
        Guid[] everybody = [.. plan.Readers, .. plan.Adjudicators, .. plan.Levels.SelectMany(l => l.Validators)];
        if (everybody.Distinct().Count() != everybody.Length)
            return new SamePersonTwice();
        if (plan.Consensus?.Fault() is { } unfit)
            return unfit;
        return plan.Thresholds.Values.Append(plan.Threshold).All(t => t is >= 0 and <= 1) ? null : new ThresholdUnfit();
    }

    private void Add(IEnumerable<Guid> people, ReadingMode mode, int level) =>
        members.AddRange(people.Select(person => new ProjectMember { ProjectId = Id, AccountId = person, Mode = mode, Level = level }));
}
