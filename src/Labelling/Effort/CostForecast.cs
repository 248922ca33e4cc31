using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;

namespace Pirogov.Labelling.Effort;

/// <param name="ToDate">In roubles, of finished work.</param>
/// <param name="Lowest">To finish: every piece of work that is surely to come, each at the lowest price of those who may do it.</param>
/// <param name="Highest">To finish: every case read as often as it may be, adjudicated once and looked at by every level, at the highest prices, control cases among the readings as planned.</param>
/// <param name="Expected">
/// To finish: readings that are surely to come; adjudications and verdicts as often a case as in this project so far, and as planned before the first case
/// is through; control cases among the readings as planned; each at the mean price paid so far, else at the mean of the plan's. None where nothing is priced.
/// </param>
/// <param name="WithoutPrice">Finished pieces of work for which the project names no price.</param>
internal sealed record ProjectCost(decimal ToDate, decimal Lowest, decimal Highest, decimal? Expected, int WithoutPrice);

/// <param name="Level">The highest that a case in validation has reached.</param>
/// <param name="Finished">Blind readings.</param>
/// <param name="IsAdjudicated">Somebody has finished, and is paid for it: what comes back is done again for the same price.</param>
/// <param name="Validated">The levels at which somebody has given a verdict.</param>
internal sealed record CostedCase(ProjectCaseState State, int Level, int Wanted, int Most, int Finished, bool IsAdjudicated, IReadOnlySet<int> Validated)
{
    public int ToCome => State is ProjectCaseState.Planned or ProjectCaseState.Reading ? Math.Max(0, Wanted - Finished) : 0;

    public int MostToCome => State is ProjectCaseState.Planned or ProjectCaseState.Reading or ProjectCaseState.Comparing ? Math.Max(0, Most - Finished) : 0;

    public bool IsUndecided => State is not (ProjectCaseState.Validated or ProjectCaseState.Released);

    private bool IsCompared => State is not (ProjectCaseState.Planned or ProjectCaseState.Reading or ProjectCaseState.Comparing);

    public bool WasAdjudicated => IsCompared && (IsAdjudicated || State == ProjectCaseState.Adjudication);

    /// <summary>An adjudicator has the case, or will have it whatever its readers say.</summary>
    public bool IsSurelyAdjudicated(AdjudicationRule rule) => !IsAdjudicated && (State == ProjectCaseState.Adjudication || rule == AdjudicationRule.Always && !IsCompared);

    public static double ShareAdjudicated(IReadOnlyCollection<CostedCase> cases) =>
        cases.Count(c => c.IsCompared) is > 0 and var compared ? (double)cases.Count(c => c.WasAdjudicated) / compared : 0;

    /// <returns>Those of the levels that are still before it and where nobody was paid for it.</returns>
    public IEnumerable<T> Ahead<T>(IReadOnlyList<T> levels) =>
        IsUndecided ? levels.Where((_, i) => !Validated.Contains(i + 1) && (State != ProjectCaseState.Validation || i + 1 >= Level)) : [];
}

/// <summary>What a project will still cost: bounds, and what is to be expected.</summary>
internal sealed class CostForecast(LabellingProject project, IReadOnlyDictionary<Guid, QualificationLevel?> levels, IReadOnlyList<PaidReading> paid, IReadOnlyCollection<CostedCase> cases)
{
    public ProjectCost Make()
    {
        var (reads, adjudications, verdicts) = (Prices(ReadingMode.Read), Prices(ReadingMode.Adjudicate), Prices(ReadingMode.Validate));
        var undecided = cases.Where(c => c.IsUndecided).ToArray();
        var lowest = cases.Sum(c => c.ToCome) * reads.Min() + undecided.Count(c => c.IsSurelyAdjudicated(project.Rule)) * adjudications.Min()
            + undecided.Sum(c => c.Ahead(project.Levels).Count(l => l.Share == 1)) * verdicts.Min();
        var highest = Math.Round(WithControls * cases.Sum(c => c.MostToCome) * reads.Max(), 2) + undecided.Count(c => !c.IsAdjudicated) * adjudications.Max() + undecided.Sum(c => c.Ahead(project.Levels).Count()) * verdicts.Max();
        return new(paid.Sum(p => p.Amount ?? 0), lowest, highest, Expected(undecided), paid.Count(p => p.Amount is null));
    }

    /// <summary>Control cases are handed out among the others and paid like them.</summary>
    private decimal WithControls => project.Distribution == Distribution.Queue ? 1 / (1 - (decimal)project.Terms.Golden.Share) : 1;

    private decimal? Expected(CostedCase[] undecided)
    {
        if (project.Terms.Prices is not { Count: > 0 })
            return null;
        var share = CostedCase.ShareAdjudicated(cases);
        var through = cases.Where(c => !c.IsUndecided).ToArray();
        double? verdictsEach = through.Length == 0 ? null : through.Average(c => c.Validated.Count);
        var adjudications = undecided.Sum(c => c.IsSurelyAdjudicated(project.Rule) ? 1 : c.IsAdjudicated || c.State is ProjectCaseState.Validation ? 0 : share);
        var verdicts = undecided.Sum(c => Math.Max(c.State == ProjectCaseState.Validation && !c.Validated.Contains(c.Level) ? 1 : 0, verdictsEach - c.Validated.Count ?? c.Ahead(project.Levels).Sum(l => l.Share)));
        return Math.Round(WithControls * cases.Sum(c => c.ToCome) * Mean(ReadingMode.Read) + (decimal)adjudications * Mean(ReadingMode.Adjudicate) + (decimal)verdicts * Mean(ReadingMode.Validate), 2);
    }

    private decimal Mean(ReadingMode mode)
    {
        decimal[] known = [.. paid.Where(p => p.Mode == mode && p.Amount is not null).Select(p => p.Amount!.Value)];
        return known.Length > 0 ? known.Average() : Prices(mode).Average();
    }

    /// <returns>Of everybody who has the part; 0 where there is nobody or no price.</returns>
    private decimal[] Prices(ReadingMode mode) =>
        [.. project.Members.Where(m => m.Mode == mode).Select(m => project.Terms.PriceOf(mode, levels.GetValueOrDefault(m.AccountId)) ?? 0).DefaultIfEmpty(0)];
}
