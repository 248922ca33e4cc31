using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Platform;

public abstract class TokenTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_token_may_what_its_scopes_name_and_nothing_else()
    {
        var narrow = With(await Make(await App.As("scoped", [Role.Expert]), "platform.see-jobs"));
        Assert.Equal(HttpStatusCode.OK, (await narrow.GetAsync("/api/v1/jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await narrow.GetAsync("/api/v1/account")).StatusCode);
    }

    [SkippableFact]
    public async Task A_token_never_makes_one_that_may_more()
    {
        var narrow = With(await Make(await App.As("climber", [Role.Expert]), "platform.own-account"));
        var wider = await narrow.PostAsJsonAsync("/api/v1/tokens", new { name = "wider", scopes = new[] { "*" }, days = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, wider.StatusCode);
        Assert.Equal("/problems/platform.scope-beyond-own", (string)(await wider.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
        Assert.Equal(HttpStatusCode.Created, (await narrow.PostAsJsonAsync("/api/v1/tokens", new { name = "same", scopes = new[] { "platform.own-account" }, days = 1 })).StatusCode);
    }

    [SkippableFact]
    public async Task A_scope_that_the_person_lacks_is_refused()
    {
        var expert = await App.As("hopeful", [Role.Expert]);
        var answer = await expert.PostAsJsonAsync("/api/v1/tokens", new { name = "keys", scopes = new[] { "platform.manage-accounts" }, days = 1 });
        Assert.Equal("/problems/platform.unknown-scope", (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(367)]
    public async Task A_token_lives_a_day_at_least_and_a_year_at_most(int days)
    {
        var expert = await App.As("patient-one", [Role.Expert]);
        var answer = await expert.PostAsJsonAsync("/api/v1/tokens", new { name = "long", scopes = new[] { "*" }, days });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [SkippableFact]
    public async Task A_revoked_token_opens_nothing()
    {
        var owner = await App.As("revoker", [Role.Expert]);
        var made = await owner.PostAsJsonAsync("/api/v1/tokens", new { name = "short-lived", scopes = new[] { "*" }, days = 1 });
        var issued = (await made.Content.ReadFromJsonAsync<JsonObject>())!;
        var client = With((string)issued["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/account")).StatusCode);
        var stranger = await App.As("stranger", [Role.Expert]);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync($"/api/v1/tokens/{issued["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/v1/tokens/{issued["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/account")).StatusCode);
    }

    [SkippableFact]
    public async Task An_expired_token_opens_nothing()
    {
        var (id, _) = await App.Person("late", [Role.Expert]);
        var secret = await App.InDatabase(async db =>
        {
            var now = TimeProvider.System.Now();
            var (token, text) = PersonalAccessToken.Issue(id, "old", ["*"], now.AddDays(-2), now.AddDays(-1));
            db.Add(token);
            await db.SaveChangesAsync();
            return text;
        });
        Assert.Equal(HttpStatusCode.Unauthorized, (await With(secret).GetAsync("/api/v1/account")).StatusCode);
    }

    [SkippableFact]
    public async Task The_secret_is_in_the_answer_that_made_it_and_nowhere_else()
    {
        var owner = await App.As("secretive", [Role.Expert]);
        var secret = await Make(owner, "*");
        Assert.DoesNotContain(secret, await owner.GetStringAsync("/api/v1/tokens"), StringComparison.Ordinal);
        Assert.False(await App.InDatabase(db => Task.FromResult(db.Set<PersonalAccessToken>().Any(t => t.SecretSha256 == secret))));
    }

    private static async Task<string> Make(HttpClient owner, params string[] scopes)
    {
        var answer = await owner.PostAsJsonAsync("/api/v1/tokens", new { name = "made", scopes, days = 7 });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!;
    }

    private HttpClient With(string secret)
    {
        var client = App.Nobody();
        client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return client;
    }
}

public sealed class TokensOnSqlite(SqliteApp app) : TokenTests(app), IClassFixture<SqliteApp>;

public sealed class TokensOnPostgreSql(PostgreSqlApp app) : TokenTests(app), IClassFixture<PostgreSqlApp>;
