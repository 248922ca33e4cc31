using Pirogov.Competitions;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Xunit;

namespace Pirogov.Unit.Competitions;

public class CompetitionRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.FromHours(3));
    private static readonly Guid Lead = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Developer = Guid.Parse("01900000-0000-7000-8000-000000000002");
    private static readonly Guid Observer = Guid.Parse("01900000-0000-7000-8000-000000000003");
    private static readonly SubmittedFile File = new("a.zip", "d41d8cd98f00b204e9800998ecf8427e", new string('0', 64), 1);

    internal static CompetitionTerms Terms() => new("Лёгкие", "Lungs", "Описание", "Description", null, EntityId.New<DatasetVersionId>(),
        CompetitionKind.Masks, null, null, Metric.Dice, [Metric.HausdorffDistance95], 2, Start, Start.AddDays(30), 2, "Europe/Moscow");

    private static Competition Opened()
    {
        var competition = Competition.Draft(Terms(), Start).Value;
        Assert.Null(competition.Open());
        return competition;
    }

    private static Team TeamIn(Competition competition)
    {
        var team = Team.Make(competition, "Альфа", Lead, Start).Value;
        team.Invite(competition, Lead, Developer, TeamRole.Developer, Start);
        team.Invite(competition, Lead, Observer, TeamRole.Observer, Start);
        Assert.Null(team.Answer(competition, Developer, true, false, Start));
        Assert.Null(team.Answer(competition, Observer, true, false, Start));
        return team;
    }

    [Fact]
    public void A_developer_submits_and_takes_the_next_number_of_the_day()
    {
        var competition = Opened();
        var submission = competition.Submit(TeamIn(competition), Developer, Start.AddDays(1), 1, File, null).Value;
        Assert.Equal(2, submission.Ordinal);
        Assert.Equal(new DateOnly(2026, 3, 2), submission.Day);
    }

    [Fact]
    public void Submitting_to_a_draft_is_refused()
    {
        var open = Opened();
        Assert.IsType<CompetitionNotOpen>(Competition.Draft(Terms(), Start).Value.Submit(TeamIn(open), Lead, Start, 0, File, null).Refusal);
    }

    [Fact]
    public void Submitting_before_the_start_is_refused()
    {
        var competition = Opened();
        Assert.IsType<CompetitionNotStarted>(competition.Submit(TeamIn(competition), Lead, Start.AddSeconds(-1), 0, File, null).Refusal);
    }

    [Fact]
    public void Submitting_at_the_deadline_is_refused()
    {
        var competition = Opened();
        var team = TeamIn(competition);
        Assert.Null(competition.Submit(team, Lead, competition.EndsAt.AddMilliseconds(-1), 0, File, null).Refusal);
        Assert.IsType<DeadlinePassed>(competition.Submit(team, Lead, competition.EndsAt, 0, File, null).Refusal);
    }

    [Fact]
    public void Submitting_beyond_the_daily_limit_is_refused_until_midnight_of_the_competitions_zone()
    {
        var competition = Opened();
        var refusal = Assert.IsType<DailyLimitReached>(competition.Submit(TeamIn(competition), Lead, Start.AddHours(20), 2, File, null).Refusal);
        Assert.Equal("02.03.2026 00:00 (Europe/Moscow)", refusal.ResetsAt);
    }

    [Fact]
    public void The_day_changes_at_midnight_in_Moscow_not_in_Greenwich()
    {
        var competition = Opened();
        var evening = new DateTimeOffset(2026, 3, 5, 20, 59, 59, TimeSpan.Zero);
        Assert.Equal(new DateOnly(2026, 3, 5), competition.DayOf(evening));
        Assert.Equal(new DateOnly(2026, 3, 6), competition.DayOf(evening.AddSeconds(1)));
    }

    [Fact]
    public void An_observer_and_a_stranger_may_not_submit()
    {
        var competition = Opened();
        var team = TeamIn(competition);
        Assert.IsType<ObserverMayNotSubmit>(competition.Submit(team, Observer, Start, 0, File, null).Refusal);
        Assert.IsType<NotInTeam>(competition.Submit(team, Guid.Parse("01900000-0000-7000-8000-000000000009"), Start, 0, File, null).Refusal);
        Assert.IsType<NotInTeam>(competition.Submit(null, Lead, Start, 0, File, null).Refusal);
    }

    [Fact]
    public void A_team_of_another_competition_may_not_submit()
    {
        var other = Opened();
        Assert.IsType<NotInTeam>(Opened().Submit(TeamIn(other), Lead, Start, 0, File, null).Refusal);
    }

    [Fact]
    public void A_competition_does_not_end_while_submissions_are_being_scored()
    {
        var competition = Opened();
        Assert.IsType<SubmissionsStillScoring>(competition.End(Start, 1, null));
        Assert.Equal(CompetitionState.Open, competition.State);
        Assert.Null(competition.End(Start, 0, null));
        Assert.IsType<CompetitionNotOpen>(competition.End(Start, 0, null));
    }

    [Fact]
    public void Terms_that_contradict_themselves_are_refused()
    {
        static Refusal? Refused(CompetitionTerms terms) => Competition.Draft(terms, Start).Refusal;
        Assert.IsType<Missing>(Refused(Terms() with { TitleEn = " " }));
        Assert.IsType<MetricDoesNotFit>(Refused(Terms() with { Primary = Metric.Auc }));
        Assert.IsType<MetricDoesNotFit>(Refused(Terms() with { Secondary = [Metric.Brier] }));
        Assert.IsType<DatesDoNotFit>(Refused(Terms() with { EndsAt = Start }));
        Assert.IsType<DailyLimitOutOfRange>(Refused(Terms() with { DailyLimit = 0 }));
        Assert.IsType<ToleranceOutOfRange>(Refused(Terms() with { ToleranceMm = double.NaN }));
        Assert.IsType<UnknownTimeZone>(Refused(Terms() with { TimeZone = "Europe/Nowhere" }));
    }

    [Fact]
    public void Only_the_lead_invites_and_an_open_invitation_is_not_sent_twice()
    {
        var competition = Opened();
        var team = Team.Make(competition, "Альфа", Lead, Start).Value;
        Assert.IsType<OnlyTheLead>(team.Invite(competition, Developer, Observer, TeamRole.Observer, Start).Refusal);
        Assert.Null(team.Invite(competition, Lead, Developer, TeamRole.Developer, Start).Refusal);
        Assert.IsType<AlreadyInvited>(team.Invite(competition, Lead, Developer, TeamRole.Developer, Start).Refusal);
        Assert.IsType<LeadIsMade>(team.Invite(competition, Lead, Observer, TeamRole.Lead, Start).Refusal);
    }

    [Fact]
    public void A_declined_invitation_can_be_sent_again_and_an_answered_one_not_answered_again()
    {
        var competition = Opened();
        var team = Team.Make(competition, "Альфа", Lead, Start).Value;
        team.Invite(competition, Lead, Developer, TeamRole.Developer, Start);
        Assert.Null(team.Answer(competition, Developer, false, false, Start));
        Assert.IsType<InvitationAnswered>(team.Answer(competition, Developer, true, false, Start));
        Assert.Null(team.Invite(competition, Lead, Developer, TeamRole.Observer, Start).Refusal);
        Assert.Null(team.Answer(competition, Developer, true, false, Start));
        Assert.Equal(TeamRole.Observer, team.RoleOf(Developer));
    }

    [Fact]
    public void Who_is_in_another_team_cannot_join_a_second_one()
    {
        var competition = Opened();
        var team = Team.Make(competition, "Альфа", Lead, Start).Value;
        team.Invite(competition, Lead, Developer, TeamRole.Developer, Start);
        Assert.IsType<AlreadyInTeam>(team.Answer(competition, Developer, true, alreadyIn: true, Start));
    }

    [Fact]
    public void The_final_submission_is_a_scored_one_of_the_own_team_chosen_by_the_lead_before_the_end()
    {
        var competition = Opened();
        var team = TeamIn(competition);
        var submission = competition.Submit(team, Lead, Start, 0, File, null).Value;
        Assert.IsType<SubmissionNotScored>(team.ChooseFinal(competition, Lead, submission, Start));
        submission.Scored();
        Assert.IsType<OnlyTheLead>(team.ChooseFinal(competition, Developer, submission, Start));
        Assert.IsType<DeadlinePassed>(team.ChooseFinal(competition, Lead, submission, competition.EndsAt));
        Assert.Null(team.ChooseFinal(competition, Lead, submission, Start));
        Assert.Equal(submission.Id, team.FinalSubmissionId);
    }
}
