using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Store;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class WalkTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_disagreement_is_adjudicated_returned_adjudicated_again_accepted_and_released()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        Assert.Equal("adjudication", await room.CaseState());
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 8), "adjudicate");
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());

        var validation = await Reading(room.Validator, "validate");
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{validation}"));
        Assert.Equal(new[] { "A", "B" }, view["sources"]!.AsArray().Select(s => (string)s!["name"]!));
        Assert.NotNull(view["document"]!["masks"]![0]!["runs"]);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/return", new { comment = "Верхний полюс срезан" }));
        Assert.Equal("adjudication", await room.CaseState());

        var decision = await Reading(room.Adjudicator, "adjudicate");
        var returned = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        Assert.Equal("returned", (string)returned["state"]!);
        Assert.Equal("Верхний полюс срезан", (string)returned["comments"]![0]!["text"]!);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Equal(validation, await Reading(room.Validator, "validate"));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        Assert.Equal("validated", await room.CaseState());

        var release = await room.Release();
        Assert.Equal("released", await room.CaseState());
        var labels = await Labels(release);
        Assert.Equal("no", labels.Answers["stone"]);
        Assert.Null(labels.Answers["size"]);
        Assert.Equal(room.Document(left: 6)["masks"]![0]!["runs"]!.GetValue<string>(), await Runs(labels.Masks.Single()));
        await TheChainIsWhole(release, readings: 3);
    }

    [SkippableFact]
    public async Task Readings_that_agree_need_no_adjudicator_and_their_consensus_is_what_both_drew()
    {
        var room = await Open(app);
        await ReadAndSubmit(room.Readers[0], room.Document(left: 4));
        await ReadAndSubmit(room.Readers[1], room.Document(left: 5));
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        var release = await room.Release();
        var mask = RunLengthMask.Decode(Convert.FromBase64String(await Runs((await Labels(release)).Masks.Single())), InventedCases.Side, InventedCases.Side);
        Assert.Equal(20 * 15, mask.PixelCount);
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}"));
        Assert.Equal(2.0 * 300 / 640, (double)page["release"]!["agreement"]!["kidney"]!, 12);
    }

    [SkippableFact]
    public async Task Where_the_rule_says_always_an_adjudicator_decides_although_the_readings_agree()
    {
        var room = await Open(app, rule: "always");
        await room.ReadBlind(agreeing: true);
        Assert.Equal("adjudication", await room.CaseState());
    }

    [SkippableFact]
    public async Task An_automatic_consensus_that_is_returned_goes_to_the_adjudicator()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/return", new { comment = "Проверьте" }));
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 5), "adjudicate");
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
    }

    [SkippableFact]
    public async Task A_correction_after_the_release_makes_the_next_release_and_leaves_the_first_as_it_was()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        var first = await room.Release();
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/release", null));
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases"));
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{cases["items"]![0]!["id"]}/reopen", new { comment = "Граница" }));
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 9), "adjudicate");
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        var second = await room.Release();
        Assert.Equal(2, (int)second["number"]!);
        Assert.NotEqual((await Labels(first)).DocumentSha256, (await Labels(second)).DocumentSha256);
        await TheChainIsWhole(first, readings: 2);
        await TheChainIsWhole(second, readings: 3);
    }

    [SkippableFact]
    public async Task Cohens_kappa_and_mean_Dice_are_shown_once_cases_are_compared()
    {
        var room = await Open(app, cases: 2);
        await room.ReadBlind(agreeing: true, place: 0, caseUid: "2.25.1.1");
        await room.ReadBlind(agreeing: false, place: 0, caseUid: "2.25.2.1");
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}"));
        var kidney = page["agreement"]!["classes"]![0]!;
        Assert.Equal(2, (int)kidney["cases"]!);
        Assert.Equal((1 + 2.0 * 20 * 6 / 640) / 2, (double)kidney["mean"]!, 12);
        var stone = page["agreement"]!["questions"]![0]!;
        Assert.Equal(0.5, (double)stone["observed"]!);
        // One reader gave one answer only: the standard error vanishes, which is no certainty.
        Assert.Equal(0, (double)stone["kappa"]!);
        Assert.Null(stone["lower"]);
    }

    private Task<ReleasedLabels> Labels(JsonObject release) => app.InScope(async s =>
    {
        var id = new ReleaseId(Guid.Parse((string)release["id"]!));
        var releases = s.GetRequiredService<IReleases>();
        var summary = await releases.Find(id, default);
        return (await releases.Labels(id, Assert.Single(summary!.Cases), default))!;
    });

    private Task<string> Runs(ReleasedMask mask) =>
        app.InScope(async s => Convert.ToBase64String(await s.GetRequiredService<ObjectStore>().Read(mask.Md5, default)));

    private async Task TheChainIsWhole(JsonObject release, int readings)
    {
        await app.Settle();
        var walked = await app.InScope(async s =>
        {
            var link = await s.GetRequiredService<EvidenceChain>().Find(LabellingEvidence.Release, Guid.Parse((string)release["id"]!), default);
            return await s.GetRequiredService<EvidenceVerifier>().Walk(link!, null, default);
        });
        Assert.All(walked.Links, l => Assert.Null(l.Fault));
        Assert.Equal(1, walked.Links.Count(l => l.Kind == LabellingEvidence.Consensus));
        Assert.Equal(1, walked.Links.Count(l => l.Kind == LabellingEvidence.Comparison));
        Assert.Equal(readings, walked.Links.Count(l => l.Kind == LabellingEvidence.Reading));
    }
}

public sealed class WalkOnSqlite(LabellingOnSqlite app) : WalkTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class WalkOnPostgreSql(LabellingOnPostgreSql app) : WalkTests(app), IClassFixture<LabellingOnPostgreSql>;
