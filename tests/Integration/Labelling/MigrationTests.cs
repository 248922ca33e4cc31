using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.MigratedLabels;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>A project goes over to the next version of its schema in the middle of everything.</summary>
public abstract class MigrationTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task The_page_of_a_project_shows_its_cases_after_it_went_over_to_the_next_version()
    {
        var room = await Open(app, cases: 2, schema: First);
        await Read(room.Readers[0], await Reading(room.Readers[0]), Labels(room, 1));
        await Read(room.Readers[1], await Reading(room.Readers[1]), Labels(room, 1));
        await app.Settle();
        await Publish(room, Second(room.Name));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        Assert.Contains("Dice", await room.Manager.GetStringAsync($"/labelling/projects/{room.Project}"), StringComparison.Ordinal);
        await app.Settle();
    }

    [SkippableFact]
    public async Task A_validated_case_about_which_the_version_asks_something_new_is_told_before_and_waits_to_be_reopened()
    {
        var room = await Open(app, schema: First);
        foreach (var reader in room.Readers)
            await Read(reader, await Reading(reader), Labels(room, 1));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var schema = Second(room.Name);
        schema["questions"]!.AsArray().Add(new JsonObject
        {
            ["id"] = "side",
            ["text"] = new JsonObject { ["ru"] = "Сторона", ["en"] = "Side" },
            ["type"] = "choice",
            ["required"] = true,
            ["options"] = new JsonArray(new JsonObject { ["id"] = "left", ["text"] = new JsonObject { ["ru"] = "левая", ["en"] = "left" } },
                new JsonObject { ["id"] = "right", ["text"] = new JsonObject { ["ru"] = "правая", ["en"] = "right" } }),
        });
        var version = await Publish(room, schema);
        var preview = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/migration"));
        Assert.Equal((1, 1), ((int)preview["decided"]!, (int)preview["reopened"]!));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        await app.Settle();
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/release", new { }));
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"];
        var stuck = await RefusalTests.Is("labelling.case-needs-reopening", 409,
            room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/release", new { cases = new[] { (string)one! } }));
        Assert.Equal("TEST-000001", (string)stuck["label"]!);
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one}/reopen", new { comment = "Сторона" }));
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var document = (await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}")))["document"]!.DeepClone().AsObject();
        Assert.Equal(version, (string)document["schemaVersion"]!);
        document["answers"]!["side"] = new JsonObject { ["value"] = "left", ["uncertain"] = false, ["cannotAssess"] = false };
        var saved = await Sent(Save(room.Adjudicator, decision, 0, document));
        await Sent(Submit(room.Adjudicator, decision, (int)saved["revision"]!, leaveUndecided: true));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        Assert.Equal(1, (int)(await room.Release())["cases"]!);
    }

    /// <summary>Nobody had to be asked while it stood; whoever takes it up again is.</summary>
    [SkippableFact]
    public async Task A_validated_case_that_is_reopened_asks_about_its_labels_of_a_class_that_was_split()
    {
        var room = await Open(app, schema: First);
        await ReadAlike(room);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var schema = Second(room.Name);
        schema["migration"]!["classes"]![3]!["split"]!.AsObject().Remove("otherwise");
        await Publish(room, schema);
        var address = $"/api/v1/labelling-projects/{room.Project}";
        Assert.Equal(1, (int)(await Sent(room.Manager.GetAsync($"{address}/migration")))["reopened"]!);
        await Sent(room.Manager.PostAsync($"{address}/migration", null));
        await app.Settle();
        var one = (await Sent(room.Manager.GetAsync($"{address}/cases")))["items"]![0]!["id"];
        await Sent(room.Manager.PostAsJsonAsync($"{address}/cases/{one}/reopen", new { comment = "Что это?" }));
        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var revision = await Answered(room.Adjudicator, decision, "solid");
        Assert.Equal(["tumour"], await Objects(room.Adjudicator, decision));
        await Sent(Submit(room.Adjudicator, decision, revision, leaveUndecided: true));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        Assert.Equal(1, (int)(await room.Release())["cases"]!);
    }

    [SkippableFact]
    public async Task A_draft_whose_reservation_ran_out_before_the_migration_follows_when_its_reader_comes_back()
    {
        var queue = await QueueRoom.Begin(app, readers: 2, cases: 1, schema: First, terms: new() { ["reservedMinutes"] = 30 });
        var (first, room) = (queue.Readers[0], queue.Room);
        var id = (string)(await queue.Take(first))["id"]!;
        await Sent(Save(first, id, 0, Asking(room, 1)));
        app.Clock.Ahead += TimeSpan.FromMinutes(40);
        await queue.Take(queue.Readers[1]);
        var version = await Publish(room, Second(room.Name));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/migration", null));
        Assert.Equal(id, (string)(await queue.Take(first))["id"]!);
        var view = await Sent(first.GetAsync($"/api/v1/readings/{id}"));
        Assert.Equal((2, version), ((int)view["revision"]!, (string)view["document"]!["schemaVersion"]!));
        await Answered(first, id, "solid");
        Assert.Equal(["tumour"], await Objects(first, id));
    }

    /// <summary>The one label that a split left open is asked about under the version that split it, and goes on to the next.</summary>
    [SkippableFact]
    public async Task A_label_that_two_versions_passed_by_is_asked_about_and_comes_into_the_last()
    {
        var queue = await QueueRoom.Begin(app, readers: 2, cases: 1, schema: First, terms: new() { ["reservedMinutes"] = 30 });
        var (first, room) = (queue.Readers[0], queue.Room);
        var id = (string)(await queue.Take(first))["id"]!;
        await Sent(Save(first, id, 0, Asking(room, 1)));
        app.Clock.Ahead += TimeSpan.FromMinutes(40);
        await queue.Take(queue.Readers[1]);
        await Publish(room, Second(room.Name));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/migration", null));
        var third = Second(room.Name);
        third["classes"]!.AsArray().Single(c => (string)c!["id"]! == "tumour")!["id"] = "mass";
        third["migration"] = JsonNode.Parse("""{ "classes": [{ "from": "tumour", "to": "mass" }], "questions": [] }""");
        await Publish(room, third);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/migration", null));
        Assert.Equal(id, (string)(await queue.Take(first))["id"]!);
        await Answered(first, id, "solid");
        Assert.Equal(["mass"], await Objects(first, id));
    }

    [SkippableFact]
    public async Task First_saves_at_the_moment_of_a_migration_are_brought_over_or_refused()
    {
        const int cases = 12;
        var room = await Open(app, cases: cases, schema: First);
        var readings = new List<(HttpClient Reader, string Id, int Case)>();
        foreach (var reader in room.Readers)
        {
            for (var n = 0; n < cases; n++)
                readings.Add((reader, await Reading(reader, place: n), n + 1));
        }

        await Publish(room, Second(room.Name));
        var saves = readings.Select(r => Save(r.Reader, r.Id, 0, Asking(room, r.Case))).ToArray();
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        await Task.WhenAll(saves);
        foreach (var (reader, id, _) in readings)
        {
            var revision = (int)(await Sent(reader.GetAsync($"/api/v1/readings/{id}")))["revision"]!;
            var waiting = (int)(await Sent(reader.GetAsync($"/api/v1/readings/{id}/pending")))["total"]!;
            Assert.Contains((revision, waiting), new[] { (0, 0), (2, 1) });
        }
    }

    [SkippableFact]
    public async Task A_validator_answers_for_their_labels_before_they_correct_and_what_they_give_up_asks_nobody_any_more()
    {
        var room = await Open(app, cases: 2, schema: First, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        await ReadAlike(room);
        await ReadAlike(room, 2);
        var drafts = new List<string>();
        foreach (var n in new[] { 1, 2 })
        {
            drafts.Add(await Reading(room.Validator, "validate", n - 1));
            await Sent(Save(room.Validator, drafts[^1], 0, Asking(room, n, left: 5)));
        }

        await Publish(room, Second(room.Name));
        var address = $"/api/v1/labelling-projects/{room.Project}";
        Assert.Equal(2, (int)(await Sent(room.Manager.PostAsync($"{address}/migration", null)))["pending"]!);
        await app.Settle();
        var problem = await Refused(HttpStatusCode.Conflict, ValidationTests.Correct(room.Validator, drafts[0], 2));
        Assert.Equal("labelling.labels-are-pending", QueueRoom.Refusal(problem));
        await Sent(ValidationTests.Correct(room.Validator, drafts[0], await Answered(room.Validator, drafts[0], "solid")));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{drafts[1]}/accept", new { }));
        await app.Settle();
        var third = Second(room.Name);
        third["migration"] = JsonNode.Parse("""{ "classes": [], "questions": [] }""");
        await Publish(room, third);
        await Sent(room.Manager.PostAsync($"{address}/migration", null));
        await app.Settle();
    }

    [SkippableFact]
    public async Task Classes_keep_what_their_readings_must_reach_under_their_new_names_and_merged_ones_the_strictest()
    {
        var room = await Open(app, schema: First, plan: p => p["thresholds"] = new JsonObject { ["kidney"] = 0.7, ["left"] = 0.9, ["scar"] = 0.1, ["lesion"] = 0.6 });
        await Publish(room, Second(room.Name));
        var expected = new JsonObject { ["kidney"] = 0.7, ["stone_mask"] = 0.9, ["tumour"] = 0.6, ["cyst"] = 0.6 };
        var address = $"/api/v1/labelling-projects/{room.Project}";
        Assert.True(JsonNode.DeepEquals(expected, (await Sent(room.Manager.GetAsync($"{address}/migration")))["thresholds"]));
        await Sent(room.Manager.PostAsync($"{address}/migration", null));
        Assert.True(JsonNode.DeepEquals(expected, (await Sent(room.Manager.GetAsync($"{address}/plan")))["plan"]!["thresholds"]));
    }

    [SkippableFact]
    public async Task A_question_that_the_known_labels_were_never_asked_does_not_count_against_a_reader()
    {
        var queue = await QueueRoom.Begin(app, readers: 2, cases: 1, schema: First, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.9 } });
        await KnownLabels(queue);
        var schema = Second(queue.Room.Name);
        schema["questions"]!.AsArray().Add(new JsonObject { ["id"] = "depth", ["text"] = new JsonObject { ["ru"] = "Глубина", ["en"] = "Depth" }, ["type"] = "number", ["min"] = 0, ["max"] = 9 });
        var version = await Publish(queue.Room, schema);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/migration", null));
        var document = After(queue, 20, version);
        document["answers"]!["depth"] = new JsonObject { ["value"] = 3, ["uncertain"] = false, ["cannotAssess"] = false };
        await Hand(queue, queue.Readers[0], document);
        await app.Settle();
        Assert.Equal(1, (double)(await queue.Member(0))["trainingScore"]!);
    }

    /// <summary>Both readers mark the same, a lesion of which they do not say what it is among it.</summary>
    private async Task ReadAlike(ReadingRoom room, int n = 1)
    {
        foreach (var reader in room.Readers)
            await ReadAndSubmit(reader, Asking(room, n));
        await app.Settle();
    }

    private static JsonObject Asking(ReadingRoom room, int n, int left = 4)
    {
        var document = room.Document($"2.25.{n}.1", left);
        document["objects"] = new JsonArray(At(Point("lesion"), n, 3));
        return document;
    }

    /// <summary>The one label that waits is said to be of this kind.</summary>
    /// <returns>The newest revision.</returns>
    private static async Task<int> Answered(HttpClient person, string reading, string option)
    {
        var waiting = Assert.Single((await Sent(person.GetAsync($"/api/v1/readings/{reading}/pending")))["items"]!.AsArray())!;
        var revision = (int)(await Sent(person.GetAsync($"/api/v1/readings/{reading}")))["revision"]!;
        return (int)(await Sent(person.PostAsJsonAsync($"/api/v1/readings/{reading}/pending",
            new JsonObject { ["baseRevision"] = revision, ["answers"] = new JsonArray(new JsonObject { ["id"] = (string)waiting["id"]!, ["option"] = option }) })))["revision"]!;
    }

    private static async Task<IEnumerable<string>> Objects(HttpClient person, string reading) =>
        (await Sent(person.GetAsync($"/api/v1/readings/{reading}")))["document"]!["objects"]!.AsArray().Select(o => (string)o!["class"]!);
}

public sealed class MigrationOnSqlite(LabellingOnSqlite app) : MigrationTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class MigrationOnPostgreSql(LabellingOnPostgreSql app) : MigrationTests(app), IClassFixture<LabellingOnPostgreSql>;
