using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Web;

namespace Pirogov.Integration.Platform;

/// <summary>The host behind a real socket, told which reverse proxies to believe.</summary>
public abstract class ProxiedApp : PirogovApp
{
    private readonly string known;

    protected ProxiedApp(string known) : base(Engine.Sqlite)
    {
        this.known = known;
        UseKestrel(0);
    }

    /// <summary>A browser or a program at this address, as the proxy on 127.0.0.1 tells it.</summary>
    internal static HttpClient From(HttpClient client, string address)
    {
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Proxy:Known", known);
        builder.UseSetting("SignIn:PerLogin", "5");
        builder.UseSetting("SignIn:PerAddress", "12");
    }

    /// <returns>The address that the audit log names for a refused sign-in, and whether the cookie was for TLS alone.</returns>
    internal async Task<(string Origin, bool IsSecure)> Knock(string address)
    {
        var client = From(Nobody(), address);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/tokens/issue", new { login = "nobody", password = "nothing" })).StatusCode);
        var cookie = (await client.GetAsync("/sign-in")).Headers.GetValues("Set-Cookie").First(c => c.StartsWith("pirogov.csrf", StringComparison.Ordinal));
        await Settle();
        var last = await InDatabase(db => db.Set<AuditEntry>().AsNoTracking().OrderByDescending(e => e.Sequence).FirstAsync(e => e.Action == "platform.sign-in-refused"));
        return (last.Origin, cookie.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }
}

public sealed class BehindProxyApp() : ProxiedApp("10.0.0.0/8, 127.0.0.1, ::1");

public sealed class BesideProxyApp() : ProxiedApp("10.0.0.0/8");

public sealed class ProxyTests(BehindProxyApp behind, BesideProxyApp beside) : IClassFixture<BehindProxyApp>, IClassFixture<BesideProxyApp>
{
    [Fact]
    public async Task A_known_proxy_says_who_is_calling_and_how() => Assert.Equal(("203.0.113.7", true), await behind.Knock("203.0.113.7"));

    [Fact]
    public async Task Of_a_chain_only_the_known_links_are_believed() => Assert.Equal(("203.0.113.8", true), await behind.Knock("198.51.100.1, 203.0.113.8"));

    [Fact]
    public async Task Anybody_elses_header_is_ignored() => Assert.Equal(("127.0.0.1", false), await beside.Knock("203.0.113.7"));

    [Fact]
    public void Without_configuration_no_header_is_read() => Assert.Null(Proxy.Options(Configured("")));

    [Fact]
    public void What_is_no_address_stops_the_start() =>
        Assert.Contains("proxy.example", Assert.Throws<InvalidOperationException>(() => Proxy.Options(Configured("10.0.0.1, proxy.example"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task One_login_from_one_address_is_slowed_and_nobody_beside_it()
    {
        var client = ProxiedApp.From(behind.Nobody(), "203.0.113.20");
        await IsTooMany(await UntilOther(HttpStatusCode.Forbidden, _ => Try(client, "guessed")));
        Assert.Equal(HttpStatusCode.Forbidden, (await Try(client, "neighbour")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Try(ProxiedApp.From(behind.Nobody(), "203.0.113.21"), "guessed")).StatusCode);
    }

    [Fact]
    public async Task One_address_altogether_is_slowed_by_its_attempts_and_reads_pages_freely()
    {
        var client = ProxiedApp.From(behind.Nobody(), "203.0.113.30");
        await IsTooMany(await UntilOther(HttpStatusCode.Forbidden, attempt => Try(client, $"colleague-{attempt}")));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/sign-in")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Try(ProxiedApp.From(behind.Nobody(), "203.0.113.31"), "elsewhere")).StatusCode);
    }

    [Theory]
    [InlineData("203.0.113.40", "guessed-here", "platform.too-many-requests")]
    [InlineData("203.0.113.41", "colleague-here-{0}", "data-status=\"429\"")]
    public async Task People_are_told_on_a_page_when_to_come_again(string address, string login, string told)
    {
        var browser = new Browser(behind);
        browser.Client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        var slowed = await UntilOther(HttpStatusCode.Forbidden,
            attempt => browser.SignIn(string.Format(CultureInfo.InvariantCulture, login, attempt), "Wrong-Horse-7"));
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
        Assert.True(slowed.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains(told, await slowed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> Try(HttpClient client, string login) =>
        client.PostAsJsonAsync("/api/v1/tokens/issue", new { login, password = "Wrong-Horse-7" });

    /// <summary>The buckets fill again while the test runs, on a slow machine by more: how many attempts they hold is not asked.</summary>
    private static async Task<HttpResponseMessage> UntilOther(HttpStatusCode expected, Func<int, Task<HttpResponseMessage>> attempt)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await attempt(i) is var answer && answer.StatusCode != expected)
                return answer;
        }

        throw new Xunit.Sdk.XunitException($"A hundred times {expected}.");
    }

    private static async Task IsTooMany(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("/problems/platform.too-many-requests", (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
    }

    private static IConfiguration Configured(string known) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>("Proxy:Known", known)]).Build();
}
