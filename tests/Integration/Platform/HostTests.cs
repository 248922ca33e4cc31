using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

public abstract class HostTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task The_host_is_alive_and_ready()
    {
        var nobody = App.Nobody();
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/ready")).StatusCode);
    }

    [SkippableFact]
    public async Task Without_a_token_the_api_answers_with_a_problem_and_no_redirect()
    {
        var answer = await App.Nobody().GetAsync("/api/v1/jobs");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [SkippableFact]
    public async Task Everybody_sees_the_list_of_their_own_jobs()
    {
        var client = await App.As(Role.Expert);
        var page = await client.GetFromJsonAsync<JsonObject>("/api/v1/jobs");
        Assert.Equal(0, (int)page!["total"]!);
    }
}

public sealed class HostOnSqlite(SqliteApp app) : HostTests(app), IClassFixture<SqliteApp>;

public sealed class HostOnPostgreSql(PostgreSqlApp app) : HostTests(app), IClassFixture<PostgreSqlApp>;
