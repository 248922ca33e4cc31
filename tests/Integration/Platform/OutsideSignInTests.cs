using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Platform;

/// <summary>The host with an institution's provider beside it.</summary>
public abstract class OutsideApp(Engine engine) : PirogovApp(engine)
{
    internal OpenIdProvider Provider { get; } = new();

    public override async Task InitializeAsync()
    {
        await Provider.Start();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Provider.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Oidc:Authority", Provider.Address);
        builder.UseSetting("Oidc:RequireHttpsMetadata", "false");
        builder.UseSetting("Oidc:ClientId", OpenIdProvider.ClientId);
        builder.UseSetting("Oidc:ClientSecret", OpenIdProvider.ClientSecret);
        builder.UseSetting("Oidc:DisplayName", "Institute");
    }
}

public sealed class OutsideOnSqliteApp() : OutsideApp(Engine.Sqlite);

public sealed class OutsideOnPostgreSqlApp() : OutsideApp(Engine.PostgreSql);

public abstract class OutsideSignInTests : OnBothEngines
{
    private readonly OutsideApp app;

    protected OutsideSignInTests(OutsideApp app) : base(app)
    {
        this.app = app;
        (app.Provider.Forge, app.Provider.SignWithAnotherKey) = (null, false);
    }

    [SkippableFact]
    public async Task A_colleague_is_known_by_a_verified_address_once_and_by_the_institutions_id_from_then_on()
    {
        var (id, _) = await App.Person("colleague", [Role.Expert]);
        Comes("sub-colleague", "colleague@test.example");
        var browser = new Browser(App);
        Assert.Equal("/account?tab=1", await SignIn(browser, "/account?tab=1"));
        Assert.True(await browser.IsIn());
        Assert.Equal("S256", app.Provider.LastRequest["code_challenge_method"]);
        Comes("sub-colleague", "married@test.example");
        var again = new Browser(App);
        Assert.Equal("/", await SignIn(again, "/"));
        Assert.Equal(id.ToString(), (string)(await again.Client.GetFromJsonAsync<JsonObject>("/api/v1/account"))!["id"]!);
        await App.Settle();
        var noted = await App.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().CountAsync(e => e.Action == "platform.signed-in" && e.AccountId == id));
        Assert.Equal(2, noted);
    }

    [SkippableFact]
    public async Task A_stranger_gets_no_account()
    {
        await App.As(Role.Expert);
        var before = await App.InDatabase(db => db.Users.CountAsync());
        Comes("sub-stranger", "stranger@elsewhere.example");
        await IsRefused();
        Assert.Equal(before, await App.InDatabase(db => db.Users.CountAsync()));
    }

    [SkippableFact]
    public async Task An_address_that_the_institution_has_not_verified_opens_nothing()
    {
        await App.Person("unverified", [Role.Administrator]);
        Comes("sub-unverified", "unverified@test.example");
        app.Provider.Person["email_verified"] = false;
        await IsRefused();
        app.Provider.Person.Remove("email_verified");
        await IsRefused();
    }

    [SkippableFact]
    public async Task A_disabled_account_stays_shut_before_and_after_it_was_linked()
    {
        var (linked, _) = await App.Person("linked", [Role.Expert]);
        await App.Person("unlinked", [Role.Expert]);
        Comes("sub-linked", "linked@test.example");
        await SignIn(new Browser(App), "/");
        await App.InDatabase(async db =>
        {
            foreach (var account in await db.Users.Where(a => a.UserName == "linked" || a.UserName == "unlinked").ToArrayAsync())
                account.IsDisabled = true;
            return await db.SaveChangesAsync();
        });
        await IsRefused();
        Comes("sub-unlinked", "unlinked@test.example");
        await IsRefused();
        await App.Settle();
        Assert.True(await App.InDatabase(db => db.Set<AuditEntry>().AnyAsync(e => e.Action == "platform.sign-in-refused" && e.ObjectId == linked.ToString())));
    }

    [SkippableTheory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("nonce")]
    [InlineData("exp")]
    [InlineData("signature")]
    public async Task A_forged_answer_is_refused(string forged)
    {
        await App.Person("victim", [Role.Administrator]);
        Comes("sub-victim", "victim@test.example");
        app.Provider.SignWithAnotherKey = forged == "signature";
        app.Provider.Forge = claims =>
        {
            if (forged == "exp")
                claims["exp"] = (long)claims["iat"]! - 3600;
            else if (forged != "signature")
                claims[forged] = "https://elsewhere.example";
        };
        await IsRefused();
    }

    [SkippableFact]
    public async Task An_answer_that_was_not_asked_for_in_this_browser_is_refused()
    {
        await App.Person("tricked", [Role.Expert]);
        Comes("sub-tricked", "tricked@test.example");
        var answer = await ToProviderAndBack(new Browser(App), "/");
        var other = new Browser(App);
        Assert.Contains("refused=outside", (await other.Client.GetAsync(answer)).Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.False(await other.IsIn());
    }

    [SkippableFact]
    public async Task A_second_factor_is_still_asked_for()
    {
        var secret = await Authenticator.SetUp(App, "twice");
        Comes("sub-twice", "twice@test.example");
        var browser = new Browser(App);
        var next = await SignIn(browser, "/jobs");
        Assert.Equal("/sign-in/two-factor?returnTo=%2Fjobs", next);
        Assert.False(await browser.IsIn());
        var answer = await browser.Send(next, "two-factor", ("Code", Authenticator.Code(App, secret)));
        Assert.EndsWith("/jobs", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.True(await browser.IsIn());
    }

    [SkippableFact]
    public async Task Nobody_becomes_administrator_by_what_the_institution_says()
    {
        await App.Person("climber", [Role.Expert]);
        Comes("sub-climber", "climber@test.example");
        foreach (var claim in new[] { "role", "roles", "groups", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role" })
            app.Provider.Person[claim] = "Administrator";
        var browser = new Browser(App);
        await SignIn(browser, "/");
        var roles = (await browser.Client.GetFromJsonAsync<JsonObject>("/api/v1/account"))!["roles"]!.AsArray();
        Assert.Equal("expert", (string)Assert.Single(roles)!);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Client.GetAsync("/api/v1/accounts")).StatusCode);
    }

    [SkippableFact]
    public async Task Nobody_is_sent_to_another_host_from_the_institution()
    {
        await App.Person("wanderer", [Role.Expert]);
        Comes("sub-wanderer", "wanderer@test.example");
        Assert.Equal("/", await SignIn(new Browser(App), "https://elsewhere.example/"));
    }

    private void Comes(string subject, string email) =>
        app.Provider.Person = new() { ["sub"] = subject, ["email"] = email, ["email_verified"] = true };

    private async Task IsRefused()
    {
        var browser = new Browser(App);
        Assert.Contains("/sign-in?refused=outside", await SignIn(browser, "/"), StringComparison.Ordinal);
        Assert.False(await browser.IsIn());
    }

    /// <returns>Where the host leads at the end.</returns>
    private static async Task<string> SignIn(Browser browser, string returnTo)
    {
        var answer = await browser.Client.GetAsync(await ToProviderAndBack(browser, returnTo));
        var next = answer.Headers.Location!.ToString();
        if (!next.Contains("/sign-in/outside/return", StringComparison.Ordinal))
            return next;
        return (await browser.Client.GetAsync(next)).Headers.Location!.ToString();
    }

    /// <returns>The address on the host that the provider sends the browser to.</returns>
    private static async Task<Uri> ToProviderAndBack(Browser browser, string returnTo)
    {
        var left = await browser.Client.GetAsync("/sign-in/outside?returnTo=" + Uri.EscapeDataString(returnTo));
        Assert.Equal(HttpStatusCode.Redirect, left.StatusCode);
        using var outside = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        return (await outside.GetAsync(left.Headers.Location)).Headers.Location!;
    }
}

public sealed class OutsideSignInOnSqlite(OutsideOnSqliteApp app) : OutsideSignInTests(app), IClassFixture<OutsideOnSqliteApp>;

public sealed class OutsideSignInOnPostgreSql(OutsideOnPostgreSqlApp app) : OutsideSignInTests(app), IClassFixture<OutsideOnPostgreSqlApp>;
