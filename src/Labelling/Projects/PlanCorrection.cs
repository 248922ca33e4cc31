using System.Text.Json;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Readings;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Work was handed out on this part of the plan.</summary>
internal sealed record PlanIsUnderWay(string Part) : Refusal("labelling.plan-is-under-way", 409);

/// <summary>Somebody else has corrected it since it was opened.</summary>
internal sealed record PlanWasCorrected(int Revision) : Refusal("labelling.plan-was-corrected", 409);

/// <summary>How a plan is corrected once it is made.</summary>
internal sealed partial class LabellingProject
{
    /// <param name="Thresholds">Of single classes; the others need <paramref name="Threshold"/>.</param>
    /// <param name="Consensus">None: the usual rules.</param>
    /// <param name="Passes">None: no pre-labels are shown.</param>
    /// <param name="Terms">None: the usual terms, without prices.</param>
    /// <param name="BaseRevision">The revision of the plan that was opened; none corrects whatever stands.</param>
    internal sealed record Correction(
        string? Instructions, int ReadersPerCase, int MostReaders, double Threshold, IReadOnlyDictionary<string, double>? Thresholds, AdjudicationRule Rule,
        ConsensusRules? Consensus = null, PassRules? Passes = null, Distribution Distribution = Distribution.Assigned, AssignmentTerms? Terms = null, int? BaseRevision = null);

    public Correction Planned => new(Instructions, ReadersPerCase, MostReaders, Threshold, Thresholds, Rule, Consensus, Passes, Distribution, Terms with { Former = null }, PlanRevision);

    /// <summary>
    /// Until the start everything may be corrected but the strata, by which the cases were told apart. Afterwards what is handed out or decided
    /// stays as it is: thresholds and the rule hold for comparisons from now on, and finished work keeps the price that stood when it was finished.
    /// </summary>
    public Refusal? Correct(Correction to, DateTimeOffset now)
    {
        if (State == ProjectState.Cancelled)
            return new ProjectIsNotRunning(State);
        if (to.BaseRevision is { } opened && opened != PlanRevision)
            return new PlanWasCorrected(PlanRevision);
        var terms = (to.Terms ?? AssignmentTerms.None) with { Former = Terms.Former };
        if (Fixed(to, terms) is { } part)
            return new PlanIsUnderWay(part);
        if (Fault(to, terms) is { } refusal)
            return refusal;
        if (StartedAt is not null && !IsSame(terms.Prices ?? [], Terms.Prices ?? []))
            terms = terms with { Former = [.. Terms.Former ?? [], new(now, Terms.Prices ?? [])] };
        (Instructions, ReadersPerCase, MostReaders, Threshold, Rule, Distribution) = (to.Instructions ?? "", to.ReadersPerCase, to.MostReaders, to.Threshold, to.Rule, to.Distribution);
        ThresholdsJson = Json(to.Thresholds ?? new Dictionary<string, double>());
        ConsensusJson = Json(to.Consensus ?? ConsensusRules.Default);
        PassesJson = Json(to.Passes ?? PassRules.Default);
        TermsJson = Json(terms);
        PlanRevision++;
        if (StartedAt is null)
            members.ForEach(m => m.Begin(Terms.Trained.Cases > 0));
        return null;
    }

    private string? Fixed(Correction to, AssignmentTerms terms)
    {
        if (!IsSame(terms.Strata ?? [], Terms.Strata ?? []))
            return "strata";
        if (StartedAt is null)
            return null;
        return to.ReadersPerCase != ReadersPerCase ? "readersPerCase" : to.Distribution != Distribution ? "distribution"
            : !IsSame(to.Passes ?? PassRules.Default, Passes) ? "passes" : null;
    }

    private Refusal? Fault(Correction to, AssignmentTerms terms)
    {
        if (to.Instructions is { Length: > InstructionsLimit })
            return new TooLong("instructions", InstructionsLimit);
        if (!AreRounds(to.ReadersPerCase, to.MostReaders))
            return new RoundsUnfit(FewestReaders, MostReadersPerCase);
        if (terms.Fault(to.Distribution) is { } unworkable)
            return unworkable;
        var readers = members.Count(m => m.Mode == ReadingMode.Read && m.Standing != MemberStanding.Removed);
        if (readers < to.MostReaders)
            return new ReadersTooFew(to.MostReaders);
        if (to.Consensus?.Fault() is { } unfit)
            return unfit;
        return (to.Thresholds ?? new Dictionary<string, double>()).Values.Append(to.Threshold).All(t => t is >= 0 and <= 1) ? null : new ThresholdUnfit();
    }

    /// <summary>Records of lists are compared by what they hold.</summary>
    private static bool IsSame<T>(T one, T other) => Json(one) == Json(other);

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, PlatformJson.Options);
}
