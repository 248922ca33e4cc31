using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Evidence;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class ValidationTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_validator_mends_the_consensus_and_both_stay_with_the_correction_as_the_last()
    {
        var room = await Open(app, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}"));
        Assert.True((bool)view["mayCorrect"]!);
        Assert.Equal(1, (int)view["consensus"]!["number"]!);
        var same = await Sent(Save(room.Validator, validation, 0, view["document"]!.AsObject()));
        Assert.EndsWith("/nothing-corrected", (string)(await Refused(HttpStatusCode.Conflict, Correct(room.Validator, validation, (int)same["revision"]!)))["type"]!, StringComparison.Ordinal);
        var saved = await Sent(Save(room.Validator, validation, 1, room.Document(left: 7)));
        Assert.EndsWith("/stale-revision", (string)(await Refused(HttpStatusCode.Conflict, Correct(room.Validator, validation, 1)))["type"]!, StringComparison.Ordinal);
        Assert.EndsWith("/gives-a-verdict", (string)(await Refused(HttpStatusCode.Conflict, Submit(room.Validator, validation, 2)))["type"]!, StringComparison.Ordinal);
        await Sent(Correct(room.Validator, validation, (int)saved["revision"]!));
        await app.Settle();
        Assert.Equal("validated", await room.CaseState());
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases"));
        Assert.Equal(("corrected", 2), ((string)cases["items"]![0]!["consensus"]!, (int)cases["items"]![0]!["revisions"]!));
        var release = await room.Release();
        var labels = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/cases/00000000-0000-7000-8000-000000000001"));
        Assert.Equal((string)room.Document(left: 7)["masks"]![0]!["runs"]!, (string)labels["masks"]![0]!["runs"]!);
        var walked = await app.InScope(async s =>
        {
            var link = await s.GetRequiredService<EvidenceChain>().Find(LabellingEvidence.Release, Guid.Parse((string)release["id"]!), default);
            return await s.GetRequiredService<EvidenceVerifier>().Walk(link!, null, default);
        });
        Assert.All(walked.Links, l => Assert.Null(l.Fault));
        Assert.Equal(2, walked.Links.Count(l => l.Kind == LabellingEvidence.Consensus));
        Assert.Equal(3, walked.Links.Count(l => l.Kind == LabellingEvidence.Reading));
    }

    [SkippableFact]
    public async Task A_return_names_reasons_and_places_and_the_adjudicator_gets_them_with_the_consensus()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        var known = (await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}")))["reasons"]!.AsArray().Select(r => (string)r!["id"]!);
        Assert.Contains("missed-object", known);
        var missed = Remark("missed-object", "Пропущена киста", new() { ["sopInstanceUid"] = "2.25.1.1.2", ["frame"] = 1, ["point"] = new JsonArray(10, 12) });
        var answer = Remark("answer", null, new() { ["question"] = "stone" });
        await Sent(Return(room.Validator, validation, missed, answer));
        await app.Settle();
        var decision = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{await Reading(room.Adjudicator, "adjudicate")}"));
        var comments = decision["comments"]!.AsArray();
        Assert.Equal(["missed-object", "answer"], comments.Select(c => (string)c!["reason"]!));
        Assert.Equal(12, (double)comments[0]!["place"]!["point"]![1]!);
        Assert.Equal((1, 1), ((int)comments[0]!["consensus"]!, (int)comments[0]!["level"]!));
        Assert.Equal("automatic", (string)decision["consensus"]!["origin"]!);
    }

    [SkippableFact]
    public async Task A_reason_pinned_to_an_object_is_read_back_at_that_object_by_who_corrects_it_and_by_a_reader()
    {
        var room = await Open(app);
        var mine = await Reading(room.Readers[0]);
        foreach (var reader in room.Readers)
        {
            var document = room.Document();
            document["objects"] = new JsonArray([.. new[] { 1, 20 }.Select(top => (JsonNode)new JsonObject
            {
                ["id"] = Guid.CreateVersion7(), ["class"] = "kidney", ["type"] = "length", ["sopInstanceUid"] = "2.25.1.1.1", ["frame"] = 1, ["points"] = new JsonArray(new JsonArray(1, top), new JsonArray(9, top)),
            })]);
            await ReadAndSubmit(reader, document);
        }

        await app.Settle();
        var validation = await Reading(room.Validator, "validate");
        var lower = (string)Lower((await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}")))["document"]!)["id"]!;
        await Sent(Return(room.Validator, validation, Remark("boundary", null, new() { ["objectId"] = lower }), Remark("answer", null, new() { ["question"] = "stone" })));
        await app.Settle();
        var decision = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{await Reading(room.Adjudicator, "adjudicate")}"));
        Pinned(decision["comments"]!);
        Assert.Equal(lower, (string)Lower(decision["document"]!)["id"]!);

        await ReadAndSubmit(room.Adjudicator, decision["document"]!.AsObject(), "adjudicate");
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        Pinned((await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{mine}/result")))["comments"]!);

        void Pinned(JsonNode comments)
        {
            var pinned = comments.AsArray().Single(c => (string)c!["reason"]! == "boundary")!;
            Assert.Equal(lower, (string)pinned["place"]!["objectId"]!);
            Assert.Equal("stone", (string)comments.AsArray().Single(c => (string)c!["reason"]! == "answer")!["place"]!["question"]!);
        }

        static JsonNode Lower(JsonNode document) => document["objects"]!.AsArray().MaxBy(o => (double)o!["points"]![0]![1]!)!;
    }

    [SkippableTheory]
    [InlineData("reason-unknown", """{"reason":"ugly","text":"x"}""")]
    [InlineData("place-missing", """{"reason":"boundary","text":"x"}""")]
    [InlineData("text-missing", """{"reason":"other","text":" "}""")]
    [InlineData("object-unknown", """{"reason":"boundary","at":{"objectId":"0197c3a0-0000-7000-8000-000000000001"}}""")]
    [InlineData("class-unknown", """{"reason":"boundary","at":{"class":"liver"}}""")]
    [InlineData("question-unknown", """{"reason":"answer","at":{"question":"x"}}""")]
    [InlineData("image-of-other-case", """{"reason":"boundary","at":{"sopInstanceUid":"2.25.2.1.1"}}""")]
    [InlineData("frame-unknown", """{"reason":"boundary","at":{"sopInstanceUid":"2.25.1.1.1","frame":2}}""")]
    [InlineData("point-outside-image", """{"reason":"boundary","at":{"sopInstanceUid":"2.25.1.1.1","point":[33,1]}}""")]
    [InlineData("time-unfit", """{"reason":"boundary","at":{"sopInstanceUid":"2.25.1.1.1","seconds":-1}}""")]
    [InlineData("text-unknown", """{"reason":"boundary","at":{"text":"report"}}""")]
    [InlineData("image-missing", """{"reason":"boundary","at":{"class":"kidney","frame":1}}""")]
    public async Task A_remark_that_points_nowhere_is_refused_by_name_and_nothing_is_decided(string reason, string remark)
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Return(room.Validator, validation, Remark("other", "y", null), JsonNode.Parse(remark)!.AsObject()));
        Assert.Equal((reason, 1), ((string)problem["reason"]!, (int)problem["place"]!));
        Assert.False(((string)problem["detail"]!).StartsWith("reason.", StringComparison.Ordinal));
        Assert.Equal("validation", await room.CaseState());
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { consensus = 1 }));
    }

    [SkippableFact]
    public async Task A_project_has_its_own_reasons_and_one_that_is_left_out_keeps_its_words_but_is_not_given_any_more()
    {
        var room = await Open(app);
        var rules = $"/api/v1/labelling-projects/{room.Project}/validation-rules";
        var own = new JsonObject { ["id"] = "pole", ["name"] = new JsonObject { ["ru"] = "Полюс срезан", ["en"] = "Pole cut" }, ["pinned"] = false };
        var set = await Sent(room.Manager.PutAsJsonAsync(rules, new JsonObject { ["reasons"] = new JsonArray(own.DeepClone()), ["resultsShown"] = "afterRelease" }));
        Assert.Equal("pole", (string)set["reasons"]![0]!["id"]!);
        Assert.True((bool)set["reasons"]!.AsArray().Single(r => (string)r!["id"]! == "boundary")!["retired"]!);
        Assert.False((bool)set["reasons"]!.AsArray().Single(r => (string)r!["id"]! == "other")!["retired"]!);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        await Refused(HttpStatusCode.UnprocessableEntity, Return(room.Validator, validation, Remark("boundary", "x", new() { ["class"] = "kidney" })));
        own["id"] = "Полюс";
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PutAsJsonAsync(rules, new JsonObject { ["reasons"] = new JsonArray(own) }));
        await Sent(Return(room.Validator, validation, Remark("pole", "x", null)));
        Assert.Equal(HttpStatusCode.Forbidden, (await room.Validator.GetAsync(rules)).StatusCode);
    }

    [SkippableTheory]
    [InlineData("consensus", 0, 0)]
    [InlineData("readings", 2, 0)]
    [InlineData("agreement", 2, 1)]
    public async Task A_level_shows_its_validator_what_the_project_lets_it_show(string sees, int sources, int figures)
    {
        var room = await Open(app, plan: p => (p["levels"]![0]!["sees"], p["levels"]![0]!["mayCorrect"]) = (sees, true));
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}"));
        Assert.Equal(sources, view["sources"]!.AsArray().Count);
        Assert.All(view["sources"]!.AsArray(), s => Assert.Equal(figures, s!["agreement"]!.AsObject().Count));
        // The consensus itself may be named by its hashes whatever else is hidden.
        var document = view["document"]!.AsObject();
        document["masks"]![0]!["runs"] = null;
        document["answers"]!["stone"]!["value"] = "yes";
        await Sent(Save(room.Validator, validation, 0, document));
    }

    [SkippableFact]
    public async Task Of_verdicts_at_once_one_stands_and_none_is_given_on_what_was_reopened()
    {
        var room = await Open(app, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        await Sent(Save(room.Validator, validation, 0, room.Document(left: 7)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 9).Select(n => (n % 3) switch
        {
            0 => room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }),
            1 => room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/return", new { comment = "x" }),
            _ => Correct(room.Validator, validation, 1),
        }));
        Assert.Equal(1, answers.Count(a => a.IsSuccessStatusCode));
        Assert.Equal(8, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        await app.Settle();
        if (await room.CaseState() == "adjudication")
        {
            await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
            await app.Settle();
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        }

        var id = (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"]!;
        var reopened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "Граница" })));
        Assert.Equal(1, reopened.Count(a => a.IsSuccessStatusCode));
        await Refused(HttpStatusCode.Conflict, room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        await Refused(HttpStatusCode.Conflict, Correct(room.Validator, validation, 1));
    }

    [SkippableFact]
    public async Task A_validator_who_looks_at_an_old_consensus_is_told_and_an_old_draft_does_not_become_the_new_one()
    {
        var room = await Open(app, plan: p => p["levels"]![0]!["mayCorrect"] = true);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        await Sent(Save(room.Validator, validation, 0, room.Document(left: 7)));
        await Sent(Return(room.Validator, validation, Remark("other", "x", null)));
        await app.Settle();
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}"));
        Assert.Equal((string)room.Document(left: 6)["masks"]![0]!["runs"]!, (string)view["document"]!["masks"]![0]!["runs"]!);
        Assert.Equal(2, (int)view["consensus"]!["number"]!);
        Assert.Equal("x", (string)view["comments"]![0]!["text"]!);
        var problem = await Refused(HttpStatusCode.Conflict, room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { consensus = 1 }));
        Assert.Equal(2, (int)problem["newest"]!);
        await Refused(HttpStatusCode.Conflict, Correct(room.Validator, validation, 1));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { consensus = 2 }));
    }

    internal static JsonObject Remark(string reason, string? text, JsonObject? at) => new() { ["reason"] = reason, ["text"] = text, ["at"] = at };

    internal static Task<HttpResponseMessage> Return(HttpClient validator, string reading, params JsonObject[] remarks) =>
        validator.PostAsJsonAsync($"/api/v1/readings/{reading}/return", new JsonObject { ["remarks"] = new JsonArray([.. remarks.Select(r => r.DeepClone())]) });

    internal static Task<HttpResponseMessage> Correct(HttpClient validator, string reading, int revision) =>
        validator.PostAsJsonAsync($"/api/v1/readings/{reading}/correct", new JsonObject { ["revision"] = revision });
}

public sealed class ValidationOnSqlite(LabellingOnSqlite app) : ValidationTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ValidationOnPostgreSql(LabellingOnPostgreSql app) : ValidationTests(app), IClassFixture<LabellingOnPostgreSql>;
