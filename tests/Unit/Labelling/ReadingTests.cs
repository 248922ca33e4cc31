using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class ReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly StoredObject Stored = new(new string('a', 32), new string('b', 64), 10, Now);
    private static readonly SchemaVersionId Schema = EntityId.New<SchemaVersionId>();

    [Fact]
    public void An_offer_is_taken_saved_submitted_and_locked()
    {
        var reading = Offered(ReadingMode.Read);
        reading.Take(Now);
        Assert.Equal(ReadingState.Accepted, reading.State);
        var first = reading.Save(0, Stored, Schema, "c", Now).Value;
        Assert.Equal((1, 1, ReadingState.Draft), (first.Number, reading.Revision, reading.State));
        Assert.Null(reading.Submit(1, Now));
        Assert.Equal(ReadingState.Submitted, reading.State);
        Assert.True(reading.Lock(Now));
        Assert.False(reading.Lock(Now));
    }

    [Fact]
    public void Saving_on_an_old_base_is_refused_with_the_current_revision()
    {
        var reading = Offered(ReadingMode.Read);
        _ = reading.Save(0, Stored, Schema, "c", Now);
        Assert.Equal(new StaleRevision(1, Now), reading.Save(0, Stored, Schema, "c", Now).Refusal);
        Assert.Equal(1, reading.Revision);
    }

    [Fact]
    public void Nothing_saved_is_nothing_to_submit() => Assert.Equal(new NothingToSubmit(), Offered(ReadingMode.Read).Submit(0, Now));

    [Fact]
    public void What_was_submitted_is_closed_and_what_comes_back_is_open()
    {
        var reading = Offered(ReadingMode.Adjudicate);
        _ = reading.Save(0, Stored, Schema, "c", Now);
        Assert.Null(reading.Submit(1, Now));
        Assert.Equal(new ReadingIsLocked(), reading.Save(1, Stored, Schema, "c", Now).Refusal);
        reading.Lock(Now);
        reading.Return(Now);
        Assert.Null(reading.Save(1, Stored, Schema, "c", Now).Refusal);
        Assert.Equal((2, ReadingState.Draft), (reading.Revision, reading.State));
    }

    [Fact]
    public void A_validator_gives_a_verdict_once_and_draws_nothing()
    {
        var reading = Offered(ReadingMode.Validate);
        Assert.Equal(new ValidatorDoesNotDraw(), reading.Save(0, Stored, Schema, "c", Now).Refusal);
        Assert.Null(reading.GiveVerdict(Now));
        Assert.Equal(new ReadingIsLocked(), reading.GiveVerdict(Now));
        reading.OfferAgain(Now);
        Assert.Null(reading.GiveVerdict(Now));
        Assert.Equal(new NotForValidation(), Offered(ReadingMode.Read).GiveVerdict(Now));
    }

    [Fact]
    public void The_letters_of_the_sources_do_not_follow_the_slots()
    {
        var firstSlotIsA = Enumerable.Range(0, 200).Count(_ =>
        {
            var one = Case();
            Reading[] readings = [new(one, Guid.CreateVersion7(), ReadingMode.Read, 1, Now), new(one, Guid.CreateVersion7(), ReadingMode.Read, 2, Now)];
            Assert.Equal(Reading.InBlindOrder(readings), Reading.InBlindOrder([readings[1], readings[0]]));
            return Reading.InBlindOrder(readings).First().Slot == 1;
        });
        Assert.InRange(firstSlotIsA, 50, 150);
    }

    [Fact]
    public void A_case_goes_its_way_and_no_other()
    {
        var one = Case();
        Assert.NotNull(one.CloseRound(Now));
        Assert.Null(one.BeginReading(Now));
        Assert.NotNull(one.BeginReading(Now));
        Assert.Null(one.CloseRound(Now));
        Assert.NotNull(one.Adjudicate(Now));
        Assert.Null(one.SendToAdjudication(Now));
        Assert.NotNull(one.AgreeAutomatically(Now));
        Assert.Null(one.Adjudicate(Now));
        Assert.Null(one.Return(Now));
        Assert.Null(one.Adjudicate(Now));
        Assert.NotNull(one.Reopen(Now));
        Assert.Null(one.PassValidation(Now));
        Assert.NotNull(one.PassValidation(Now));
        Assert.Null(one.Release(Now));
        Assert.NotNull(one.Release(Now));
        Assert.Null(one.Reopen(Now));
        Assert.Equal(ProjectCaseState.Adjudication, one.State);
    }

    private static Reading Offered(ReadingMode mode) => new(Case(), Guid.CreateVersion7(), mode, 1, Now);

    private static ProjectCase Case() => new(EntityId.New<ProjectId>(), new CaseSummary(EntityId.New<CaseId>(), "T-1", DataKind.Radiology,
        EntityId.New<ReferenceCentreId>(), EntityId.New<BatchId>(), "P", "c", null, null, "", Now, []), Now);
}
