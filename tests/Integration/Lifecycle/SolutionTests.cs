using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Integration.Competitions;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Lifecycle;

public abstract class SolutionTests(CompetitionWorld world) : OnBothEngines(world)
{
    private async Task<(string Solution, SubmissionId Submission, HttpClient Lead)> Won(string name)
    {
        var id = await world.Opened();
        var lead = await world.LeadOf(id, name);
        var submitted = await CompetitionWorld.Submit(lead, id, CompetitionWorld.Predictions(missed: name.Length));
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        var submission = (string)(await submitted.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        await world.Settle();
        var closed = await (await world.As(Role.AiOffice)).PostAsync($"/api/v1/competitions/{id}/close", null);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        await world.Settle();
        var solutions = (await lead.GetFromJsonAsync<JsonObject>("/api/v1/solutions?size=200"))!["items"]!.AsArray();
        return ((string)solutions.Single(s => (string)s!["competitionId"]! == id)!["id"]!, SubmissionId.From(Guid.Parse(submission)), lead);
    }

    private static async Task<JsonObject> Verify(HttpClient client, string path) =>
        JsonNode.Parse(await (await client.PostAsync("/api/v1" + path, null)).Content.ReadAsStringAsync())!.AsObject();

    [SkippableFact]
    public async Task The_winner_becomes_a_solution_whose_gates_are_passed_in_order_while_there_is_evidence()
    {
        var (id, _, lead) = await Won("Anna");
        var office = await world.As(Role.AiOffice);
        var stages = (await office.GetFromJsonAsync<JsonObject>($"/api/v1/solutions/{id}"))!["stages"]!.AsArray();
        Assert.Equal(9, stages.Count);
        Assert.Equal(["dataset-version"], stages[1]!["evidence"]!.AsArray().Select(e => (string)e!["kind"]!));
        Assert.Equal(["submission", "score"], stages[2]!["evidence"]!.AsArray().Select(e => (string)e!["kind"]!));
        Assert.All(stages.Skip(3), s => Assert.Equal("notReached", (string?)s!["state"]));
        Task<HttpResponseMessage> Pass(int stage) => office.PostAsJsonAsync($"/api/v1/solutions/{id}/stages/{stage}/pass", new { note = "Решение офиса" });
        Assert.Equal(HttpStatusCode.Conflict, (await Pass(2)).StatusCode);
        foreach (var stage in new[] { 1, 2, 3 })
            Assert.Equal(HttpStatusCode.NoContent, (await Pass(stage)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await Pass(4)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await lead.PostAsJsonAsync($"/api/v1/solutions/{id}/stages/4/pass", new { })).StatusCode);
        await world.Settle();
        var verified = await Verify(lead, $"/solutions/{id}/verify");
        Assert.True((bool)verified["isWhole"]!, verified.ToJsonString());
        Assert.Equal(["dataset-version", "score", "stage-gate", "submission"], verified["links"]!.AsArray().Select(l => (string)l!["kind"]!).Distinct().Order());
        var stranger = await world.As(Role.Developer, "Stranger");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/solutions/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/solutions/{id}/verify")).StatusCode);
    }

    [SkippableTheory]
    [InlineData("ru")]
    [InlineData("en")]
    public async Task Every_page_stands_in_both_languages_with_no_word_missing(string culture)
    {
        var (id, _, lead) = await Won("Galina-" + culture);
        var competition = (string)(await lead.GetFromJsonAsync<JsonObject>($"/api/v1/solutions/{id}"))!["solution"]!["competitionId"]!;
        var office = await world.As(Role.AiOffice);
        foreach (var (client, path) in new[]
        {
            (lead, "/competitions"), (lead, $"/competitions/{competition}"), (lead, $"/competitions/{competition}/team"), (lead, "/invitations"),
            (lead, "/solutions"), (lead, $"/solutions/{id}"), (office, "/competitions"), (office, "/competitions/new"), (office, $"/solutions/{id}"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.AcceptLanguage.ParseAdd(culture);
            client.DefaultRequestHeaders.AcceptLanguage.Clear();
            var answer = await client.SendAsync(request);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode && html.Contains("<h1", StringComparison.Ordinal), $"{path}: {(int)answer.StatusCode} {world.Log.Errors}");
            Assert.DoesNotMatch(@">\s*(competitions|lifecycle)\.[a-z]", html);
        }
    }

    [SkippableFact]
    public async Task One_changed_byte_of_a_stored_file_breaks_the_chain_and_is_named()
    {
        var (id, submission, lead) = await Won("Boris");
        var md5 = await world.InDatabase(db => db.Set<Submission>().Where(s => s.Id == submission).Select(s => s.Md5!).SingleAsync());
        var path = Path.Combine(world.DataFolder, "store", "files", "md5", md5[..2], md5[2..]);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var broken = await Verify(lead, $"/solutions/{id}/verify");
        Assert.False((bool)broken["isWhole"]!);
        Assert.Equal(("submission", "fileChanged", md5), ((string?)broken["firstFault"]!["kind"], (string?)broken["firstFault"]!["fault"], (string?)broken["firstFault"]!["where"]));
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.True((bool)(await Verify(lead, $"/solutions/{id}/verify"))["isWhole"]!);
    }

    [SkippableFact]
    public async Task One_changed_row_breaks_the_chain_and_is_named()
    {
        var (id, submission, lead) = await Won("Valentin");
        await world.InDatabase(db => db.Set<CaseScore>().Where(c => c.SubmissionId == submission && c.Name == "case-5")
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Result, c => c.Result + " ")));
        var broken = await Verify(await world.As(Role.AiOffice), $"/evidence/verify?kind=score&subject={submission}");
        Assert.Equal(("score", "rowsChanged"), ((string?)broken["firstFault"]!["kind"], (string?)broken["firstFault"]!["fault"]));
        Assert.Contains("строки базы", (string?)broken["firstFault"]!["text"], StringComparison.Ordinal);
        Assert.False((bool)(await Verify(lead, $"/solutions/{id}/verify"))["isWhole"]!);
    }
}

public sealed class SolutionTestsOnSqlite(SqliteCompetitions world) : SolutionTests(world), IClassFixture<SqliteCompetitions>;

public sealed class SolutionTestsOnPostgreSql(PostgreSqlCompetitions world) : SolutionTests(world), IClassFixture<PostgreSqlCompetitions>;
