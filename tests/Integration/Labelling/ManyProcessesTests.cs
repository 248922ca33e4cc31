using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Assignment;

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
