using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Assignment;
using Pirogov.Platform.Outbox;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Hand-outs know nothing of one another, as in several processes: the database alone keeps them apart.</summary>
public abstract class ManyProcessesTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Places_are_given_once_when_only_the_database_stands_between()
    {
        var queue = await QueueRoom.Begin(app, readers: 10, cases: 10, perCase: 4, terms: new() { ["mostOpen"] = 8 });
        var answers = await Task.WhenAll(queue.Readers.SelectMany(r => Enumerable.Range(0, 8).Select(_ => queue.Next(r))));
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict, a.StatusCode.ToString()));
        var given = new List<string>();
        foreach (var answer in answers.Where(a => a.IsSuccessStatusCode))
            given.Add((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
        Assert.Equal(40, given.Count);
        Assert.Equal(40, given.Distinct().Count());
    }

    [SkippableFact]
    public async Task Rounds_are_closed_and_lots_counted_when_several_deliver_events_at_once()
    {
        var room = await Open(app, cases: 10, plan: p =>
            (p["levels"]![0]!["share"], p["levels"]![0]!["lot"]) = (0.8, new JsonObject { ["size"] = 10, ["acceptanceNumber"] = 0 }));
        using var enough = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(_ => Deliver(enough.Token)).ToArray();
        var open = new List<(HttpClient Reader, string Id, string Series)>();
        foreach (var reader in room.Readers)
        {
            foreach (var one in (await Sent(reader.GetAsync("/api/v1/readings")))["open"]!.AsArray())
            {
                var view = await Sent(reader.GetAsync($"/api/v1/readings/{one!["id"]}"));
                open.Add((reader, (string)one["id"]!, (string)view["series"]![0]!["seriesInstanceUid"]!));
            }
        }

        foreach (var (reader, id, series) in open)
            await Sent(Save(reader, id, 0, room.Document(series)));
        await Task.WhenAll(open.OrderBy(o => o.Series, StringComparer.Ordinal).Select(o => Sent(Submit(o.Reader, o.Id, 1))));
        await app.Settle();
        var sample = (await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray();
        Assert.Equal(8, sample.Count);
        await Task.WhenAll(sample.Select(r => Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{r!["id"]}/accept", new { }))));
        await app.Settle();
        await enough.CancelAsync();
        await Task.WhenAll(others);
        var lot = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/lots")))["lots"]!["items"]![0]!;
        Assert.Equal(("accepted", 8, 0), ((string)lot["state"]!, (int)lot["judged"]!, (int)lot["errors"]!));
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases?size=200"));
        Assert.All(cases["items"]!.AsArray(), c => Assert.Equal("validated", (string)c!["state"]!));
    }

    private async Task Deliver(CancellationToken enough)
    {
        var dispatcher = ActivatorUtilities.CreateInstance<OutboxDispatcher>(app.Services);
        while (!enough.IsCancellationRequested)
        {
            try
            {
                if (await dispatcher.DeliverDue(enough) == 0)
                    await Task.Delay(5, enough);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (DbUpdateException)
            {
                // Another delivered it between the failure and its note; the host goes on likewise.
            }
        }
    }
}

public abstract class UngatedApp : LabellingApp
{
    private protected UngatedApp(Engine engine) : base(engine)
    {
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        base.ConfigureServices(services);
        services.Replace(ServiceDescriptor.Transient<HandOutGate, HandOutGate>());
    }
}

public sealed class UngatedOnSqliteApp() : UngatedApp(Engine.Sqlite);

public sealed class UngatedOnPostgreSqlApp() : UngatedApp(Engine.PostgreSql);

public sealed class ManyProcessesOnSqlite(UngatedOnSqliteApp app) : ManyProcessesTests(app), IClassFixture<UngatedOnSqliteApp>;

public sealed class ManyProcessesOnPostgreSql(UngatedOnPostgreSqlApp app) : ManyProcessesTests(app), IClassFixture<UngatedOnPostgreSqlApp>;
