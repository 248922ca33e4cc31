using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.MigratedLabels;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>One project with a case in every state goes over and is led to its end.</summary>
public abstract class MigrationWalkTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    /// <summary>One case released, one in adjudication with a decision made, one with a validator's draft, one read once, and a training case.</summary>
    [SkippableFact]
    public async Task Everything_that_is_under_way_goes_on_under_the_next_version()
    {
        var queue = await BeginUnderTheFirst(app);
        var (room, first, second) = (queue.Room, queue.Readers[0], queue.Readers[1]);
        for (var n = 1; n <= 3; n++)
        {
            await Hand(queue, first, Labels(room, n));
            await Hand(queue, second, n == 2 ? Labels(room, n, left: 14, stone: "yes") : Labels(room, n));
        }

        await Hand(queue, first, Labels(room, 4));
        await app.Settle();
        Assert.Equal(["validation", "adjudication", "validation", "reading"], await States(queue));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        await Released(queue.Manager, queue.Project);
        var draft = await Reading(room.Validator, "validate");
        await Sent(Save(room.Validator, draft, 0, Labels(room, 3, left: 5)));
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var answer = Undecided(view).Single(d => (string)d["kind"]! == "answer");
        await Sent(AdjudicationTests.Decide(room.Adjudicator, decision, 0, answer, "source", LetterOf(view, "no")));

        var version = await Publish(room, Second(room.Name));
        var preview = await Sent(room.Manager.GetAsync($"{queue.Address}/migration"));
        Assert.Equal((2, 2, 0), ((int)preview["drafts"]!, (int)preview["decided"]!, (int)preview["reopened"]!));
        await Sent(room.Manager.PostAsync($"{queue.Address}/migration", null));
        await app.Settle();

        await TheReleasedCaseIsBroughtOver(queue, version);
        await TheAdjudicatorGoesOn(queue, decision, version);
        await TheValidatorGoesOn(queue, draft, version);
        await TheOtherReaderAgrees(queue, version);
        await TheNewcomerIsMeasuredAsTheVersionSeesIt(queue, version);
        foreach (var _ in new[] { 2, 4 })
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        Assert.Equal(["released", "validated", "validated", "validated"], await States(queue));
        var last = await Released(queue.Manager, queue.Project);
        Assert.Equal(4, (int)last["cases"]!);
        await app.TheChainIsWhole(last);
    }

    /// <summary>Nothing asks for a person, so the case needs no adjudicator and no validator; a new name alone is no change.</summary>
    private async Task TheReleasedCaseIsBroughtOver(QueueRoom queue, string version)
    {
        var release = await Released(queue.Manager, queue.Project);
        Assert.Equal(1, (int)release["cases"]!);
        var labels = await Sent(queue.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/cases/00000000-0000-7000-8000-000000000001"));
        Assert.Equal(version, (string)labels["schemaVersion"]!);
        Assert.Equal(["kidney", "stone_mask"], labels["masks"]!.AsArray().Select(m => (string)m!["class"]!).Order());
        Assert.Equal(["cyst", "tumour"], labels["objects"]!.AsArray().Select(o => (string)o!["class"]!).Order());
        var changes = (await Sent(queue.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}")))["changes"]!;
        Assert.Equal((0, 1), ((int)changes["changed"]!, (int)changes["unchanged"]!));
        await app.TheChainIsWhole(release);
    }

    /// <summary>What was decided stays decided; what is open is told in the words of the version and taken from the readings.</summary>
    private async Task TheAdjudicatorGoesOn(QueueRoom queue, string decision, string version)
    {
        var adjudicator = queue.Room.Adjudicator;
        var view = await Sent(adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        Assert.Equal(version, (string)view["document"]!["schemaVersion"]!);
        Assert.Equal(1, (int)view["adjudication"]!["decided"]!);
        var revision = (int)view["revision"]!;
        Assert.Contains(Undecided(view), d => (string?)d["class"] == "stone_mask");
        Assert.DoesNotContain(Undecided(view), d => (string?)d["class"] is "left" or "right");
        var letter = LetterOf(view, "no");
        foreach (var open in Undecided(view))
            revision = (int)(await Sent(AdjudicationTests.Decide(adjudicator, decision, revision, open, "source", letter)))["revision"]!;
        await Sent(Submit(adjudicator, decision, revision));
        await app.Settle();
        Assert.Equal("validation", (await States(queue))[1]);
    }

    private async Task TheValidatorGoesOn(QueueRoom queue, string draft, string version)
    {
        var validator = queue.Room.Validator;
        var view = await Sent(validator.GetAsync($"/api/v1/readings/{draft}"));
        Assert.Equal((2, version), ((int)view["revision"]!, (string)view["document"]!["schemaVersion"]!));
        Assert.Equal(["kidney", "stone_mask"], view["document"]!["masks"]!.AsArray().Select(m => (string)m!["class"]!).Order());
        var remarks = new JsonArray(new JsonObject { ["reason"] = "boundary", ["at"] = new JsonObject { ["class"] = "stone_mask" } });
        await Sent(validator.PostAsJsonAsync($"/api/v1/readings/{draft}/correct", new JsonObject { ["revision"] = 2, ["remarks"] = remarks }));
        await app.Settle();
        Assert.Equal("validated", (await States(queue))[2]);
    }

    private async Task TheOtherReaderAgrees(QueueRoom queue, string version)
    {
        await Hand(queue, queue.Readers[1], After(queue, 4, version));
        await app.Settle();
        Assert.Equal("validation", (await States(queue))[3]);
    }

    private async Task TheNewcomerIsMeasuredAsTheVersionSeesIt(QueueRoom queue, string version)
    {
        var newcomer = queue.Readers[2];
        await Hand(queue, newcomer, After(queue, 20, version));
        await app.Settle();
        var member = await queue.Member(2);
        Assert.Equal(("admitted", 1.0), ((string)member["standing"]!, (double)member["trainingScore"]!));
        var mine = (string)(await Sent(newcomer.GetAsync("/api/v1/readings")))["finished"]![0]!["id"]!;
        var right = await Sent(newcomer.GetAsync($"/api/v1/readings/{mine}/right-answer"));
        Assert.Equal(["kidney", "stone_mask"], right["document"]!["masks"]!.AsArray().Select(m => (string)m!["class"]!).Order());
    }

    private static IEnumerable<JsonNode> Undecided(JsonObject view) =>
        view["adjudication"]!["disagreements"]!.AsArray().Where(d => d!["decision"] is null).Select(d => d!["disagreement"]!);

    private static string LetterOf(JsonObject view, string stone) =>
        (string)view["sources"]!.AsArray().Single(s => (string)s!["document"]!["answers"]!["stone"]!["value"]! == stone)!["name"]!;

    private static async Task<string[]> States(QueueRoom queue) =>
        [.. (await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]!.AsArray().OrderBy(c => (string)c!["label"]!).Select(c => (string)c!["state"]!)];
}

public sealed class MigrationWalkOnSqlite(LabellingOnSqlite app) : MigrationWalkTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class MigrationWalkOnPostgreSql(LabellingOnPostgreSql app) : MigrationWalkTests(app), IClassFixture<LabellingOnPostgreSql>;
