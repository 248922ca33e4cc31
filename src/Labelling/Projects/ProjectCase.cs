using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal readonly record struct ProjectCaseId(Guid Value) : IEntityId<ProjectCaseId>
{
    public static ProjectCaseId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ProjectCaseId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal enum ProjectCaseState
{
    Planned,
    Reading,
    Comparing,
    Adjudication,
    Validation,
    Validated,
    Released,

    /// <summary>Its labels are known: it measures readers and goes no further.</summary>
    Gold,
}

internal sealed record CaseIsElsewhere(ProjectCaseState State) : Refusal("labelling.case-is-elsewhere", 409);

internal sealed record CaseIsSetAside(string Label) : Refusal("labelling.case-is-set-aside", 409);

internal sealed record CaseIsNotSetAside(string Label) : Refusal("labelling.case-is-not-set-aside", 409);

internal sealed record ReadingsTooFew(int Needed) : Refusal("labelling.readings-too-few", 409);

/// <summary>
/// A case on its way through a project. Every step names the state it starts from; the state is also the row's
/// concurrency token, so that of two parallel steps one loses.
/// </summary>
internal sealed class ProjectCase
{
    public ProjectCaseId Id { get; private set; } = EntityId.New<ProjectCaseId>();
    public ProjectId ProjectId { get; private set; }
    public CaseId CaseId { get; private set; }
    public string Label { get; private set; } = "";
    public BatchId BatchId { get; private set; }
    public string ContentSha256 { get; private set; } = "";
    public ProjectCaseState State { get; private set; }

    /// <summary>The validation level that has the case, or had it when it was returned; 0 before the first.</summary>
    public int Level { get; private set; }
    public ReferenceCentreId CentreId { get; private set; }
    public string? Stratum { get; private set; }

    /// <summary>Blind readings before the next comparison.</summary>
    public int ReadersWanted { get; private set; } = LabellingProject.FewestReaders;

    /// <summary>Until so many have read it (Kmax), a disagreement gets one more reader.</summary>
    public int MostReaders { get; private set; } = LabellingProject.FewestReaders;

    /// <summary>Cases of one patient are no independent witnesses of a reader's quality.</summary>
    public string PatientPseudonym { get; private set; } = "";

    /// <summary>The larger is handed out first.</summary>
    public int Priority { get; private set; }

    /// <summary>Its own; else the project's.</summary>
    public DateTimeOffset? DueAt { get; private set; }
    public bool IsGold { get; private set; }

    /// <summary>From then on a manager keeps it out of queues and releases. Its state and everybody's work stay, so that it goes on where it was.</summary>
    public DateTimeOffset? AsideAt { get; private set; }
    public string? AsideReason { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    private ProjectCase()
    {
    }

    public ProjectCase(ProjectId projectId, CaseSummary summary, DateTimeOffset now) =>
        (ProjectId, CaseId, Label, BatchId, ContentSha256, CentreId, PatientPseudonym, ChangedAt) =
        (projectId, summary.Id, summary.Label, summary.BatchId, summary.ContentSha256, summary.CentreId, summary.PatientPseudonym, now);

    /// <param name="stratum">None for a case of no stratum, which is read as the project says.</param>
    public ProjectCase(LabellingProject project, CaseSummary summary, Stratum? stratum, DateTimeOffset now) : this(project.Id, summary, now) =>
        (Stratum, ReadersWanted, MostReaders, Priority, DueAt) =
        (stratum?.Name, stratum?.ReadersPerCase ?? project.ReadersPerCase, stratum?.Most ?? project.MostReaders, stratum?.Priority ?? 0, stratum?.DueAt);

    public static ProjectCase Golden(LabellingProject project, CaseSummary summary, DateTimeOffset now) =>
        new(project, summary, null, now) { State = ProjectCaseState.Gold, IsGold = true };

    public void Rank(int priority, DateTimeOffset? dueAt) => (Priority, DueAt) = (priority, dueAt);

    public Refusal? SetAside(string reason, DateTimeOffset now)
    {
        if (AsideAt is not null)
            return new CaseIsSetAside(Label);
        (AsideAt, AsideReason, ChangedAt) = (now, reason.Trim(), now);
        return null;
    }

    public Refusal? TakeUpAgain(DateTimeOffset now)
    {
        if (AsideAt is null)
            return new CaseIsNotSetAside(Label);
        (AsideAt, AsideReason, ChangedAt) = (null, null, now);
        return null;
    }

    public Refusal? BeginReading(DateTimeOffset now) => Go(ProjectCaseState.Planned, ProjectCaseState.Reading, now);

    public Refusal? CloseRound(DateTimeOffset now) => Go(ProjectCaseState.Reading, ProjectCaseState.Comparing, now);

    /// <summary>One more was asked for, and nobody is left who may read it: what there is has to do.</summary>
    /// <param name="locked">Readings that are handed in.</param>
    public Refusal? GiveUpWaiting(int locked, DateTimeOffset now)
    {
        if (CloseRound(now) is { } refusal)
            return refusal;
        ReadersWanted = locked;
        return null;
    }

    /// <summary>Disagreement, and the rule allows one more blind reader.</summary>
    public Refusal? AskOneMore(DateTimeOffset now)
    {
        if (Go(ProjectCaseState.Comparing, ProjectCaseState.Reading, now) is { } refusal)
            return refusal;
        ReadersWanted++;
        return null;
    }

    public Refusal? SendToAdjudication(DateTimeOffset now) => Go(ProjectCaseState.Comparing, ProjectCaseState.Adjudication, now);

    /// <summary>A manager waits for no further reader, or trusts a consensus no more: an adjudicator decides.</summary>
    /// <param name="handedIn">Blind readings.</param>
    /// <param name="compared">With one another, all of them: else that comes first.</param>
    public Refusal? CallAdjudicator(int handedIn, bool compared, DateTimeOffset now)
    {
        if (State == ProjectCaseState.Validation)
            return Return(now);
        if (State == ProjectCaseState.Reading && handedIn < LabellingProject.FewestReaders)
            return new ReadingsTooFew(LabellingProject.FewestReaders);
        if (Go(ProjectCaseState.Reading, compared ? ProjectCaseState.Adjudication : ProjectCaseState.Comparing, now) is { } refusal)
            return refusal;
        ReadersWanted = handedIn;
        return null;
    }

    public Refusal? AgreeAutomatically(DateTimeOffset now) => Go(ProjectCaseState.Comparing, ProjectCaseState.Validation, now);

    public Refusal? Adjudicate(DateTimeOffset now) => Go(ProjectCaseState.Adjudication, ProjectCaseState.Validation, now);

    public Refusal? EnterLevel(int level, DateTimeOffset now)
    {
        if (Go(ProjectCaseState.Validation, ProjectCaseState.Validation, now) is { } refusal)
            return refusal;
        Level = level;
        return null;
    }

    /// <summary>No level is left that wants to see it.</summary>
    public Refusal? PassValidation(DateTimeOffset now) => Go(ProjectCaseState.Validation, ProjectCaseState.Validated, now);

    public Refusal? Return(DateTimeOffset now) => Go(ProjectCaseState.Validation, ProjectCaseState.Adjudication, now);

    public Refusal? Release(DateTimeOffset now) => Go(ProjectCaseState.Validated, ProjectCaseState.Released, now);

    /// <summary>A correction after the validation: the adjudicator takes the case again, and the next release holds what comes of it.</summary>
    public Refusal? Reopen(DateTimeOffset now)
    {
        if (Go(State == ProjectCaseState.Released ? ProjectCaseState.Released : ProjectCaseState.Validated, ProjectCaseState.Adjudication, now) is { } refusal)
            return refusal;
        Level = 0;
        return null;
    }

    /// <summary>A lot was rejected at a level that had let this case pass: it goes back there, and from an adjudicator it comes back there.</summary>
    /// <returns>False when the level has it already, or it is released.</returns>
    public bool Recall(int level, DateTimeOffset now)
    {
        if (State == ProjectCaseState.Validated)
            State = ProjectCaseState.Validation;
        else if (State is not (ProjectCaseState.Validation or ProjectCaseState.Adjudication) || Level <= level)
            return false;
        (Level, ChangedAt) = (level, now);
        return true;
    }

    private CaseIsElsewhere? Go(ProjectCaseState from, ProjectCaseState to, DateTimeOffset now)
    {
        if (State != from)
            return new CaseIsElsewhere(State);
        (State, ChangedAt) = (to, now);
        return null;
    }
}
