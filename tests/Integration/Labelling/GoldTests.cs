using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.KnownCases;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class GoldTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_newcomer_reads_training_cases_sees_the_right_answers_and_is_admitted()
    {
        var queue = await Begin(app, cases: 6, terms: new() { ["training"] = new JsonObject { ["cases"] = 2, ["threshold"] = 0.75 } });
        var reader = queue.Readers[0];
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(reader))));
        foreach (var n in new[] { 20, 21 })
            await Gold(queue, n, training: true);
        var first = await queue.Take(reader);
        Assert.True((bool)first["training"]!);
        await Refused(HttpStatusCode.NotFound, reader.GetAsync($"/api/v1/readings/{first["id"]}/right-answer"));
        await queue.Read(reader, first);
        await app.Settle();
        var answer = await Sent(reader.GetAsync($"/api/v1/readings/{first["id"]}/right-answer"));
        Assert.Equal(1, (double)answer["score"]!);
        Assert.NotNull(answer["document"]!["masks"]![0]!["runs"]);
        await queue.Read(reader, await queue.Take(reader), left: 6);
        await app.Settle();

        // Mean of two cases: one alike, one with 14 of 16 columns in common and the same answer.
        var expected = (1 + (14.0 / 16 + 1) / 2) / 2;
        var member = await queue.Member(0);
        Assert.Equal("admitted", (string)member["standing"]!);
        Assert.Equal(expected, (double)member["trainingScore"]!, 12);
        var exam = Assert.Single((await Sent(reader.GetAsync("/api/v1/expert")))["exams"]!.AsArray())!;
        Assert.True((bool)exam["passed"]!);
        Assert.Equal(expected, (double)exam["score"]!, 12);
        var work = await queue.Take(reader);
        Assert.False((bool)work["training"]!);
        await Refused(HttpStatusCode.NotFound, reader.GetAsync($"/api/v1/readings/{work["id"]}/right-answer"));
    }

    /// <summary>Ten and ten and a half are one size where a project allows a twentieth.</summary>
    [SkippableFact]
    public async Task A_right_answer_is_right_whether_or_not_its_reader_was_sure_and_a_number_within_the_projects_tolerance()
    {
        var queue = await Begin(app, cases: 6, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.9 } }, change: p => p["consensus"] = new JsonObject { ["numberTolerance"] = 0.05 },
            schema: name =>
            {
                var schema = SchemaOf(name);
                schema["questions"]![0]!["allowUncertain"] = true;
                return schema;
            });
        JsonObject Sized(double size, bool uncertain)
        {
            var document = queue.Room.Document("2.25.20.1");
            document["answers"]!["stone"]!["uncertain"] = uncertain;
            document["answers"]!["size"] = new JsonObject { ["value"] = size, ["uncertain"] = false, ["cannotAssess"] = false };
            return document;
        }

        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/gold",
            new JsonObject { ["caseId"] = "00000000-0000-7000-8000-000000000020", ["training"] = true, ["document"] = Sized(10, uncertain: false) }));
        var reader = queue.Readers[0];
        var taken = (string)(await queue.Take(reader))["id"]!;
        await Sent(Save(reader, taken, 0, Sized(10.5, uncertain: true)));
        await Sent(Submit(reader, taken, 1));
        await app.Settle();
        Assert.Equal(1, (double)(await queue.Member(0))["trainingScore"]!);
    }

    [SkippableFact]
    public async Task A_training_ends_although_the_plan_asks_for_less_by_now_and_what_was_given_up_in_it_comes_again()
    {
        var queue = await Begin(app, cases: 6, terms: new() { ["training"] = new JsonObject { ["cases"] = 2, ["threshold"] = 0.75 } });
        await Gold(queue, 20, training: true);
        var reader = queue.Readers[0];
        var first = (string)(await queue.Take(reader))["id"]!;
        await Sent(reader.PostAsJsonAsync($"/api/v1/readings/{first}/skip", new { reason = "poorQuality" }));
        var again = await queue.Take(reader);
        Assert.Equal(first, (string)again["id"]!);
        await queue.Read(reader, again);
        await app.Settle();
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(reader))));
        var plan = (await Sent(queue.Manager.GetAsync($"{queue.Address}/plan")))["plan"]!.DeepClone();
        plan["terms"]!["training"]!["cases"] = 1;
        await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/plan", plan));
        Assert.False((bool)(await queue.Take(reader))["training"]!);
        Assert.Equal("admitted", (string)(await queue.Member(0))["standing"]!);

        await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/remove", null));
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = await queue.Id(0) }));
        await queue.Take(reader);
        Assert.Equal("admitted", (string)(await queue.Member(0))["standing"]!);
    }

    [SkippableFact]
    public async Task Whoever_fails_the_training_gets_no_case_until_the_manager_admits_them()
    {
        var queue = await Begin(app, cases: 6, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.75 } });
        await Gold(queue, 20, training: true);
        var reader = queue.Readers[0];
        await queue.Read(reader, await queue.Take(reader), left: 14, stone: "yes");
        await app.Settle();
        Assert.Equal("labelling.training-failed", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(reader))));
        Assert.Contains((await queue.Assignment())["notices"]!.AsArray(), n => (string)n!["kind"]! == "trainingFailed");
        await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/admit", null));
        await queue.Take(reader);
    }

    [SkippableFact]
    public async Task Quality_below_the_threshold_pauses_the_assignment_and_the_manager_resumes_it()
    {
        var queue = await Begin(app, cases: 30, terms: Control(share: 0.5, fewest: 2));
        for (var n = 31; n < 39; n++)
            await Gold(queue, n, training: false);
        var reader = queue.Readers[0];
        for (var n = 0; n < 40 && (await queue.Next(reader)).IsSuccessStatusCode; n++)
        {
            await queue.Read(reader, await queue.Take(reader), left: 14, stone: "yes");
            await app.Settle();
        }

        Assert.Equal("labelling.assignment-is-paused", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(reader))));
        var notice = (await queue.Assignment())["notices"]!.AsArray().Single(n => (string)n!["kind"]! == "qualityBelowThreshold")!;
        Assert.Equal((await queue.Id(0)).ToString(), (string)notice["accountId"]!);
        Assert.True((double)notice["figure"]! < 0.6);
        Assert.Contains("labelling.assignment-paused", await (await app.As(Pirogov.Platform.Access.Role.Administrator)).GetStringAsync("/api/v1/audit?size=200"), StringComparison.Ordinal);
        await queue.Take(queue.Readers[1]);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/admit", null));
        await queue.Take(reader);
        var member = await queue.Member(0);
        Assert.Equal(0, (int)member["controlCases"]!);
    }

    [SkippableFact]
    public async Task Labels_that_a_project_validated_become_known_labels_and_those_who_read_the_case_never_get_it_again()
    {
        var room = await Open(app, cases: 1);
        Assert.Equal("labelling.labels-are-not-known", Refusal(await Refused(HttpStatusCode.Conflict,
            room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/gold", new { caseId = Case(1) }))));
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        var made = await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/gold", new { caseId = Case(1) }));
        Assert.True((bool)made["fromConsensus"]!);
        Assert.Single((await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]!.AsArray());
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/gold/{made["id"]}/retire", null));
    }

    [SkippableFact]
    public async Task Training_and_control_cases_need_a_queue()
    {
        var room = await Open(app, start: false);
        var plan = await room.PlanOf(1);
        (plan["name"], plan["terms"]) = ($"{room.Name} gold", Control(0.2));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        Assert.Equal("needs-queue", (string)problem["reason"]!);
    }
}

public sealed class GoldOnSqlite(LabellingOnSqlite app) : GoldTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class GoldOnPostgreSql(LabellingOnPostgreSql app) : GoldTests(app), IClassFixture<LabellingOnPostgreSql>;
