using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Jobs;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What a program is told by name: each refusal's type, status and reason. What leads to them is tested where it belongs.</summary>
public abstract class RefusalTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task What_may_not_be_done_with_a_reading_is_refused_by_name()
    {
        var room = await Open(app, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        var (reader, id) = (room.Readers[0], await Reading(room.Readers[0]));
        var one = $"/api/v1/readings/{id}";
        await Is("labelling/nothing-to-submit", 409, Submit(reader, id, 0));
        await Is("labelling.nothing-saved-yet", 409, reader.GetAsync($"{one}/export?format=platform"));
        await Is("labelling/not-for-adjudication", 409, reader.PostAsJsonAsync($"{one}/decisions", new { baseRevision = 0, disagreement = Guid.CreateVersion7(), choice = "source", source = "A" }));
        await Is("labelling/not-for-validation", 409, reader.PostAsJsonAsync($"{one}/accept", new { }));
        await Is("labelling.activity-unfit", 422, reader.PostAsJsonAsync($"{one}/activity", new { now = 5, intervals = new[] { new { from = 1, to = 9 } } }));
        await Is("labelling.label-file-unreadable", 422, ExchangeTests.Upload(reader, $"{one}/import?format=coco&baseRevision=0&name=a.json", "{"u8.ToArray()));
        var stale = await Is("labelling/stale-revision", 409, Save(reader, id, 3, room.Document()));
        Assert.NotNull(stale["draft"]);
        var unknown = room.Document(stone: "perhaps");
        await Is("labelling/document-does-not-fit-schema", 422, Save(reader, id, 0, unknown), "option-unknown");
        await room.ReadBlind(agreeing: false);
        Assert.NotNull((await Is("labelling/reading-is-locked", 409, Save(reader, id, 1, room.Document())))["draft"]);

        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var stone = view["adjudication"]!["disagreements"]!.AsArray().Select(d => d!["disagreement"]!).Single(d => (string)d["kind"]! == "answer");
        await Is("labelling/decision-unfit", 422, AdjudicationTests.Decide(room.Adjudicator, decision, (int)view["revision"]!, stone, "source", "Z"), "source-unknown");
        var saved = await Sent(Save(room.Adjudicator, decision, (int)view["revision"]!, room.Document(left: 6)));
        await Is("labelling/disagreements-undecided", 409, Submit(room.Adjudicator, decision, (int)saved["revision"]!));
        await Sent(Submit(room.Adjudicator, decision, (int)saved["revision"]!, leaveUndecided: true));
        await app.Settle();

        var verdict = await Reading(room.Validator, "validate");
        var judged = $"/api/v1/readings/{verdict}";
        await Is("labelling/gives-a-verdict", 409, Submit(room.Validator, verdict, 0));
        await Is("labelling/consensus-has-changed", 409, room.Validator.PostAsJsonAsync($"{judged}/accept", new { consensus = 7 }));
        await Is("labelling/nothing-to-submit", 409, room.Validator.PostAsJsonAsync($"{judged}/correct", new { revision = 0 }));
        await Is("labelling/remark-unfit", 422, room.Validator.PostAsJsonAsync($"{judged}/return", new { remarks = new[] { new { reason = "no-such-reason" } } }), "reason-unknown");
        await Is("labelling/remark-unfit", 422, room.Validator.PostAsJsonAsync($"{judged}/return", new { remarks = new[] { new { reason = "other", text = new string('x', 4_001) } } }), "text-too-long");
        var same = (await Sent(room.Validator.GetAsync(judged)))["consensus"]!["document"]!.AsObject();
        var drawn = await Sent(Save(room.Validator, verdict, 0, same));
        await Is("labelling/nothing-corrected", 409, room.Validator.PostAsJsonAsync($"{judged}/correct", new { revision = (int)drawn["revision"]! }));
        await Sent(room.Validator.PostAsJsonAsync($"{judged}/accept", new { }));
        await app.Settle();
        var release = $"/api/v1/labelling-projects/{room.Project}/release";
        var asked = await Sent(room.Manager.PostAsJsonAsync(release, new { }));
        await app.Settle();
        var job = JobId.From(Guid.Parse((string)asked["jobId"]!));
        await Become(JobState.Running);
        await Is("labelling.release-is-under-way", 409, room.Manager.PostAsJsonAsync(release, new { classes = Array.Empty<string>() }));
        await Become(JobState.Succeeded);

        Task Become(JobState state) => app.InDatabase(db => db.Set<JobRecord>().Where(j => j.Id == job).ExecuteUpdateAsync(s => s.SetProperty(j => j.State, state)));
    }

    [SkippableFact]
    public async Task A_validator_who_may_not_correct_does_not_draw()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var verdict = await Reading(room.Validator, "validate");
        await Is("labelling/validator-does-not-draw", 409, Save(room.Validator, verdict, 0, room.Document()));
    }

    [SkippableFact]
    public async Task Whoever_has_read_all_their_training_waits_for_its_scores()
    {
        var queue = await QueueRoom.Begin(app, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.5 } });
        await KnownCases.Gold(queue, 20, training: true);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        // As it is while the score is still being measured.
        var (project, reader) = (ProjectId.From(Guid.Parse(queue.Project)), await queue.Id(0));
        await app.InDatabase(db => db.Set<GoldScore>().Where(s => s.ProjectId == project).ExecuteDeleteAsync());
        await app.InDatabase(db => db.Set<ProjectMember>().Where(m => m.ProjectId == project && m.AccountId == reader).ExecuteUpdateAsync(s => s.SetProperty(m => m.Standing, MemberStanding.Training)));
        await Is("labelling.training-awaits-scores", 409, queue.Next(queue.Readers[0]));
    }

    [SkippableFact]
    public async Task What_a_plan_may_not_be_is_refused_by_name()
    {
        var room = await Open(app, start: false);
        var manager = room.Manager;
        var (projects, own) = ("/api/v1/labelling-projects", $"/api/v1/labelling-projects/{room.Project}");
        Task<HttpResponseMessage> Planned(Action<JsonObject> change) => Post(change);
        async Task<HttpResponseMessage> Post(Action<JsonObject> change)
        {
            var plan = await room.PlanOf(1);
            plan["name"] = $"{room.Name} another";
            change(plan);
            return await manager.PostAsJsonAsync(projects, plan);
        }

        await Is("labelling.project-name-is-taken", 409, Planned(p => p["name"] = $"Project {room.Name}"));
        await Is("labelling.case-does-not-fit", 422, Planned(p => p["cases"] = new JsonArray(Number(InventedCases.Slide))));
        app.Cases.AddSlides(10_000, 5_001);
        await Is("labelling.too-many-cases", 422, Planned(p => p["cases"] = new JsonArray([.. Enumerable.Range(10_000, 5_001).Select(n => (JsonNode)Number(n))])));
        var managing = (await app.Person($"manager-{room.Name}", [Role.LabellingManager])).Id;
        await Is("labelling.not-an-expert", 422, Planned(p => p["readers"]!.AsArray().Add(managing)));
        await Is("labelling.consensus-rules-unfit", 422, Planned(p => p["consensus"] = new JsonObject { ["numberTolerance"] = -1 }));
        await Is("labelling.terms-unfit", 422, Planned(p => p["terms"] = new JsonObject { ["gold"] = new JsonObject { ["share"] = 0.9 } }), "gold");
        await Is("archive.ages-unfit", 422, Planned(p => p["query"] = new JsonObject { ["ageFrom"] = 40, ["ageTo"] = 30 }));
        await Is("labelling.terms-unfit", 422, Planned(p => p["terms"] = new JsonObject
        {
            ["strata"] = new JsonArray(new JsonObject { ["name"] = "Old", ["query"] = new JsonObject { ["ageFrom"] = 151 }, ["readersPerCase"] = 2 }),
        }), "strata");

        async Task<HttpResponseMessage> Corrected(Action<JsonObject> change)
        {
            var plan = (await Sent(manager.GetAsync($"{own}/plan")))["plan"]!.DeepClone().AsObject();
            change(plan);
            return await manager.PutAsJsonAsync($"{own}/plan", plan);
        }

        await Is("labelling.plan-was-corrected", 409, Corrected(p => p["baseRevision"] = 40));
        await Sent(manager.PostAsync($"{own}/start", null));
        await Is("labelling.project-has-started", 409, manager.PostAsync($"{own}/start", null));
        await Is("labelling.plan-is-under-way", 409, Corrected(p => p["distribution"] = "queue"));
        await Is("labelling.no-next-version", 409, manager.PostAsync($"{own}/migration", null));
        await Is("labelling.not-of-the-schema", 422, manager.PostAsJsonAsync($"{own}/release", new { classes = new[] { "liver" } }));
        await Is("labelling.nothing-to-release", 409, manager.PostAsJsonAsync($"{own}/release", new { classes = Array.Empty<string>(), questions = Array.Empty<string>() }));
        var one = (string)(await Sent(manager.GetAsync($"{own}/cases")))["items"]![0]!["id"]!;
        await Is("labelling.case-is-not-through", 409, manager.PostAsJsonAsync($"{own}/release", new { cases = new[] { one } }));
        await Is("labelling.reasons-unfit", 422, manager.PutAsJsonAsync($"{own}/validation-rules", new { reasons = new[] { new { id = "x", name = Both("раз"), pinned = false, retired = false }, new { id = "x", name = Both("два"), pinned = false, retired = false } } }));
        await Is("labelling.month-unfit", 422, manager.GetAsync("/api/v1/labelling-statements/2026-13"));
        await Is("labelling.profile-unfit", 422, manager.PutAsJsonAsync($"/api/v1/experts/{await room.Id("reader1")}", new { specialty = "radiology", practisingSince = 1800 }));
    }

    private static readonly (string Reason, Action<JsonObject> Change)[] schemas =
    [
        ("too-much", s => s["classes"] = new JsonArray([.. Enumerable.Range(1, 201).Select(n => Class(s, $"c{n}"))])),
        ("pictures-too-large", s => s["classes"] = new JsonArray(Pictured(s, "c1"), Pictured(s, "c2"), Pictured(s, "c3"))),
        ("attributes-too-many", s => s["classes"]![0]!["attributes"] = new JsonArray([.. Enumerable.Range(1, 51).Select(n => Number($"a{n}"))])),
        ("option-id-unfit", s => s["questions"]![0]!["options"]![1]!["id"] = "yes"),
        ("option-name-missing", s => s["questions"]![0]!["options"]![1]!["text"] = new JsonObject { ["ru"] = "", ["en"] = "" }),
    ];

    [SkippableFact]
    public async Task What_a_schema_may_not_be_is_refused_by_name()
    {
        var room = await Open(app, start: false);
        foreach (var (reason, change) in schemas)
        {
            var schema = SchemaOf($"{GetType().Name} {reason}");
            change(schema);
            var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
            await Is("labelling/schema-is-unfit", 422, room.Manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null), reason);
        }

        var draft = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", SchemaOf($"{GetType().Name} draft")));
        var plan = await room.PlanOf(1);
        (plan["name"], plan["schemaVersionId"]) = ($"{room.Name} of a draft", (string)draft["versionId"]!);
        await Is("labelling.schema-is-not-published", 422, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-schemas/{draft["id"]}/publish", null));
        await Is("labelling.nothing-to-publish", 409, room.Manager.PostAsync($"/api/v1/labelling-schemas/{draft["id"]}/publish", null));
        await Is("labelling.schema-file-unreadable", 422, room.Manager.PostAsync("/api/v1/labelling-schemas/import", new StringContent("{\"name\": \"x\"}", Encoding.UTF8, "application/json")), "other-format");
    }

    [SkippableFact]
    public async Task What_a_document_may_not_hold_is_refused_by_name()
    {
        var room = await Open(app, schema: name =>
        {
            var schema = SchemaOf(name);
            schema["questions"]!.AsArray().Add(new JsonObject { ["id"] = "note", ["text"] = Both("Заметка"), ["type"] = "text" });
            return schema;
        });
        var (reader, id) = (room.Readers[0], await Reading(room.Readers[0]));
        var measured = room.Document();
        measured["objects"]!.AsArray().Add(new JsonObject
        {
            ["id"] = Guid.CreateVersion7(),
            ["class"] = "kidney",
            ["type"] = "length",
            ["sopInstanceUid"] = "2.25.1.1.1",
            ["frame"] = 1,
            ["points"] = new JsonArray(new JsonArray(1, 1), new JsonArray(9, 9)),
            ["measurement"] = new JsonObject { ["lengthMm"] = -3 },
        });
        await Kept("measurement-unfit", measured);
        var long10001 = room.Document();
        long10001["answers"]!["note"] = new JsonObject { ["value"] = new string('x', 10_001), ["uncertain"] = false, ["cannotAssess"] = false };
        await Kept("text-too-long", long10001);

        async Task Kept(string reason, JsonObject document)
        {
            var problem = await Is("labelling/document-does-not-fit-schema", 422, Save(reader, id, 0, document), reason);
            await Sent(reader.GetAsync($"/api/v1/readings/{id}/side-drafts/{problem["draft"]}"));
        }
    }

    internal static async Task<JsonObject> Is(string code, int status, Task<HttpResponseMessage> call, string? reason = null)
    {
        var problem = await Refused((HttpStatusCode)status, call);
        Assert.Equal(($"/problems/{code}", reason), ((string)problem["type"]!, reason is null ? null : (string?)problem["reason"]));
        // In words too, with nothing left to fill in.
        Assert.DoesNotContain('{', (string)problem["detail"]!);
        return problem;
    }

    private static string Number(int n) => $"00000000-0000-7000-8000-{n.ToString("D12", CultureInfo.InvariantCulture)}";

    private static JsonObject Number(string id) => new() { ["id"] = id, ["text"] = Both(id), ["type"] = "number" };

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };

    private static JsonNode Class(JsonObject schema, string id)
    {
        var one = schema["classes"]![0]!.DeepClone();
        one["id"] = id;
        return one;
    }

    /// <summary>Four pictures of 200 KiB each, which are some by their first bytes.</summary>
    private static JsonNode Pictured(JsonObject schema, string id)
    {
        var one = Class(schema, id);
        byte[] png = [0x89, .. Encoding.ASCII.GetBytes("PNG\r\n"), 0x1A, 0x0A, .. new byte[200 << 10]];
        one["pictures"] = new JsonArray([.. Enumerable.Range(0, 4).Select(_ => new JsonObject { ["caption"] = Both("Пример"), ["image"] = $"data:image/png;base64,{Convert.ToBase64String(png)}" })]);
        return one;
    }
}

public sealed class RefusalsOnSqlite(LabellingOnSqlite app) : RefusalTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class RefusalsOnPostgreSql(LabellingOnPostgreSql app) : RefusalTests(app), IClassFixture<LabellingOnPostgreSql>;
