using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.CaseActsTests;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Adjudicators and validators give a case up as readers do, and the manager is told what nobody may take.</summary>
public abstract class DeciderSkipTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task An_adjudication_that_is_skipped_goes_to_another_and_the_reason_is_kept()
    {
        var room = await Open(app);
        var second = await Join(room, "adjudicator2", "adjudicate");
        await room.ReadBlind(agreeing: false);
        var (first, other) = (await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray().Count > 0 ? (room.Adjudicator, second) : (second, room.Adjudicator);
        var reading = await Reading(first, "adjudicate");
        await Refused(HttpStatusCode.UnprocessableEntity, Skip(first, reading, "other"));
        await Sent(Skip(first, reading, "conflictOfInterest", "Мой больной"));
        Assert.Empty((await Sent(first.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Refused(HttpStatusCode.NotFound, first.GetAsync($"/api/v1/readings/{reading}"));
        var left = (await Sent(room.Manager.GetAsync($"{Project(room)}/left-readings?reason=skipped")))["items"]!.AsArray();
        Assert.Equal(("adjudicate", "conflictOfInterest", "Мой больной"), ((string)left[0]!["mode"]!, (string)left[0]!["skipReason"]!, (string)left[0]!["text"]!));
        await ReadAndSubmit(other, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
    }

    [SkippableFact]
    public async Task A_case_that_the_only_adjudicator_skips_waits_for_a_newcomer_and_the_manager_is_told()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        await Sent(Skip(room.Adjudicator, await Reading(room.Adjudicator, "adjudicate"), "notMySpecialty"));
        Assert.Equal("adjudication", await room.CaseState());
        Assert.Empty((await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        Assert.Equal(1, await Notice(room, "decisionsNobodyMayTake"));
        Assert.Contains("data-card=\"labelling-untaken\"", await room.Manager.GetStringAsync("/"), StringComparison.Ordinal);
        var newcomer = await Join(room, "adjudicator2", "adjudicate");
        Assert.Equal(0, await Notice(room, "decisionsNobodyMayTake"));
        await ReadAndSubmit(newcomer, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
    }

    [SkippableFact]
    public async Task A_validation_that_is_skipped_at_the_second_level_waits_for_whoever_joins_that_level()
    {
        var name = $"{GetType().Name}-second-level";
        var above = await app.As(Role.Expert, name);
        var id = (await app.Person(name, [Role.Expert])).Id;
        var room = await Open(app, plan: p => p["levels"]!.AsArray().Add(new JsonObject { ["validators"] = new JsonArray(id) }));
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        await Sent(Skip(above, await Reading(above, "validate"), "poorQuality"));
        Assert.Equal(1, await Notice(room, "decisionsNobodyMayTake"));
        var first = await Join(room, "validator-of-first", "validate", level: 1);
        Assert.Empty((await Sent(first.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        var second = await Join(room, "validator-of-second", "validate", level: 2);
        await Sent(second.PostAsJsonAsync($"/api/v1/readings/{await Reading(second, "validate")}/accept", new { }));
        await app.Settle();
        Assert.Equal("validated", await room.CaseState());
        await app.As(Role.Expert, $"validator-of-third-{room.Name}");
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync($"{Project(room)}/people", new { accountId = await room.Id("validator-of-third"), mode = "validate", level = 3 }));
    }

    [SkippableFact]
    public async Task A_case_set_aside_asks_nobody_for_a_decision()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        await Sent(Skip(room.Adjudicator, await Reading(room.Adjudicator, "adjudicate"), "notMySpecialty"));
        var address = await FirstCase(room.Manager, Project(room));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/aside", new { reason = "x" }));
        Assert.Equal(0, await Notice(room, "decisionsNobodyMayTake"));
        var newcomer = await Join(room, "adjudicator2", "adjudicate");
        Assert.Empty((await Sent(newcomer.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Sent(room.Manager.DeleteAsync($"{address}/aside"));
        await Reading(newcomer, "adjudicate");
    }

    [SkippableFact]
    public async Task Places_in_a_queue_that_nobody_may_take_are_told_to_the_manager()
    {
        var queue = await QueueRoom.Begin(app, readers: 2, cases: 3);
        Assert.Equal(0, await Notice(queue.Room, "placesNobodyMayTake", queue.Address));
        var taken = await queue.Take(queue.Readers[0]);
        await Sent(Skip(queue.Readers[0], (string)taken["id"]!, "dataMissing"));
        Assert.Equal(1, await Notice(queue.Room, "placesNobodyMayTake", queue.Address));
        Assert.Contains("data-card=\"labelling-untaken\"", await queue.Manager.GetStringAsync("/"), StringComparison.Ordinal);
        await app.As(Role.Expert, $"reader3-{queue.Room.Name}");
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = await queue.Id(2), mode = "read" }));
        await app.Settle();
        Assert.Equal(0, await Notice(queue.Room, "placesNobodyMayTake", queue.Address));
    }

    [SkippableFact]
    public async Task A_reader_whom_quality_has_paused_is_told_on_the_managers_start_page()
    {
        var queue = await QueueRoom.Begin(app);
        var (project, reader) = (ProjectId.From(Guid.Parse(queue.Project)), await queue.Id(0));
        await app.InDatabase(db => db.Set<ProjectMember>().Where(m => m.ProjectId == project && m.AccountId == reader)
            .ExecuteUpdateAsync(s => s.SetProperty(m => m.Standing, MemberStanding.Paused)));
        Assert.Contains("data-card=\"labelling-paused-readers\"", await queue.Manager.GetStringAsync("/"), StringComparison.Ordinal);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{reader}/admit", null));
        Assert.DoesNotContain("data-card=\"labelling-paused-readers\"", await queue.Manager.GetStringAsync("/"), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> Skip(HttpClient person, string reading, string reason, string? text = null) =>
        person.PostAsJsonAsync($"/api/v1/readings/{reading}/skip", new { reason, text });

    private async Task<HttpClient> Join(ReadingRoom room, string part, string mode, int level = 0)
    {
        var person = await app.As(Role.Expert, $"{part}-{room.Name}");
        await Sent(room.Manager.PostAsJsonAsync($"{Project(room)}/people", new { accountId = await room.Id(part), mode, level }));
        await app.Settle();
        return person;
    }

    private static async Task<int> Notice(ReadingRoom room, string kind, string? project = null) =>
        (int?)(await Sent(room.Manager.GetAsync($"{project ?? Project(room)}/assignment")))["notices"]!.AsArray().SingleOrDefault(n => (string)n!["kind"]! == kind)?["count"] ?? 0;
}

public sealed class DeciderSkipOnSqlite(LabellingOnSqlite app) : DeciderSkipTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class DeciderSkipOnPostgreSql(LabellingOnPostgreSql app) : DeciderSkipTests(app), IClassFixture<LabellingOnPostgreSql>;
