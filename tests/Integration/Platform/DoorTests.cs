using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Web;

namespace Pirogov.Integration.Platform;

/// <summary>What every answer carries, and how the host says no.</summary>
public sealed class DoorTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/no-such-page")]
    [InlineData("/api/v1/jobs")]
    public async Task Every_answer_carries_the_protecting_headers(string address)
    {
        var answer = await app.Nobody().GetAsync(address);
        var policy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("ru", "Не найдено")]
    [InlineData("en", "Not found")]
    public async Task An_unknown_address_of_the_api_is_a_problem_in_the_callers_language(string language, string title)
    {
        var client = await app.As(Role.Expert);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/no-such-thing");
        client.DefaultRequestHeaders.AcceptLanguage.Clear();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("/problems/platform.not-found", (string)problem["type"]!);
        Assert.Equal(title, (string)problem["title"]!);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_a_problem_too()
    {
        var client = await app.As(Role.Administrator);
        using var body = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        var answer = await client.PostAsync("/api/v1/organisations", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("/problems/platform.bad-request", (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"]!);
    }

    [Fact]
    public async Task A_page_that_is_not_there_answers_with_a_page()
    {
        var browser = new Browser(app);
        await app.Person("lost", [Role.Expert]);
        await browser.SignIn("lost", PirogovApp.Password);
        var answer = await browser.Client.GetAsync("/no-such-page");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("<h1", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_of_every_problem_leads_to_its_meaning()
    {
        var client = app.Nobody();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/problems/platform.forbidden")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/problems/platform.no-such-problem")).StatusCode);
    }

    [Fact]
    public async Task The_list_of_problems_has_types_alone_each_with_its_anchor()
    {
        var html = await app.Nobody().GetStringAsync("/problems");
        Assert.Contains("id=\"platform.forbidden\"", html, StringComparison.Ordinal);
        Assert.Contains("id=\"labelling/document-does-not-fit-schema\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("labelling.document.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("labelling.schema.", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ru", "Имя и фамилия")]
    [InlineData("en", "Full name")]
    public async Task A_refusal_names_a_field_as_the_form_does(string language, string name)
    {
        var client = await app.As(Role.Expert);
        client.DefaultRequestHeaders.AcceptLanguage.Clear();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var problem = (await (await client.PutAsJsonAsync("/api/v1/account", new { fullName = "", culture = "ru" })).Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Contains(name, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal("fullName", (string)problem["field"]!);
    }

    [Fact]
    public void No_query_takes_an_enumeration_in_other_words_than_the_answers()
    {
        var handlers = app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.OfType<MethodInfo>().SelectMany(m => m.GetParameters()).Select(p => (e.RoutePattern.RawText, Type: Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType)))
            .ToArray();
        Assert.Contains(handlers, h => h.Type == typeof(EnumWord<Role>));
        Assert.Empty(handlers.Where(h => h.Type.IsEnum).Select(h => h.RawText));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/showcase")]
    [InlineData("/help")]
    [InlineData("/problems")]
    public async Task What_anybody_may_read_needs_no_session(string address) =>
        Assert.Equal(HttpStatusCode.OK, (await app.Nobody().GetAsync(address)).StatusCode);

    [Fact]
    public async Task Every_role_has_a_start_page_that_says_what_to_do()
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            var browser = new Browser(app);
            await app.Person($"starter-{role}", [role]);
            await browser.SignIn($"starter-{role}", PirogovApp.Password);
            var html = await browser.Client.GetStringAsync("/");
            Assert.Contains("id=\"start\"", html, StringComparison.Ordinal);
            Assert.DoesNotContain("portal.start", html, StringComparison.Ordinal);
        }
    }
}
