using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Integration.Competitions;

public abstract class CompetitionTests(CompetitionWorld world) : OnBothEngines(world)
{
    private async Task<JsonObject> Json(HttpResponseMessage answer, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {text} {world.Log.Errors}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<JsonObject> Get(HttpClient client, string path) => await Json(await client.GetAsync("/api/v1" + path));

    private async Task Refused(HttpResponseMessage answer, HttpStatusCode status, string code) =>
        Assert.Equal("/problems/" + code, (string?)(await Json(answer, status))["type"]);

    [SkippableFact]
    public async Task Equal_teams_share_the_place_and_a_worse_one_comes_after_both()
    {
        var id = await world.Opened();
        foreach (var (name, missed) in new[] { ("Anna", 0), ("Boris", 0), ("Vera", 4) })
            await Json(await CompetitionWorld.Submit(await world.LeadOf(id, name), id, CompetitionWorld.Predictions(missedInPublic: missed)), HttpStatusCode.Created);
        await world.Settle();
        var board = await Get(await world.As(Role.Expert), $"/competitions/{id}/board");
        var rows = board["rows"]!.AsArray();
        Assert.Equal([1, 1, 3], rows.Select(r => (int)r!["rank"]!));
        Assert.Equal("Команда Vera", (string?)rows[2]!["team"]);
        Assert.Equal(24.0 / 28, (double)rows[2]!["primary"]!["value"]!, 12);
        Assert.Equal((3, 3), ((int)board["cases"]!, (int)board["patients"]!));
        Assert.False((bool)rows[1]!["worseThanFirst"]!);
        Assert.True((bool)rows[2]!["worseThanFirst"]!);
    }

    [SkippableFact]
    public async Task The_door_names_every_error_in_the_senders_language_and_the_limit_stays_untouched()
    {
        var id = await world.Opened(limit: 1);
        var lead = await world.LeadOf(id, "Anna");
        var bad = CompetitionWorld.Zip([("../case-2.nii.gz", [1]), ("case-3.nii.gz", Encoding.UTF8.GetBytes("not an image")), ("case-99.nii.gz", [1])]);
        var problem = await Json(await CompetitionWorld.Submit(lead, id, bad), HttpStatusCode.UnprocessableEntity);
        Assert.Equal("/problems/competitions.submission-rejected", (string?)problem["type"]);
        var errors = problem["errors"]!.AsArray();
        Assert.Equal((int)problem["count"]!, errors.Count);
        Assert.Equal(["missing-case", "truncated", "unknown-case", "unsafe-path"], errors.Select(e => (string)e!["code"]!).Distinct().Order());
        Assert.Contains(errors, e => ((string)e!["text"]!).Contains("нет файла для этого случая", StringComparison.Ordinal));
        var accepted = await Json(await CompetitionWorld.Submit(lead, id, CompetitionWorld.Predictions()), HttpStatusCode.Created);
        Assert.Equal(0, (int)accepted["leftToday"]!);
        await Refused(await CompetitionWorld.Submit(lead, id, CompetitionWorld.Predictions()), HttpStatusCode.TooManyRequests, "competitions.daily-limit-reached");
        var list = await Get(lead, $"/competitions/{id}/submissions");
        Assert.Equal(["accepted", "rejected"], list["items"]!.AsArray().Select(s => (string)s!["state"]! == "scored" ? "accepted" : (string)s["state"]!));
        await world.Settle();
    }

    [SkippableFact]
    public async Task A_multipart_form_is_taken_as_well()
    {
        var id = await world.Opened();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(CompetitionWorld.Predictions()), "file", "p.zip" } };
        await Json(await (await world.LeadOf(id, "Anna")).PostAsync($"/api/v1/competitions/{id}/submissions", form), HttpStatusCode.Created);
        await world.Settle();
    }

    [SkippableFact]
    public async Task Submitting_after_the_deadline_is_refused_and_the_look_of_the_minute_ends_the_competition()
    {
        var id = await world.Opened();
        var lead = await world.LeadOf(id, "Anna");
        try
        {
            world.Clock.Ahead += TimeSpan.FromHours(3);
            await Refused(await CompetitionWorld.Submit(lead, id, CompetitionWorld.Predictions()), HttpStatusCode.Conflict, "competitions.deadline-passed");
            await world.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<Pirogov.Competitions.CloseDueCompetitions>().Single().CloseDue(default);
            Assert.Equal("ended", (string?)(await Get(lead, $"/competitions/{id}"))["phase"]);
            // What was noted in the future is not due once the clock is back.
            await world.Settle();
        }
        finally
        {
            world.Clock.Ahead = TimeSpan.Zero;
        }
    }

    [SkippableFact]
    public async Task Invited_people_join_an_observer_only_looks_and_a_stranger_sees_nothing()
    {
        var id = await world.Opened();
        var lead = await world.LeadOf(id, "Anna");
        foreach (var (name, role, teamRole) in new[] { ("Dmitry", Role.Developer, "developer"), ("Olga", Role.Observer, "observer") })
        {
            var person = await world.As(role, name);
            await Json(await lead.PostAsJsonAsync($"/api/v1/competitions/{id}/team/invitations", new { login = name, role = teamRole }), HttpStatusCode.Created);
            var invitations = JsonNode.Parse(await person.GetStringAsync("/api/v1/invitations"))!.AsArray();
            var mine = invitations.Single(i => (string)i!["competitionId"]! == id)!;
            Assert.Equal(HttpStatusCode.NoContent, (await person.PostAsync($"/api/v1/invitations/{mine["id"]}/accept", null)).StatusCode);
            Assert.True(world.Datasets.Admitted.ContainsKey((await world.Person(name, [role])).Id));
        }

        var accepted = await Json(await CompetitionWorld.Submit(await world.As(Role.Developer, "Dmitry"), id, CompetitionWorld.Predictions()), HttpStatusCode.Created);
        await world.Settle();
        var observer = await world.As(Role.Observer, "Olga");
        Assert.Equal(1.0, (double)(await Get(observer, $"/submissions/{accepted["id"]}"))["public"]![0]!["value"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await CompetitionWorld.Submit(observer, id, CompetitionWorld.Predictions())).StatusCode);
        var stranger = await world.As(Role.Developer, "Stranger");
        foreach (var path in new[] { $"/submissions/{accepted["id"]}", $"/submissions/{accepted["id"]}/cases", $"/competitions/{id}/submissions", $"/competitions/{id}/team", $"/competitions/{id}/template" })
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync("/api/v1" + path)).StatusCode);
        await Refused(await CompetitionWorld.Submit(stranger, id, CompetitionWorld.Predictions()), HttpStatusCode.Forbidden, "competitions.not-in-team");
    }

    [SkippableFact]
    public async Task Hidden_figures_are_in_no_answer_before_the_end_and_in_the_private_board_after_it()
    {
        var id = await world.Opened();
        var lead = await world.LeadOf(id, "Anna");
        // 11 of 16 voxels missed in every hidden case: Dice 10/21, a figure that nothing else has.
        var accepted = await Json(await CompetitionWorld.Submit(lead, id, CompetitionWorld.Predictions(missed: 11)), HttpStatusCode.Created);
        await world.Settle();
        string[] paths =
        [
            "/competitions", $"/competitions/{id}", $"/competitions/{id}/board", $"/competitions/{id}/private-board", $"/competitions/{id}/submissions",
            $"/competitions/{id}/team", $"/submissions/{accepted["id"]}", $"/submissions/{accepted["id"]}/cases", "/jobs", $"/jobs/{accepted["jobId"]}",
            "/solutions", $"/evidence/verify?kind=score&subject={accepted["id"]}",
        ];
        foreach (var client in new[] { lead, await world.As(Role.AiOffice), await world.As(Role.Administrator) })
        {
            foreach (var path in paths)
            {
                var text = await (await client.GetAsync("/api/v1" + path)).Content.ReadAsStringAsync();
                Assert.DoesNotContain("0.47619", text, StringComparison.Ordinal);
                Assert.DoesNotContain("case-5", text, StringComparison.Ordinal);
            }

            await Refused(await client.GetAsync($"/api/v1/competitions/{id}/private-board"), HttpStatusCode.Conflict, "competitions.board-is-secret");
        }

        Assert.Equal(HttpStatusCode.NoContent, (await (await world.As(Role.AiOffice)).PostAsync($"/api/v1/competitions/{id}/close", null)).StatusCode);
        var board = await Get(lead, $"/competitions/{id}/private-board");
        Assert.Equal(10.0 / 21, (double)board["rows"]![0]!["primary"]!["value"]!, 12);
        Assert.Equal(7, JsonNode.Parse(await lead.GetStringAsync($"/api/v1/submissions/{accepted["id"]}/cases"))!.AsArray().Count);
    }

    [SkippableFact]
    public async Task Probabilities_are_scored_and_their_cases_never_shown()
    {
        var id = await world.Opened(masks: false);
        var lead = await world.LeadOf(id, "Anna");
        var template = await lead.GetStringAsync($"/api/v1/competitions/{id}/template");
        Assert.Equal(8, template.Trim().Split('\n').Length);
        var wrong = await Json(await CompetitionWorld.Submit(lead, id, Encoding.UTF8.GetBytes("case,probability\ncase-2,2\n"), "p.csv"), HttpStatusCode.UnprocessableEntity);
        Assert.Equal(7, (int)wrong["count"]!);
        var accepted = await Json(await CompetitionWorld.Submit(lead, id, Encoding.UTF8.GetBytes(template), "p.csv"), HttpStatusCode.Created);
        await world.Settle();
        var figures = (await Get(lead, $"/submissions/{accepted["id"]}"))["public"]!.AsArray();
        Assert.Equal((0.5, 0.25), ((double)figures[0]!["value"]!, (double)figures[1]!["value"]!));
        Assert.Equal("[]", await lead.GetStringAsync($"/api/v1/submissions/{accepted["id"]}/cases"));
    }

    [SkippableFact]
    public async Task Scoring_again_from_nothing_gives_the_same_figures_and_scoring_twice_writes_once()
    {
        var id = await world.Opened();
        var accepted = await Json(await CompetitionWorld.Submit(await world.LeadOf(id, "Anna"), id, CompetitionWorld.Predictions(3, 5)), HttpStatusCode.Created);
        await world.Settle();
        var submission = SubmissionId.From(Guid.Parse((string)accepted["id"]!));
        var first = await Figures(submission);
        Assert.Equal(4, first.Length);
        await RunAgain(submission);
        Assert.Equal(first, await Figures(submission));
        await world.InDatabase(async db =>
        {
            await db.Set<MetricScore>().Where(m => m.SubmissionId == submission).ExecuteDeleteAsync();
            await db.Set<CaseScore>().Where(m => m.SubmissionId == submission).ExecuteDeleteAsync();
            await db.Set<Score>().Where(m => m.SubmissionId == submission).ExecuteDeleteAsync();
            return await db.Set<Submission>().Where(s => s.Id == submission).ExecuteUpdateAsync(s => s.SetProperty(x => x.State, SubmissionState.Accepted));
        });
        await RunAgain(submission);
        Assert.Equal(first, await Figures(submission));
    }

    private Task<(string, double?, double?, double?)[]> Figures(SubmissionId id) => world.InDatabase(async db =>
        (await db.Set<MetricScore>().AsNoTracking().Where(m => m.SubmissionId == id).ToArrayAsync())
            .Select(m => ($"{m.Split} {m.Metric}", m.Value, m.Low, m.High)).OrderBy(m => m.Item1, StringComparer.Ordinal).ToArray());

    private Task<bool> RunAgain(SubmissionId id) => world.InScope(async services =>
    {
        var progress = new JobProgress(EntityId.New<JobId>(), services.GetRequiredService<IServiceScopeFactory>(), world.Clock);
        await services.GetRequiredService<ScoreSubmission>().Run(new(id), progress, default);
        return true;
    });
}

public sealed class CompetitionTestsOnSqlite(SqliteCompetitions world) : CompetitionTests(world), IClassFixture<SqliteCompetitions>;

public sealed class CompetitionTestsOnPostgreSql(PostgreSqlCompetitions world) : CompetitionTests(world), IClassFixture<PostgreSqlCompetitions>;
