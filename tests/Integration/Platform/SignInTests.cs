using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

public abstract partial class SignInTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_person_signs_in_and_out()
    {
        await App.Person("walker", [Role.Expert]);
        var browser = new Browser(App);
        var answer = await browser.SignIn("walker@test.example", PirogovApp.Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/jobs", answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.AbsolutePath : answer.Headers.Location.OriginalString);
        Assert.True(await browser.IsIn());
        var html = await browser.Client.GetStringAsync("/");
        using var body = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", Browser.TokenIn(html))]);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.Client.PostAsync("/sign-out", body)).StatusCode);
        Assert.False(await browser.IsIn());
    }

    [SkippableFact]
    public async Task Nobody_is_sent_to_another_host_after_signing_in()
    {
        await App.Person("tourist", [Role.Expert]);
        foreach (var elsewhere in new[] { "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example" })
        {
            var answer = await new Browser(App).SignIn("tourist", PirogovApp.Password, elsewhere);
            Assert.DoesNotContain("elsewhere", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Five_wrong_passwords_lock_the_account_even_for_the_right_one()
    {
        await App.Person("forgetful", [Role.Expert]);
        var browser = new Browser(App);
        for (var attempt = 1; attempt <= 5; attempt++)
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignIn("forgetful", "Wrong-Horse-7")).StatusCode);
        var answer = await browser.SignIn("forgetful", PirogovApp.Password);
        Assert.Contains("platform.account-locked", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var administrator = await App.As(Role.Administrator);
        var (id, _) = await App.Person("forgetful", []);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.PostAsync($"/api/v1/accounts/{id}/unlock", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignIn("forgetful", PirogovApp.Password)).StatusCode);
    }

    [SkippableFact]
    public async Task An_unknown_login_and_a_wrong_password_are_told_apart_by_nothing()
    {
        await App.Person("present", [Role.Expert]);
        async Task<string?> Problem(string login)
        {
            var answer = await App.Nobody().PostAsJsonAsync("/api/v1/tokens/issue", new { login, password = "Wrong-Horse-7" });
            return await answer.Content.ReadAsStringAsync();
        }

        Assert.Equal(await Problem("absent"), await Problem("present"));
    }

    [SkippableFact]
    public async Task A_disabled_account_neither_signs_in_nor_uses_its_tokens()
    {
        var client = await App.As("leaver", [Role.Expert]);
        var (id, _) = await App.Person("leaver", []);
        var administrator = await App.As(Role.Administrator);
        var off = await administrator.PutAsJsonAsync($"/api/v1/accounts/{id}", new { fullName = "Leaver", roles = new[] { "expert" }, isDisabled = true });
        Assert.Equal(HttpStatusCode.NoContent, off.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/account")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await new Browser(App).SignIn("leaver", PirogovApp.Password)).StatusCode);
    }

    [SkippableFact]
    public async Task With_a_second_factor_the_password_alone_does_not_open_the_door()
    {
        await App.Person("careful", [Role.Expert]);
        var browser = new Browser(App);
        await browser.SignIn("careful", PirogovApp.Password);
        var page = await browser.Client.GetStringAsync("/account/second-factor");
        var secret = Secret().Match(page).Groups["secret"].Value;
        var set = await browser.SendFrom(page, "/account/second-factor", "second-factor", ("Code", Authenticator.Code(App, secret)));
        var recovery = Recovery().Match(await set.Content.ReadAsStringAsync()).Groups["code"].Value;
        Assert.NotEmpty(recovery);

        var another = new Browser(App);
        var answer = await another.SignIn("careful", PirogovApp.Password);
        Assert.Contains("/sign-in/two-factor", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.False(await another.IsIn());
        Assert.Equal(HttpStatusCode.Forbidden, (await another.Send("/sign-in/two-factor", "two-factor", ("Code", "not-a-code"))).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await another.Send("/sign-in/two-factor", "two-factor", ("Code", Authenticator.Code(App, secret, ahead: 1)))).StatusCode);
        Assert.True(await another.IsIn());

        var third = new Browser(App);
        await third.SignIn("careful", PirogovApp.Password);
        Assert.Equal(HttpStatusCode.Redirect, (await third.Send("/sign-in/two-factor", "two-factor", ("Code", recovery))).StatusCode);
        var fourth = new Browser(App);
        await fourth.SignIn("careful", PirogovApp.Password);
        Assert.Equal(HttpStatusCode.Forbidden, (await fourth.Send("/sign-in/two-factor", "two-factor", ("Code", recovery))).StatusCode);
    }

    [SkippableFact]
    public async Task A_code_opens_the_door_once()
    {
        var secret = await Authenticator.SetUp(App, "overlooked");
        var code = Authenticator.Code(App, secret);
        async Task<HttpStatusCode> Try(string typed)
        {
            var browser = new Browser(App);
            await browser.SignIn("overlooked", PirogovApp.Password);
            return (await browser.Send("/sign-in/two-factor", "two-factor", ("Code", typed))).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Redirect, await Try(code));
        Assert.Equal(HttpStatusCode.Forbidden, await Try(code));
        var byTerminal = await App.Nobody().PostAsJsonAsync("/api/v1/tokens/issue", new { login = "overlooked", password = PirogovApp.Password, code });
        Assert.Equal("/problems/platform.wrong-code", (string)(await byTerminal.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
        Assert.Equal(HttpStatusCode.Redirect, await Try(Authenticator.Code(App, secret, ahead: 1)));
        // The step before the one that was used is spent with it.
        Assert.Equal(HttpStatusCode.Forbidden, await Try(Authenticator.Code(App, secret)));
    }

    [SkippableFact]
    public async Task Of_many_attempts_with_one_code_at_once_one_succeeds()
    {
        var secret = await Authenticator.SetUp(App, "hurried");
        var code = Authenticator.Code(App, secret, ahead: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            App.Nobody().PostAsJsonAsync("/api/v1/tokens/issue", new { login = "hurried", password = PirogovApp.Password, code })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.Forbidden, a.StatusCode.ToString()));
    }

    [SkippableFact]
    public async Task The_command_line_trades_password_and_code_for_a_token()
    {
        var secret = await Authenticator.SetUp(App, "terminal");
        Task<HttpResponseMessage> Issue(string? code) =>
            App.Nobody().PostAsJsonAsync("/api/v1/tokens/issue", new { login = "terminal", password = PirogovApp.Password, code, name = "laptop" });
        Assert.Equal("/problems/platform.second-factor-needed", (string)(await (await Issue(null)).Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await Issue("abcdef")).StatusCode);
        var issued = await Issue(Authenticator.Code(App, secret));
        Assert.Equal(HttpStatusCode.Created, issued.StatusCode);
        var client = App.Nobody();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)(await issued.Content.ReadFromJsonAsync<JsonObject>())!["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/account")).StatusCode);
    }

    [SkippableFact]
    public async Task A_change_by_cookie_needs_the_antiforgery_header()
    {
        await App.Person("clicker", [Role.Expert]);
        var browser = new Browser(App);
        await browser.SignIn("clicker", PirogovApp.Password);
        var change = new { fullName = "Clicker", culture = "ru" };
        var bare = await browser.Client.PutAsJsonAsync("/api/v1/account", change);
        Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);
        Assert.Equal("/problems/platform.antiforgery", (string)(await bare.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
        browser.Client.DefaultRequestHeaders.Add("X-CSRF-TOKEN", Browser.TokenIn(await browser.Client.GetStringAsync("/account")));
        Assert.Equal(HttpStatusCode.NoContent, (await browser.Client.PutAsJsonAsync("/api/v1/account", change)).StatusCode);
    }

    [SkippableFact]
    public async Task A_new_password_ends_the_sessions_and_tokens_of_the_old_one()
    {
        var client = await App.As("robbed", [Role.Expert]);
        var (id, _) = await App.Person("robbed", []);
        var administrator = await App.As(Role.Administrator);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await administrator.PostAsJsonAsync($"/api/v1/accounts/{id}/password", new { password = "short" })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await administrator.PostAsJsonAsync($"/api/v1/accounts/{id}/password", new { password = "Another-Horse-8" })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/account")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await new Browser(App).SignIn("robbed", PirogovApp.Password)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await new Browser(App).SignIn("robbed", "Another-Horse-8")).StatusCode);
    }

    [GeneratedRegex("""id="second-factor-secret">(?<secret>[^<]+)<""")]
    private static partial Regex Secret();

    [GeneratedRegex("""id="recovery-codes">\s*<li>(?<code>[^<]+)</li>""")]
    private static partial Regex Recovery();
}

public sealed class SignInOnSqlite(SqliteApp app) : SignInTests(app), IClassFixture<SqliteApp>;

public sealed class SignInOnPostgreSql(PostgreSqlApp app) : SignInTests(app), IClassFixture<PostgreSqlApp>;
