using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Evidence;
using static Pirogov.Integration.Labelling.AdjudicationTests;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.ValidationTests;

namespace Pirogov.Integration.Labelling;

/// <summary>Cases that come back: to whom, and from where the work goes on.</summary>
public abstract class HandOverTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_decision_that_comes_back_goes_to_another_when_its_adjudicator_is_gone()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        var second = await Succeed(room, "adjudicator", "adjudicate");
        await Sent(Return(room.Validator, await Reading(room.Validator, "validate"), Remark("other", "Край", null)));
        await app.Settle();

        Assert.Empty((await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        var decision = await Reading(second, "adjudicate");
        var view = await Sent(second.GetAsync($"/api/v1/readings/{decision}"));
        Assert.Equal(Runs(room, 6), Runs(view["document"]!));
        Assert.Equal("Край", (string)view["comments"]![0]!["text"]!);
        // Whoever takes over may stand by what was decided.
        await Sent(Submit(second, decision, (int)view["revision"]!, leaveUndecided: true));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        Assert.Equal("validated", await room.CaseState());
        Assert.All(await Walked(room), l => Assert.Null(l.Fault));
        // Two readers, two adjudicators, a validator.
        Assert.Equal(5, await Paid(room));
    }

    [SkippableFact]
    public async Task A_case_that_reaches_a_level_again_goes_to_another_when_its_validator_is_gone()
    {
        var room = await Open(app, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var second = await Succeed(room, "validator", "validate", level: 1);
        await Reopen(room);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();

        Assert.Empty((await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        var validation = await Reading(second, "validate");
        var view = await Sent(second.GetAsync($"/api/v1/readings/{validation}"));
        Assert.True((bool)view["mayCorrect"]!);
        Assert.Equal(Runs(room, 6), Runs(view["document"]!));
        await Sent(Save(second, validation, 0, room.Document(left: 7)));
        await Sent(Correct(second, validation, 1));
        await app.Settle();
        Assert.Equal("validated", await room.CaseState());
        Assert.All(await Walked(room), l => Assert.Null(l.Fault));
        Assert.Equal(5, await Paid(room));
        // Both have given their verdict, and the release counts them both.
        var report = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{await Released(room)}")))["report"]!;
        Assert.Equal(2, (int)report["people"]!.AsArray().Single(p => (string)p!["role"]! == "validate")!["people"]!);
    }

    [SkippableFact]
    public async Task Whoever_left_the_only_case_that_needs_them_gets_it_again_when_they_are_back_and_nobody_else_is_left()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var second = await Succeed(room, "adjudicator", "adjudicate");
        await ReadAndSubmit(second, room.Document(left: 6), "adjudicate");
        await app.Settle();
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/people", new { accountId = await room.Id("adjudicator"), mode = "adjudicate" }));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/people/{await room.Id("adjudicator2")}/remove", null));
        await Sent(Return(room.Validator, await Reading(room.Validator, "validate"), Remark("other", "Край", null)));
        await app.Settle();
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{await Reading(room.Adjudicator, "adjudicate")}"));
        Assert.Equal(Runs(room, 6), Runs(view["document"]!));
    }

    [SkippableFact]
    public async Task Work_in_hand_goes_back_to_who_had_it_before_when_the_one_who_took_over_is_removed()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var second = await app.As(Role.Expert, $"adjudicator2-{room.Name}");
        var address = $"/api/v1/labelling-projects/{room.Project}";
        await Sent(room.Manager.PostAsJsonAsync($"{address}/people", new { accountId = await room.Id("adjudicator2"), mode = "adjudicate" }));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/readings/{await Reading(room.Adjudicator, "adjudicate")}/reassign", new { }));
        Assert.Empty((await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Reading(second, "adjudicate");
        await Sent(room.Manager.PostAsync($"{address}/people/{await room.Id("adjudicator2")}/remove", null));
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
    }

    [SkippableFact]
    public async Task Whoever_stands_by_a_decision_that_came_back_hands_in_the_same_revision_and_the_case_goes_on()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var decision = await Reading(room.Adjudicator, "adjudicate");
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        var validation = await Reading(room.Validator, "validate");
        await Sent(Return(room.Validator, validation, Remark("other", "Край", null)));
        await app.Settle();
        await Sent(Submit(room.Adjudicator, decision, 1, leaveUndecided: true));
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
        Assert.Equal(2, (int)(await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}")))["consensus"]!["number"]!);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        await app.Settle();
        Assert.All(await Walked(room), l => Assert.Null(l.Fault));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_correction_at_one_level_is_not_undone_when_the_next_returns_the_case(bool adjudicated)
    {
        var other = await app.As(Role.Expert, $"validator2-{adjudicated}-{GetType().Name}");
        var id = (await app.Person($"validator2-{adjudicated}-{GetType().Name}", [Role.Expert])).Id;
        var room = await Open(app, plan: p =>
        {
            p["levels"]![0]!["mayCorrect"] = true;
            p["levels"]!.AsArray().Add(new JsonObject { ["validators"] = new JsonArray(id) });
        });
        await room.ReadBlind(agreeing: !adjudicated);
        if (adjudicated)
        {
            await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
            await app.Settle();
        }

        var validation = await Reading(room.Validator, "validate");
        await Sent(Save(room.Validator, validation, 0, room.Document(left: 7)));
        await Sent(Correct(room.Validator, validation, 1));
        await app.Settle();
        await Sent(Return(other, await Reading(other, "validate"), Remark("other", "Край", null)));
        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        Assert.Equal(Runs(room, 7), Runs(view["document"]!));
        await Sent(Submit(room.Adjudicator, decision, (int)view["revision"]!, leaveUndecided: true));
        await app.Settle();
        await Sent(other.PostAsJsonAsync($"/api/v1/readings/{await Reading(other, "validate")}/accept", new { }));
        await app.Settle();
        Assert.All(await Walked(room), l => Assert.Null(l.Fault));
        var labels = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{await Released(room)}/cases/00000000-0000-7000-8000-000000000001"));
        Assert.Equal(Runs(room, 7), Runs(labels));
    }

    [SkippableFact]
    public async Task What_one_adjudicator_began_and_did_not_hand_in_is_decided_anew_by_the_next()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        await Sent(Decide(room.Adjudicator, decision, 0, view["adjudication"]!["disagreements"]![0]!["disagreement"]!, "source", "A"));
        var second = await Succeed(room, "adjudicator", "adjudicate");
        var fresh = await Sent(second.GetAsync($"/api/v1/readings/{await Reading(second, "adjudicate")}"));
        Assert.Equal((0, 2), ((int)fresh["adjudication"]!["decided"]!, (int)fresh["adjudication"]!["total"]!));
        Assert.Empty(fresh["document"]!["masks"]!.AsArray());
    }

    /// <summary>Another comes for the part, and the first goes.</summary>
    private async Task<HttpClient> Succeed(ReadingRoom room, string part, string mode, int level = 0)
    {
        var second = await app.As(Role.Expert, $"{part}2-{room.Name}");
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/people", new { accountId = await room.Id($"{part}2"), mode, level }));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/people/{await room.Id(part)}/remove", null));
        return second;
    }

    /// <summary>Finished readings, none of which has a price here.</summary>
    private static async Task<int> Paid(ReadingRoom room) =>
        (int)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/effort")))["cost"]!["withoutPrice"]!;

    private static async Task Reopen(ReadingRoom room)
    {
        var id = (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"]!;
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "Граница" }));
    }

    private static async Task<string> Released(ReadingRoom room)
    {
        var all = await Sent(room.Manager.GetAsync("/api/v1/labelling-releases?size=200"));
        return (string)all["items"]!.AsArray().First(r => (string)r!["projectName"]! == $"Project {room.Name}")!["id"]!;
    }

    /// <summary>Releases, and walks the evidence from the release down.</summary>
    private async Task<IReadOnlyList<VerifiedLink>> Walked(ReadingRoom room)
    {
        var release = await room.Release();
        await app.Settle();
        return await app.InScope(async s =>
        {
            var link = await s.GetRequiredService<EvidenceChain>().Find(LabellingEvidence.Release, Guid.Parse((string)release["id"]!), default);
            return (await s.GetRequiredService<EvidenceVerifier>().Walk(link!, null, default)).Links;
        });
    }

    private static string Runs(ReadingRoom room, int left) => Runs(room.Document(left: left));

    private static string Runs(JsonNode document) => (string)document["masks"]![0]!["runs"]!;
}

public sealed class HandOverOnSqlite(LabellingOnSqlite app) : HandOverTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class HandOverOnPostgreSql(LabellingOnPostgreSql app) : HandOverTests(app), IClassFixture<LabellingOnPostgreSql>;
