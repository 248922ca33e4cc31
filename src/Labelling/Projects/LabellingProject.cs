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

    /// <summary>Nothing is handed out; what is begun may be finished.</summary>
    Paused,

    /// <summary>Open work was taken back; what is validated can still be released.</summary>
    Cancelled,
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

internal sealed record ProjectIsNotRunning(ProjectState State) : Refusal("labelling.project-is-not-running", 409);

/// <summary>What is to be labelled, by whom and by which rules.</summary>
internal sealed partial class LabellingProject
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

    /// <summary>By which a name is taken; of a cancelled project its id.</summary>
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
    public Distribution Distribution { get; private set; }
    public string TermsJson { get; private set; } = "{}";

    /// <summary>Raised by each correction of the plan.</summary>
    public int PlanRevision { get; private set; }

    /// <summary>Readings handed out by the queue. Raised by each: the raised row is locked until its transaction ends.</summary>
    public int HandedOut { get; private set; }
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

    public AssignmentTerms Terms => ReadTerms(TermsJson);

    /// <summary>Those who may be given work of this kind now.</summary>
    public IReadOnlyList<Guid> Of(ReadingMode mode, int level = 0) =>
        [.. members.Where(m => m.Mode == mode && m.Level == level && m.Standing == MemberStanding.Admitted).Select(m => m.AccountId).Order()];

    public ProjectMember? Member(Guid person) => members.Find(m => m.AccountId == person);

    /// <param name="Levels">Each level with those who validate at it.</param>
    internal sealed record Plan(
        string Name, ClinicalTaskId? ClinicalTaskId, SchemaVersionId SchemaVersionId, string? Instructions, int ReadersPerCase, int MostReaders,
        double Threshold, IReadOnlyDictionary<string, double> Thresholds, AdjudicationRule Rule, IReadOnlyCollection<Guid> Readers,
        IReadOnlyCollection<Guid> Adjudicators, IReadOnlyList<(ValidationLevel Level, IReadOnlyList<Guid> Validators)> Levels, DateTimeOffset? DueAt,
        ConsensusRules? Consensus = null, PassRules? Passes = null, Distribution Distribution = Distribution.Assigned,
        AssignmentTerms? Terms = null);

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
            Distribution = plan.Distribution,
            TermsJson = JsonSerializer.Serialize(plan.Terms ?? AssignmentTerms.None, PlatformJson.Options),
        };
        project.Add(plan.Readers, ReadingMode.Read, 0, now);
        project.Add(plan.Adjudicators, ReadingMode.Adjudicate, 0, now);
        foreach (var (place, level) in plan.Levels.Index())
            project.Add(level.Validators, ReadingMode.Validate, place + 1, now);
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
    /// <param name="thresholds">Class of that version → what its readings must reach.</param>
    public void Use(SchemaVersionId version, IReadOnlyDictionary<string, double> thresholds) =>
        (SchemaVersionId, ThresholdsJson) = (version, JsonSerializer.Serialize(thresholds, PlatformJson.Options));

    public Refusal? Pause() => Go(ProjectState.Running, ProjectState.Paused);

    public Refusal? Resume() => Go(ProjectState.Paused, ProjectState.Running);

    public Refusal? Cancel()
    {
        if (State is ProjectState.Cancelled)
            return new ProjectIsNotRunning(State);
        // Its name is free for another; the project keeps it on its pages.
        (State, NormalizedName) = (ProjectState.Cancelled, Id.ToString());
        return null;
    }

    public Refusal? BeDue(DateTimeOffset? at)
    {
        if (State == ProjectState.Cancelled)
            return new ProjectIsNotRunning(State);
        DueAt = at;
        return null;
    }

    /// <summary>A newcomer while the project runs. Whoever left comes back to the part they had, and to no other.</summary>
    public Outcome<ProjectMember> Join(Guid person, ReadingMode mode, int level, DateTimeOffset now)
    {
        if (State == ProjectState.Cancelled)
            return new ProjectIsNotRunning(State);
        if (mode == ReadingMode.Validate ? level < 1 || level > Levels.Count : level != 0)
            return new LevelsUnfit(MostLevels);
        if (Member(person) is { } known)
            return known.Standing == MemberStanding.Removed && known.Mode == mode && known.Level == level ? known.Return(Terms.Trained.Cases > 0, now) : new SamePersonTwice();
        Add([person], mode, level, now);
        return Member(person)!;
    }

    private ProjectIsNotRunning? Go(ProjectState from, ProjectState to)
    {
        if (State != from)
            return new ProjectIsNotRunning(State);
        State = to;
        return null;
    }

    private static Refusal? Fault(Plan plan)
    {
        if (string.IsNullOrWhiteSpace(plan.Name))
            return new Missing("name");
        if (plan.Name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        if (plan.Instructions is { Length: > InstructionsLimit })
            return new TooLong("instructions", InstructionsLimit);
        if (!AreRounds(plan.ReadersPerCase, plan.MostReaders))
            return new RoundsUnfit(FewestReaders, MostReadersPerCase);
        var terms = plan.Terms ?? AssignmentTerms.None;
        if (terms.Fault(plan.Distribution) is { } unworkable)
            return unworkable;
        var most = (terms.Strata ?? []).Select(s => s.Most).Append(plan.MostReaders).Max();
        if (plan.Readers.Count < most)
            return new ReadersTooFew(most);
        if (plan.Adjudicators.Count == 0)
            return new AdjudicatorMissing();
        if (plan.Levels.Count > MostLevels || plan.Levels.Any(l => l.Validators.Count == 0 || !l.Level.IsFit))
            return new LevelsUnfit(MostLevels);
        Guid[] everybody = [.. plan.Readers, .. plan.Adjudicators, .. plan.Levels.SelectMany(l => l.Validators)];
        if (everybody.Distinct().Count() != everybody.Length)
            return new SamePersonTwice();
        if (plan.Consensus?.Fault() is { } unfit)
            return unfit;
        return plan.Thresholds.Values.Append(plan.Threshold).All(t => t is >= 0 and <= 1) ? null : new ThresholdUnfit();
    }

    internal static AssignmentTerms ReadTerms(string json) => JsonSerializer.Deserialize<AssignmentTerms>(json, PlatformJson.Options)!;

    internal static bool AreRounds(int fewest, int most) => fewest >= FewestReaders && most >= fewest && most <= MostReadersPerCase;

    private void Add(IEnumerable<Guid> people, ReadingMode mode, int level, DateTimeOffset now)
    {
        var standing = mode == ReadingMode.Read && Terms.Trained.Cases > 0 ? MemberStanding.Training : MemberStanding.Admitted;
        members.AddRange(people.Select(person => new ProjectMember(Id, person, mode, level, standing, now)));
    }
}
