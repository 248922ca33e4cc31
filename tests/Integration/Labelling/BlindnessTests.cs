using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class BlindnessTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Nobody_reaches_the_reading_of_another_by_any_door()
    {
        var room = await Open(app);
        var theirs = await Reading(room.Readers[0]);
        await Sent(Save(room.Readers[0], theirs, 0, room.Document()));
        HttpClient[] others = [room.Readers[1], room.Adjudicator, room.Validator];
        foreach (var other in others)
        {
            await Refused(HttpStatusCode.NotFound, other.GetAsync($"/api/v1/readings/{theirs}"));
            await Refused(HttpStatusCode.NotFound, Save(other, theirs, 1, room.Document()));
            await Refused(HttpStatusCode.NotFound, Submit(other, theirs, 1));
            await Refused(HttpStatusCode.NotFound, other.PostAsync($"/api/v1/readings/{theirs}/take", null));
            await Refused(HttpStatusCode.NotFound, other.PostAsJsonAsync($"/api/v1/readings/{theirs}/accept", new { }));
            await Refused(HttpStatusCode.NotFound, other.PostAsJsonAsync($"/api/v1/readings/{theirs}/return", new { comment = "x" }));
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/workbench/radiology/{theirs}")).StatusCode);
            Assert.DoesNotContain(theirs, await other.GetStringAsync("/api/v1/readings"), StringComparison.Ordinal);
        }

        foreach (var closed in new[] { $"/api/v1/readings/{theirs}", "/api/v1/readings", $"/workbench/radiology/{theirs}" })
            Assert.Equal(HttpStatusCode.Forbidden, await StatusOf(room.Manager, closed));
        foreach (var closed in new[] { "/api/v1/labelling-projects", $"/api/v1/labelling-projects/{room.Project}", $"/api/v1/labelling-projects/{room.Project}/cases", "/api/v1/labelling-releases", "/api/v1/labelling-schemas" })
            Assert.Equal(HttpStatusCode.Forbidden, await StatusOf(room.Readers[1], closed));
    }

    [SkippableFact]
    public async Task A_reader_sees_neither_sources_nor_agreement_even_when_both_readings_are_locked()
    {
        var room = await Open(app);
        var own = await Reading(room.Readers[1]);
        await room.ReadBlind(agreeing: false);
        var view = await Sent(room.Readers[1].GetAsync($"/api/v1/readings/{own}"));
        Assert.Equal("locked", (string)view["state"]!);
        Assert.Empty(view["sources"]!.AsArray());
        Assert.Empty(view["comments"]!.AsArray());
    }

    [SkippableFact]
    public async Task Before_the_blind_round_is_locked_there_is_nothing_to_adjudicate_or_validate_and_no_agreement()
    {
        var room = await Open(app);
        await ReadAndSubmit(room.Readers[0], room.Document());
        await app.Settle();
        Assert.Empty((await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        Assert.Empty((await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases"));
        Assert.Null(cases["items"]![0]!["dice"]);
        Assert.Equal("reading", (string)cases["items"]![0]!["state"]!);
    }

    [SkippableFact]
    public async Task Sources_carry_no_name_and_no_account()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var text = await room.Adjudicator.GetStringAsync($"/api/v1/readings/{await Reading(room.Adjudicator, "adjudicate")}");
        foreach (var part in new[] { "reader1", "reader2" })
        {
            Assert.DoesNotContain(part, text, StringComparison.Ordinal);
            Assert.DoesNotContain((await room.Id(part)).ToString(), text, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task A_mask_cannot_be_named_by_the_hash_of_what_another_drew()
    {
        var room = await Open(app);
        var saved = await Sent(Save(room.Readers[0], await Reading(room.Readers[0]), 0, room.Document()));
        var guess = room.Document();
        guess["masks"]![0]!["runs"] = null;
        guess["masks"]![0]!["blob"] = (string)saved["document"]!["masks"]![0]!["blob"]!;
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[1], await Reading(room.Readers[1]), 0, guess));
        Assert.Equal("mask-unknown", (string)problem["reason"]!);
    }

    [SkippableFact]
    public async Task Images_of_a_case_are_open_to_those_whose_work_it_is()
    {
        var room = await Open(app);
        var stranger = await app.Person("stranger", [Role.Expert]);
        var one = new CaseId(Guid.Parse("00000000-0000-7000-8000-000000000001"));
        async Task<bool> MaySee(Guid account) => await app.InScope(async s =>
        {
            var actor = new Actor(account, "", null, new HashSet<Role> { Role.Expert }, "test");
            foreach (var rule in s.GetServices<ICaseAccessRule>())
            {
                if (await rule.MaySee(actor, one, default))
                    return true;
            }

            return false;
        });
        Assert.True(await MaySee(await room.Id("reader1")));
        Assert.False(await MaySee(stranger.Id));
        Assert.False(await MaySee(await room.Id("adjudicator")));
    }

    private static async Task<HttpStatusCode> StatusOf(HttpClient client, string address) => (await client.GetAsync(address)).StatusCode;
}

public sealed class BlindnessOnSqlite(LabellingOnSqlite app) : BlindnessTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class BlindnessOnPostgreSql(LabellingOnPostgreSql app) : BlindnessTests(app), IClassFixture<LabellingOnPostgreSql>;
