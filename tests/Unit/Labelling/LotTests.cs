using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class LotTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_lot_draws_its_sample_from_all_its_positions_and_differently_each_time()
    {
        var drawn = Enumerable.Range(0, 400).Select(_ =>
        {
            var lot = Lot(20, 0, 0.25);
            return Enumerable.Range(0, 20).Where(_ => lot.Admit(Case()).IsSampled).ToArray();
        }).ToArray();
        Assert.All(drawn, d => Assert.Equal(5, d.Length));
        for (var position = 0; position < 20; position++)
            Assert.InRange(drawn.Count(d => d.Contains(position)), 100 - 52, 100 + 52);
    }

    [Fact]
    public void A_lot_is_rejected_at_its_first_error_too_many_and_accepted_only_when_its_whole_sample_is_judged()
    {
        var lot = Lot(10, 1, 0.4);
        Assert.False(lot.Count(false, Now));
        Assert.Equal(LotState.Open, lot.State);
        Assert.True(lot.Count(false, Now));
        Assert.Equal(LotState.Rejected, lot.State);
        Assert.False(lot.Count(true, Now));

        var good = Lot(10, 1, 0.4);
        for (var n = 0; n < 10; n++)
            good.Admit(Case());
        Assert.False(good.Count(true, Now) || good.Count(false, Now) || good.Count(true, Now));
        Assert.True(good.Count(true, Now));
        Assert.Equal(LotState.Accepted, good.State);
    }

    [Fact]
    public void Who_comes_to_a_lot_that_was_rejected_is_looked_at()
    {
        var lot = Lot(10, 0, 0.2);
        lot.Count(false, Now);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(lot.Admit(Case()).IsWanted));
        Assert.True(lot.IsFull);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(19)]
    public void A_lot_that_stays_short_keeps_what_was_drawn_and_draws_until_its_sample_is_as_large(int arrived)
    {
        for (var n = 0; n < 50; n++)
        {
            var lot = Lot(20, 1, 0.5);
            var before = Enumerable.Range(0, arrived).Select(_ => lot.Admit(Case())).Where(c => c.IsSampled).Select(c => c.Position).ToHashSet();
            var (after, _) = lot.Close(Now);
            Assert.True(before.IsSubsetOf(after));
            Assert.Equal(Math.Min(10, arrived), after.Count);
            Assert.True(after.All(p => p < arrived));
            Assert.True(lot.IsFull);
        }
    }

    [Fact]
    public void A_limit_on_errors_becomes_an_acceptance_number_or_no_plan()
    {
        Assert.Equal((0, 2), (new LotPlan(200, null, 0.1).MostErrors(0.25), new LotPlan(200, null, 0.1).MostErrors(0.4)));
        Assert.True(new LotPlan(200, null, 0.1).IsFit(0.25));
        Assert.False(new LotPlan(50, null, 0.1).IsFit(0.25));
        Assert.False(new LotPlan(200, 3, 0.1).IsFit(0.25));
        Assert.False(new LotPlan(200, 3).IsFit(1));
        Assert.Equal(13, new LotPlan(50, 1).SampleOf(0.26));
    }

    [Fact]
    public void A_forecast_goes_on_as_the_last_weeks_went_and_says_how_sure_that_is()
    {
        // 28 through in 28 days; Garwood's interval of 28 events is 18.61 … 40.47.
        var forecast = SeeProgress.Foresee(56, Enumerable.Range(73, 28).ToDictionary(d => d, _ => 1), 1, 100)!;
        Assert.Equal((28, 7.0), (forecast.Days, forecast.PerWeek));
        Assert.Equal(18.606, forecast.Lower * 4, 2);
        Assert.Equal(40.468, forecast.Upper * 4, 2);
        Assert.Equal(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(156), forecast.Expected);
        Assert.True(forecast.Earliest < forecast.Expected && forecast.Expected < forecast.Latest);
        Assert.Null(SeeProgress.Foresee(56, new Dictionary<int, int>(), 1, 100));
        Assert.Null(SeeProgress.Foresee(0, new Dictionary<int, int> { [100] = 1 }, 1, 100));
    }

    [Fact]
    public void Weeks_begin_on_Monday()
    {
        Assert.Equal(new DateOnly(2026, 11, 30), Weeks.Monday(Weeks.Of(Weeks.Day(new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero)))));
        Assert.Equal(new DateOnly(2026, 11, 23), Weeks.Monday(Weeks.Of(Weeks.Day(new(2026, 11, 29, 23, 59, 0, TimeSpan.Zero)))));
        Assert.Equal(new DateOnly(1969, 12, 29), Weeks.Monday(Weeks.Of(Weeks.Day(DateTimeOffset.UnixEpoch))));
    }

    private static ValidationLot Lot(int size, int most, double share) => new(EntityId.New<ProjectId>(), 1, 1, new(size, most), share, Now);

    [Fact]
    public void A_lot_whose_sample_was_judged_before_its_last_case_came_is_decided_by_that_case()
    {
        var lot = Lot(10, 1, 0.4);
        for (var arrived = 0; arrived < 9; arrived++)
            lot.Admit(Case());
        for (var judged = 0; judged < lot.SampleSize; judged++)
            Assert.False(lot.Count(true, Now));
        Assert.False(lot.Fill(Now));
        lot.Admit(Case());
        Assert.True(lot.Fill(Now));
        Assert.Equal((LotState.Accepted, Now), (lot.State, lot.DecidedAt));
        Assert.False(lot.Fill(Now));
    }

    private static ProjectCase Case() => new(EntityId.New<ProjectId>(), new CaseSummary(EntityId.New<CaseId>(), "T-1", DataKind.Radiology,
        EntityId.New<ReferenceCentreId>(), EntityId.New<BatchId>(), "P", "c", null, null, "", Now, []), Now);
}
