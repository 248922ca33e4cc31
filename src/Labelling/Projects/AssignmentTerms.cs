using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>How cases come to their readers.</summary>
internal enum Distribution
{
    /// <summary>All at once when the project starts.</summary>
    Assigned,

    /// <summary>One after another, to whoever asks for the next.</summary>
    Queue,
}

internal sealed record TermsUnfit(string Reason) : Refusal("labelling.terms-unfit", 422)
{
    public override string WordsKey => "reason.labelling.terms." + Reason;
}

/// <summary>Cases of one kind, and how many read them. A case belongs to the first stratum whose query finds it.</summary>
internal sealed record Stratum(string Name, CaseQuery Query, int ReadersPerCase, int? MostReaders = null, int Priority = 0, DateTimeOffset? DueAt = null)
{
    internal int Most => MostReaders ?? ReadersPerCase;
}

/// <param name="Level">The qualification that is paid so; none for all that have no price of their own.</param>
/// <param name="Amount">In roubles, to the kopeck, for one piece of work.</param>
internal sealed record Price(ReadingMode Mode, QualificationLevel? Level, decimal Amount);

/// <summary>Cases with known labels that every newcomer reads first.</summary>
/// <param name="Cases">None of it when 0.</param>
/// <param name="Threshold">The mean score from which a newcomer is admitted.</param>
internal sealed record TrainingTerms(int Cases = 0, double Threshold = 0.8);

/// <summary>Cases with known labels among the others.</summary>
/// <param name="Share">Of what is handed out, from 0 to <see cref="LargestShare"/>.</param>
/// <param name="Threshold">The mean score over the last <paramref name="Window"/> below which nothing more is handed out until the manager has looked.</param>
/// <param name="Fewest">Scores that are needed before a mean says anything.</param>
internal sealed record GoldTerms(double Share = 0, double Threshold = 0.6, int Window = 10, int Fewest = 3)
{
    public const double LargestShare = 0.5;
}

/// <summary>After so much a person rests.</summary>
/// <param name="Readings">Submitted on one day (UTC) in the project.</param>
/// <param name="ActiveMinutes">Of one day (UTC), over all projects.</param>
internal sealed record RestingCap(int? Readings = null, int? ActiveMinutes = null);

/// <summary>What work cost that was finished before <paramref name="Until"/>, when the manager set other prices.</summary>
internal sealed record FormerPrices(DateTimeOffset Until, IReadOnlyList<Price> Prices);

/// <summary>Under which terms a project's cases are handed out and paid.</summary>
/// <param name="ReservedMinutes">A reservation on which nothing happens for so long goes back to the pool.</param>
/// <param name="MostOpen">Readings that one person holds at one time.</param>
/// <param name="MostReadings">That one person may have in the project altogether; none is no bound.</param>
/// <param name="OwnCentre">Whether a person may read cases of their own centre.</param>
/// <param name="Former">Earlier prices, the oldest first; kept by the project, whatever a request says.</param>
internal sealed record AssignmentTerms(
    IReadOnlyList<Stratum>? Strata = null, IReadOnlyList<Price>? Prices = null, RequiredQualification? Required = null, TrainingTerms? Training = null,
    GoldTerms? Gold = null, RestingCap? Resting = null, int ReservedMinutes = 240, int MostOpen = 1, int? MostReadings = null, bool OwnCentre = true,
    IReadOnlyList<FormerPrices>? Former = null)
{
    public const int MostStrata = 50;
    public const int MostPrices = 60;
    public const int MostTraining = 100;
    public const int LongestReservation = 60 * 24 * 30;
    public const decimal HighestPrice = 1_000_000;
    public const int NameLimit = 100;
    public const int LargestPriority = 100;

    public static readonly AssignmentTerms None = new();

    internal TrainingTerms Trained => Training ?? new();

    internal GoldTerms Golden => Gold ?? new();

    /// <param name="at">When the work was finished; none for what is still to come.</param>
    /// <returns>None where the project names no price for it.</returns>
    internal decimal? PriceOf(ReadingMode mode, QualificationLevel? level, DateTimeOffset? at = null)
    {
        var prices = Former?.FirstOrDefault(f => at < f.Until)?.Prices ?? Prices ?? [];
        return (prices.FirstOrDefault(p => p.Mode == mode && p.Level == level && level is not null) ?? prices.FirstOrDefault(p => p.Mode == mode && p.Level is null))?.Amount;
    }

    internal TermsUnfit? Fault(Distribution distribution)
    {
        if (Strata is { Count: > MostStrata } || Strata?.Any(s => !IsFit(s)) == true)
            return new("strata");
        if (Prices is { Count: > MostPrices } || Prices?.Any(p => p is not { Amount: >= 0 and <= HighestPrice } || decimal.Round(p.Amount, 2) != p.Amount) == true
            || Prices?.Select(p => (p.Mode, p.Level)).Distinct().Count() != Prices?.Count)
            return new("prices");
        if (Required is { IsFit: false })
            return new("required");
        if (Trained is not { Cases: >= 0 and <= MostTraining, Threshold: >= 0 and <= 1 })
            return new("training");
        if (Golden is not { Share: >= 0 and <= GoldTerms.LargestShare, Threshold: >= 0 and <= 1, Window: >= 1 and <= 1000 } || Golden.Fewest < 1 || Golden.Fewest > Golden.Window)
            return new("gold");
        if (Resting is { Readings: < 1 } or { ActiveMinutes: < 1 })
            return new("resting");
        if (ReservedMinutes is < 1 or > LongestReservation || MostOpen is < 1 or > Availability.MostOpenLimit || MostReadings < 1)
            return new("reservation");
        return distribution == Distribution.Assigned && (Trained.Cases > 0 || Golden.Share > 0) ? new("needs-queue") : null;
    }

    private static bool IsFit(Stratum? one) => one is { Query: { } query, Priority: >= -LargestPriority and <= LargestPriority } && query.Fault() is null && !string.IsNullOrWhiteSpace(one.Name)
        && one.Name.Length <= NameLimit && LabellingProject.AreRounds(one.ReadersPerCase, one.Most);
}
