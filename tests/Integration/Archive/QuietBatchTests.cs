using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Integration.Competitions;
using Pirogov.Integration.Harness;
using Pirogov.Integration.Store;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

/// <summary>Day batches of a door on a clock that is put forward.</summary>
public abstract class QuietBatchTests
{
    private readonly PirogovApp app;
    private readonly MovableClock clock;

    private protected QuietBatchTests(PirogovApp app, MovableClock clock)
    {
        (this.app, this.clock) = (app, clock);
        Skip.If(app is SweptOnPostgreSql && !PirogovApp.HasPostgreSql, "No PostgreSQL cluster is configured (PIROGOV_TEST_POSTGRESQL).");
    }

    [SkippableFact]
    public async Task A_batch_of_the_day_ends_when_its_door_is_quiet_and_nothing_waits_for_review()
    {
        var engineer = await InTheMorning();
        await app.Centre("Q1");
        await Store(engineer, "Q1", SyntheticCt.Slice(951, 0, 0));
        await Store(engineer, "Q1&batch=Своя", SyntheticCt.Slice(952, 0, 0));
        var (day, named) = ((await Batches(engineer, "Q1")).Single(b => b.Name != "Своя"), (await Batches(engineer, "Q1")).Single(b => b.Name == "Своя"));
        await LookIn(TimeSpan.FromMinutes(59));
        Assert.Equal("open", await State(engineer, day.Id));

        // What comes puts it off; what waits for a reviewer keeps it open however long.
        await Store(engineer, "Q1", SyntheticCt.Slice(951, 1, 3).Set(DicomTags.BurnedInAnnotation, "YES"));
        await LookIn(TimeSpan.FromMinutes(59));
        Assert.Equal("open", await State(engineer, day.Id));
        await LookIn(TimeSpan.FromMinutes(120));
        Assert.Equal("open", await State(engineer, day.Id));
        var item = (await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{day.Id}/review"))!["items"]![0]!;
        await engineer.GetByteArrayAsync($"/api/v1/batches/{day.Id}/review/{item["id"]}/image");
        await engineer.PostAsJsonAsync($"/api/v1/batches/{day.Id}/review/{item["id"]}", new { decision = "accepted" });
        await LookIn(TimeSpan.FromMinutes(30));
        Assert.Equal("open", await State(engineer, day.Id));
        await LookIn(TimeSpan.FromMinutes(31));
        await app.Settle();
        Assert.Equal("complete", await State(engineer, day.Id));
        Assert.Equal("open", await State(engineer, named.Id));
        var noted = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.ObjectId == day.Id && e.Action == "archive.batch-quiet").Select(e => e.Details).SingleAsync());
        Assert.Contains("\"door\":\"DICOMweb\"", noted, StringComparison.Ordinal);
        var found = await engineer.GetFromJsonAsync<JsonArray>($"/dicomweb/studies?limit=100");
        Assert.Contains(found!, s => (int)s!["00201208"]!["Value"]![0]! == 2);

        // The same door on the same day begins the next one.
        await Store(engineer, "Q1", SyntheticCt.Slice(953, 0, 0));
        Assert.Equal(3, (await Batches(engineer, "Q1")).Count);
    }

    [SkippableFact]
    public async Task A_batch_that_a_gateway_opened_ends_by_itself_too_and_names_what_is_a_later_part()
    {
        var engineer = await InTheMorning();
        await app.Centre("Q3");
        async Task<string> Opened(string name) =>
            (string)(await (await engineer.PostAsJsonAsync("/api/v1/batches", new { centre = "Q3", name, endsWhenQuiet = true })).Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        async Task Sent(string batch, int slice) => Assert.Equal(HttpStatusCode.OK, (await engineer.PostAsync($"/api/v1/batches/{batch}/files",
            new ByteArrayContent(SyntheticCt.File(SyntheticCt.Slice(961, slice, 3 * slice))) { Headers = { ContentType = new("application/octet-stream") } })).StatusCode);
        var first = await Opened("Шлюз");
        await Sent(first, 0);
        // The same again, as after a restart of the gateway.
        Assert.Equal(first, await Opened("Шлюз"));
        await LookIn(TimeSpan.FromMinutes(61));
        await app.Settle();
        Assert.Equal("complete", await State(engineer, first));

        var second = await Opened("Шлюз");
        await Sent(second, 1);
        await LookIn(TimeSpan.FromMinutes(61));
        await app.Settle();
        var report = (await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{second}"))!;
        var part = Assert.Single(report["laterParts"]!.AsArray())!;
        var (later, earlier) = ((string)part["caseId"]!, (string)part["firstId"]!);
        Assert.Empty((await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{first}"))!["laterParts"]!.AsArray());
        var (ofLater, ofEarlier) = (await Parts(later), await Parts(earlier));
        Assert.Equal((earlier, true), ((string)ofLater["id"]!, (bool)ofLater["isEarlier"]!));
        Assert.Equal((later, false), ((string)ofEarlier["id"]!, (bool)ofEarlier["isEarlier"]!));

        async Task<JsonNode> Parts(string id) => Assert.Single((await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{id}"))!["otherParts"]!.AsArray())!;
    }

    [SkippableFact]
    public async Task A_batch_of_the_day_that_never_got_a_file_is_given_up()
    {
        var engineer = await InTheMorning();
        await app.Centre("Q2");
        using var nothing = new ByteArrayContent([]);
        nothing.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/related; type=\"application/dicom\"; boundary=x");
        Assert.Equal(HttpStatusCode.BadRequest, (await engineer.PostAsync("/dicomweb/studies?centre=Q2", nothing)).StatusCode);
        await LookIn(TimeSpan.FromMinutes(61));
        Assert.All(await Batches(engineer, "Q2"), b => Assert.Equal("cancelled", b.State));
    }

    [SkippableFact]
    public async Task A_file_that_came_while_its_batch_was_found_empty_stays()
    {
        var engineer = await InTheMorning();
        await app.Centre("Q4");
        await Store(engineer, "Q4", SyntheticCt.Slice(954, 0, 0));
        var day = Assert.Single(await Batches(engineer, "Q4"));
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(new Actor(Guid.Empty, "look", null, new HashSet<Role> { Role.DataEngineer }, "test"));
        var given = await scope.ServiceProvider.GetRequiredService<CancelBatch>().Handle(BatchId.From(Guid.Parse(day.Id)), default, onlyIfEmpty: true);
        Assert.True(given.IsRefused(out _));
        Assert.Equal("open", await State(engineer, day.Id));
        await LookIn(TimeSpan.FromMinutes(61));
        await app.Settle();
        Assert.Equal("complete", await State(engineer, day.Id));
    }

    /// <summary>Far from midnight, where another day's batch would begin.</summary>
    private Task<HttpClient> InTheMorning()
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (now.Hour >= 12)
            clock.Ahead += now.Date.AddDays(1) - now;
        return app.As(Role.DataEngineer);
    }

    private async Task LookIn(TimeSpan later)
    {
        clock.Ahead += later;
        await app.Services.GetRequiredService<QuietBatches>().Look(default);
    }

    private static async Task Store(HttpClient client, string centre, DicomDataset dataset)
    {
        using var content = new ByteArrayContent(SyntheticCt.File(dataset));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        var answer = await client.PostAsync($"/dicomweb/studies?centre={centre}", content);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<List<(string Id, string Name, string State)>> Batches(HttpClient client, string centre) =>
        [.. (await client.GetFromJsonAsync<JsonObject>("/api/v1/batches?size=200"))!["items"]!.AsArray().Where(b => (string)b!["centreCode"]! == centre)
            .Select(b => ((string)b!["id"]!, (string)b["name"]!, (string)b["state"]!))];

    private static async Task<string> State(HttpClient client, string batch) => (string)(await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!["state"]!;
}

public sealed class QuietBatchesOnSqlite(SweptOnSqlite app) : QuietBatchTests(app, app.Clock), IClassFixture<SweptOnSqlite>;

public sealed class QuietBatchesOnPostgreSql(SweptOnPostgreSql app) : QuietBatchTests(app, app.Clock), IClassFixture<SweptOnPostgreSql>;
