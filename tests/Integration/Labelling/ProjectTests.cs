using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class ProjectTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Nobody_has_two_parts_in_a_project()
    {
        var room = await Open(app, start: false);
        foreach (var (part, other) in new[] { ("adjudicators", "reader1"), ("validators", "reader2"), ("validators", "adjudicator") })
        {
            var plan = await room.PlanOf(1);
            plan["name"] = $"{room.Name} {part} {other}";
            (part == "validators" ? plan["levels"]![0]! : plan)[part] = new JsonArray(await room.Id(other));
            var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
            Assert.EndsWith("labelling.same-person-twice", (string)problem["type"]!, StringComparison.Ordinal);
        }
    }

    /// <summary>Whoever is told that the name is taken takes another, and it fails again.</summary>
    [SkippableFact]
    public async Task A_disk_that_is_full_is_not_told_as_a_name_that_is_taken()
    {
        var room = await Open(app, start: false);
        var plan = await room.PlanOf(1);
        plan["name"] = $"{room.Name} on a full disk";
        app.Moments.Before("INSERT INTO labelling_project", () => throw new IOException("The disk is full."));
        await Refused(HttpStatusCode.InternalServerError, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
    }

    [SkippableFact]
    public async Task A_name_a_draft_schema_or_a_person_who_is_no_expert_do_not_make_a_project()
    {
        var room = await Open(app, start: false);
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", await room.PlanOf(1)));
        var draft = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", SchemaOf(room.Name + " draft")));
        var plan = await room.PlanOf(1);
        (plan["name"], plan["schemaVersionId"]) = (room.Name + " 2", (string)draft["versionId"]!);
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        plan = await room.PlanOf(1);
        (plan["name"], plan["adjudicators"]) = (room.Name + " 3", new JsonArray(Guid.CreateVersion7()));
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        plan = await room.PlanOf(0);
        plan["name"] = room.Name + " 4";
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
    }

    [SkippableFact]
    public async Task Cases_are_chosen_by_a_query_and_shared_out_evenly()
    {
        var room = await Open(app, start: false);
        var plan = await room.PlanOf(0);
        (plan["name"], plan["query"]) = (room.Name + " query", new JsonObject { ["text"] = "TEST-00001" });
        plan["readers"]!.AsArray().Add((await app.Person($"reader3-{room.Name}", [Pirogov.Platform.Access.Role.Expert])).Id);
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        Assert.Equal(10, (int)made["cases"]!);
        var started = await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{made["id"]}/start", null));
        Assert.Equal(20, (int)started["readings"]!);
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsync($"/api/v1/labelling-projects/{made["id"]}/start", null));
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{made["id"]}"));
        var loads = page["people"]!["items"]!.AsArray().Where(p => (string)p!["mode"]! == "read").Select(p => (int)p!["offered"]!).Order();
        Assert.Equal([6, 7, 7], loads);
    }

    [SkippableFact]
    public async Task The_people_of_a_project_come_in_pages_and_what_asks_for_a_decision_is_told_of_everybody()
    {
        var queue = await QueueRoom.Begin(app, readers: 26, cases: 1);
        foreach (var address in new[] { queue.Address, $"{queue.Address}/assignment" })
        {
            var first = (await Sent(queue.Manager.GetAsync(address)))["people"]!;
            var second = (await Sent(queue.Manager.GetAsync($"{address}?page=2")))["people"]!;
            Assert.Equal((28, 25, 25, 3), ((int)first["total"]!, (int)first["size"]!, first["items"]!.AsArray().Count, second["items"]!.AsArray().Count));
            // Readers first, then who adjudicates, then who validates; everybody once.
            Assert.Equal(["read", "adjudicate", "validate"], second["items"]!.AsArray().Select(p => (string)p!["mode"]!));
            Assert.Equal(28, first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(p => (string)p!["accountId"]!).Distinct().Count());
            var some = (await Sent(queue.Manager.GetAsync($"{address}?page=14&size=2")))["people"]!;
            Assert.Equal(["adjudicate", "validate"], some["items"]!.AsArray().Select(p => (string)p!["mode"]!));
        }

        // The one at the end of the list can no longer work: said on the first page too.
        var last = (await app.Person($"validator-{queue.Room.Name}", [Pirogov.Platform.Access.Role.Expert])).Id;
        await app.InDatabase(db => db.Set<Pirogov.Platform.Access.Account>().Where(a => a.Id == last).ExecuteUpdateAsync(s => s.SetProperty(a => a.IsDisabled, true)));
        Assert.Contains((await Sent(queue.Manager.GetAsync($"{queue.Address}/assignment")))["notices"]!.AsArray(), n => (string)n!["kind"]! == "cannotWork" && (string?)n["accountId"] == last.ToString());
        foreach (var page in new[] { "", "/assignment" })
            Assert.Contains("mud-pagination", await queue.Manager.GetStringAsync($"/labelling/projects/{queue.Project}{page}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_published_schema_never_changes_and_an_edit_begins_the_next_version()
    {
        var room = await Open(app, start: false);
        var before = await room.Manager.GetStringAsync($"/api/v1/labelling-schema-versions/{room.SchemaVersion}");
        var view = JsonNode.Parse(before)!;
        var list = await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200"));
        var id = list["items"]!.AsArray().Single(s => (string)s!["name"]! == (string)view["name"]!)!["id"];
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
        var edited = SchemaOf(room.Name);
        edited["classes"]![0]!["color"] = "#112233";
        Assert.Equal(2, (int)(await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", edited)))["version"]!);
        Assert.Equal(before, await room.Manager.GetStringAsync($"/api/v1/labelling-schema-versions/{room.SchemaVersion}"));
    }

    [SkippableFact]
    public async Task A_schema_that_is_unfit_is_not_published()
    {
        var room = await Open(app, start: false);
        var schema = SchemaOf(room.Name + " unfit");
        schema["classes"]![0]!["color"] = "red";
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        Assert.Equal("color-unfit", (string)problem["reason"]!);
    }
}

public sealed class ProjectsOnSqlite(LabellingOnSqlite app) : ProjectTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ProjectsOnPostgreSql(LabellingOnPostgreSql app) : ProjectTests(app), IClassFixture<LabellingOnPostgreSql>;
