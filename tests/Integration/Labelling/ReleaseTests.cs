using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Releases;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class ReleaseTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Chosen_cases_and_classes_are_released_and_what_was_not_chosen_is_nowhere_in_them()
    {
        var room = await Through(cases: 3);
        var ids = await Ids(room);
        var part = await room.Release(new { cases = new[] { ids[0], ids[1] }, questions = new[] { "stone" }, classes = Array.Empty<string>() });
        Assert.Equal(2, (int)part["cases"]!);
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{part["id"]}"));
        Assert.Empty(page["release"]!["classes"]!.AsArray());
        Assert.Equal("stone", (string)Assert.Single(page["release"]!["questions"]!.AsArray())!["id"]!);
        Assert.Equal((0, 0), ((int)page["masks"]!, (int)page["objects"]!));
        var labels = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{part["id"]}/cases/00000000-0000-7000-8000-000000000001"));
        Assert.Empty(labels["masks"]!.AsArray());
        Assert.Equal("no", (string)labels["answers"]!["stone"]!["value"]!);
        var told = await app.InScope(async s => await s.GetRequiredService<IReleases>().Labels(new(Guid.Parse((string)part["id"]!)), new CaseId(Guid.Parse("00000000-0000-7000-8000-000000000001")), default));
        Assert.Empty(told!.Masks);
        Assert.Equal(["stone"], told.Answers.Keys);
        await app.TheChainIsWhole(part);

        await Refused(HttpStatusCode.UnprocessableEntity, Release(room, new { classes = new[] { "liver" } }));
        await Refused(HttpStatusCode.NotFound, Release(room, new { cases = new[] { Guid.CreateVersion7().ToString() } }));
        await Refused(HttpStatusCode.Conflict, Release(room, new { classes = Array.Empty<string>(), questions = Array.Empty<string>() }));
        await Refused(HttpStatusCode.Conflict, Release(room, new { cases = new[] { ids[0], ids[1] }, questions = new[] { "stone" }, classes = Array.Empty<string>() }));
        var whole = await room.Release();
        var changes = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{whole["id"]}")))["changes"]!;
        Assert.Equal((1, 1, 0, 2), ((int)changes["since"]!, (int)changes["added"]!, (int)changes["removed"]!, (int)changes["changed"]!));
        Assert.Equal(["kidney", "size"], changes["scopeAdded"]!.AsArray().Select(c => (string)c!));
        await app.TheChainIsWhole(whole);
    }

    [SkippableFact]
    public async Task A_list_of_releases_counts_their_cases_and_reads_none_of_them()
    {
        var room = await Through(cases: 2);
        var release = await room.Release();
        ListedRelease? listed = null;
        Assert.False(await app.Moments.Meets(s => s.Contains("labelling_released_case", StringComparison.Ordinal) && s.Contains("DocumentMd5", StringComparison.Ordinal), async () =>
            listed = Assert.Single((await app.InScope(s => s.GetRequiredService<IReleases>().List(1, 1, default))).Items)));
        Assert.Equal(((string)release["id"]!, 2, "kidney"), (listed!.Id.ToString(), listed.Cases, Assert.Single(listed.Classes).Id));
    }

    [SkippableFact]
    public async Task A_release_of_one_class_of_two_holds_no_mask_no_object_and_no_file_of_the_other()
    {
        var room = await Open(app, schema: WithLiver);
        foreach (var reader in room.Readers)
            await ReadAndSubmit(reader, Both(room));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var part = await room.Release(new { classes = new[] { "kidney" }, questions = Array.Empty<string>() });
        var whole = await room.Release();
        var (chosen, all) = (await Labels(room, part), await Labels(room, whole));
        Assert.Empty(chosen["answers"]!.AsObject());
        foreach (var kind in new[] { "masks", "objects" })
        {
            Assert.Equal(["kidney"], Classes(chosen, kind));
            Assert.Equal(["kidney", "liver"], Classes(all, kind));
        }

        string[] others = [(string)all["masks"]!.AsArray().Single(m => (string)m!["class"]! == "liver")!["blob"]!, (string)all["objects"]!.AsArray().Single(m => (string)m!["class"]! == "liver")!["id"]!];
        // Nor in any file for which the release vouches: its list of cases, its report, its documents and masks.
        var (files, allFiles) = (await Files(part), await Files(whole));
        Assert.Contains(others[0], allFiles.Keys);
        Assert.DoesNotContain(others[0], files.Keys);
        Assert.Contains((string)chosen["masks"]![0]!["blob"]!, files.Keys);
        foreach (var word in others.Append("\"liver\"").Append("\"stone\""))
        {
            Assert.Contains(allFiles.Values, text => text.Contains(word, StringComparison.OrdinalIgnoreCase));
            Assert.All(files.Values, text => Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase));
        }

        await app.TheChainIsWhole(part);

        async Task<Dictionary<string, string>> Files(JsonObject release)
        {
            return await app.InScope(async s =>
            {
                var (stated, store) = (await s.GetServices<IEvidenceSource>().Single(e => e.Kind == LabellingEvidence.Release).State(Guid.Parse((string)release["id"]!), default), s.GetRequiredService<ObjectStore>());
                var found = new Dictionary<string, string>();
                foreach (var file in stated!.Files)
                    found[file.Sha256] = Encoding.Latin1.GetString(await store.Read(file.Md5, default));
                return found;
            });
        }

        static string[] Classes(JsonObject labels, string part) => [.. labels[part]!.AsArray().Select(m => (string)m!["class"]!).Order()];

        static Task<JsonObject> Labels(ReadingRoom room, JsonObject release) => Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/cases/00000000-0000-7000-8000-000000000001"));
    }

    private static JsonObject WithLiver(string name)
    {
        var schema = SchemaOf(name);
        var liver = schema["classes"]![0]!.DeepClone();
        liver["id"] = "liver";
        schema["classes"]!.AsArray().Add(liver);
        return schema;
    }

    /// <summary>A square and a length of either class.</summary>
    private static JsonObject Both(ReadingRoom room)
    {
        var document = room.Document();
        var mask = Square("2.25.1.1", 12);
        mask["class"] = "liver";
        document["masks"]!.AsArray().Add(mask);
        foreach (var (@class, row) in new[] { ("kidney", 3), ("liver", 20) })
        {
            document["objects"]!.AsArray().Add(new JsonObject
            {
                ["id"] = Guid.CreateVersion7(),
                ["class"] = @class,
                ["type"] = "length",
                ["sopInstanceUid"] = "2.25.1.1.1",
                ["frame"] = 1,
                ["points"] = new JsonArray(new JsonArray(1, row), new JsonArray(9, row)),
            });
        }

        return document;
    }

    [SkippableFact]
    public async Task Releases_asked_for_at_one_moment_while_figures_are_still_on_their_way_make_one()
    {
        var room = await Through(cases: 3);
        await app.InDatabase(db => db.Set<CaseDigest>().ExecuteDeleteAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Release(room, new { })));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        await app.Settle();
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}"));
        Assert.Equal(1, (int)Assert.Single(page["releases"]!.AsArray())!["number"]!);
        Assert.Null(page["releasing"]);
    }

    [SkippableFact]
    public async Task A_correction_makes_a_new_release_that_lists_what_changed_class_by_class()
    {
        var room = await Through(cases: 2);
        var first = await room.Release();
        var id = (await Ids(room))[1];
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "Граница" }));
        await ReadAndSubmit(room.Adjudicator, room.Document("2.25.2.1", left: 9, stone: "yes"), "adjudicate");
        await app.Settle();
        await Refused(HttpStatusCode.Conflict, Release(room, new { cases = new[] { id } }));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var second = await room.Release();
        var changes = await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{second["id"]}/changes"));
        var one = Assert.Single(changes["items"]!.AsArray())!;
        Assert.Equal(("TEST-000002", "changed"), ((string)one["label"]!, (string)one["kind"]!));
        var kidney = Assert.Single(one["classes"]!.AsArray())!;
        // The automatic consensus of two equal squares 16 wide; the new one begins at 9 and is 16 wide: 11 columns of 20 rows are common.
        Assert.Equal(("kidney", 320, 320, 2.0 * 11 * 20 / 640), ((string)kidney["class"]!, (int)kidney["pixelsBefore"]!, (int)kidney["pixelsAfter"]!, (double)kidney["dice"]!));
        var answer = Assert.Single(one["answers"]!.AsArray())!;
        Assert.Equal(("stone", "no", "yes"), ((string)answer["question"]!, (string)answer["before"]!, (string)answer["after"]!));
        Assert.Equal(0, (int)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{first["id"]}/changes")))["total"]!);
        await app.TheChainIsWhole(first);
        await app.TheChainIsWhole(second);
    }

    [SkippableFact]
    public async Task A_release_says_how_it_came_to_be_and_how_reliable_its_readers_are_and_names_nobody()
    {
        var room = await Through(cases: 3, disagreeing: true);
        await room.Manager.PutAsJsonAsync($"/api/v1/experts/{await room.Id("reader1")}", new { specialty = "radiology", level = "senior", practisingSince = 2010 });
        var release = await room.Release();
        var text = await room.Manager.GetStringAsync($"/api/v1/labelling-releases/{release["id"]}");
        var report = JsonNode.Parse(text)!["report"]!;
        Assert.Equal((1, 3), ((int)report["adjudicated"]!["cases"]!, (int)report["adjudicated"]!["of"]!));
        Assert.InRange(1.0 / 3, (double)report["adjudicated"]!["lower"]!, (double)report["adjudicated"]!["upper"]!);
        Assert.Equal((0, 3), ((int)report["returned"]!["cases"]!, (int)report["readersPerCase"]!["2"]!));
        Assert.Equal((2, 1), ((int)report["method"]!["origins"]!["automatic"]!, (int)report["method"]!["origins"]!["adjudicated"]!));
        Assert.Equal(3, (int)report["levels"]!["1"]!["cases"]!);
        Assert.Equal(["R1", "R2"], report["readers"]!.AsArray().Select(r => (string)r!["name"]!));
        var stone = report["readers"]!.AsArray().Select(r => (double)r!["items"]!.AsArray().Single(i => (string)i!["item"]! == "stone")!["mean"]!).Order().ToArray();
        Assert.Equal([2.0 / 3, 1.0], stone);
        Assert.Equal([2, 1, 1], report["people"]!.AsArray().Select(p => (int)p!["people"]!));
        var readers = report["people"]![0]!["qualifications"]!.AsArray().Select(q => ((string?)q!["specialty"], (string?)q["level"], (int)q["people"]!)).ToHashSet();
        Assert.True(readers.SetEquals([(null, null, 1), ("radiology", "senior", 1)]));
        var kidney = report["classes"]![0]!;
        Assert.InRange((double)kidney["mean"]!, (double)kidney["lower"]!, (double)kidney["upper"]!);
        foreach (var part in new[] { "reader1", "reader2", "adjudicator", "validator" })
        {
            Assert.DoesNotContain((await room.Id(part)).ToString(), text, StringComparison.Ordinal);
            Assert.DoesNotContain($"{part}-{room.Name}", text, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Cases_whose_lot_is_not_decided_wait_unless_the_manager_takes_them_and_a_lot_rejected_later_says_so()
    {
        var room = await Open(app, cases: 5, plan: p => (p["levels"]![0]!["share"], p["levels"]![0]!["lot"]) = (0.2, new JsonObject { ["size"] = 5, ["acceptanceNumber"] = 0 }));
        await ReadAll(room, 5, false);
        await Refused(HttpStatusCode.Conflict, Release(room, new { }));
        Assert.Equal((0, 4, 0), await Outlook(room, withOpenLots: false));
        Assert.Equal((4, 0, 0), await Outlook(room, withOpenLots: true));
        var passed = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases?state=validated")))["items"]!.AsArray();
        Assert.Equal(4, passed.Count);
        await Refused(HttpStatusCode.Conflict, Release(room, new { cases = new[] { (string)passed[0]!["id"]! } }));
        Assert.Equal(1, (int)(await room.Release(new { cases = new[] { (string)passed[0]!["id"]! }, withOpenLots = true }))["cases"]!);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/return", new { comment = "x" }));
        await app.Settle();
        var lot = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/lots")))["lots"]!["items"]![0]!;
        Assert.Equal(("rejected", 1), ((string)lot["state"]!, (int)lot["released"]!));
        Assert.Equal(3, (await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task Of_releases_at_once_one_is_made_and_a_case_reopened_meanwhile_is_in_one_state()
    {
        var room = await Through(cases: 1);
        var id = (await Ids(room))[0];
        var calls = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => n % 2 == 0
            ? Release(room, new { })
            : room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "x" })));
        Assert.All(calls, c => Assert.True(c.IsSuccessStatusCode || c.StatusCode == HttpStatusCode.Conflict, $"{c.StatusCode}"));
        await app.Settle(failedJobsAreFine: true);
        Assert.Contains(await room.CaseState(), new[] { "released", "adjudication" });
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}"));
        Assert.InRange(page["releases"]!.AsArray().Count, 0, 1);
        await app.InDatabase(db => db.Set<JobRecord>().Where(j => j.State == JobState.Failed).ExecuteDeleteAsync());
    }

    [SkippableFact]
    public async Task A_release_whose_only_case_was_reopened_before_its_job_began_says_why_it_was_not_made_and_can_be_asked_for_again()
    {
        var room = await Through(cases: 1);
        var asked = await Sent(Release(room, new { }));
        await app.Settle();
        var id = (await Ids(room))[0];
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "Граница" }));
        var release = Guid.CreateVersion7();
        await app.InScope(async s =>
        {
            var payload = new FreezeRelease.Payload(ReleaseId.From(release), ProjectId.From(Guid.Parse(room.Project)), new());
            var refused = await Assert.ThrowsAsync<JobRefusedException>(() => s.GetRequiredService<FreezeRelease>().Run(payload, new JobProgress(default, s.GetRequiredService<IServiceScopeFactory>(), TimeProvider.System), default));
            Assert.Equal("problem.labelling.nothing-to-release.title", refused.ReasonKey);
            return refused;
        });
        Assert.Equal(HttpStatusCode.NotFound, (await room.Manager.GetAsync($"/api/v1/labelling-releases/{release}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await room.Manager.GetAsync($"/api/v1/labelling-releases/{asked["id"]}")).StatusCode);
    }

    private static async Task<(int Cases, int InOpenLots, int ForPeople)> Outlook(ReadingRoom room, bool withOpenLots)
    {
        var told = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/release?withOpenLots={(withOpenLots ? "true" : "false")}"));
        return ((int)told["cases"]!, (int)told["inOpenLots"]!, (int)told["forPeople"]!);
    }

    private async Task<ReadingRoom> Through(int cases, bool disagreeing = false)
    {
        var room = await Open(app, cases: cases);
        await ReadAll(room, cases, disagreeing);
        if (disagreeing)
        {
            await ReadAndSubmit(room.Adjudicator, room.Document($"2.25.{cases}.1"), "adjudicate");
            await app.Settle();
        }

        for (var n = 0; n < cases; n++)
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        return room;
    }

    private async Task ReadAll(ReadingRoom room, int cases, bool disagreeing)
    {
        for (var n = 1; n <= cases; n++)
        {
            await ReadAndSubmit(room.Readers[0], room.Document($"2.25.{n}.1"));
            await ReadAndSubmit(room.Readers[1], disagreeing && n == cases ? room.Document($"2.25.{n}.1", 14, "yes") : room.Document($"2.25.{n}.1"));
        }

        await app.Settle();
    }

    private static async Task<string[]> Ids(ReadingRoom room) =>
        [.. (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]!.AsArray().Select(c => (string)c!["id"]!)];

    private static Task<HttpResponseMessage> Release(ReadingRoom room, object request) => room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/release", request);
}

public sealed class ReleasesOnSqlite(LabellingOnSqlite app) : ReleaseTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ReleasesOnPostgreSql(LabellingOnPostgreSql app) : ReleaseTests(app), IClassFixture<LabellingOnPostgreSql>;
