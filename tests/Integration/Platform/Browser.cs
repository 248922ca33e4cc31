using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Platform;

/// <summary>Static pages as a browser uses them: a cookie jar, and forms sent back with their hidden fields.</summary>
internal sealed partial class Browser(PirogovApp app)
{
    public HttpClient Client { get; } = app.CreateClient(
        new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true, BaseAddress = app.Nobody().BaseAddress! });

    public async Task<HttpResponseMessage> Send(string page, string form, params (string Name, string Value)[] fields)
    {
        var html = await Client.GetStringAsync(page);
        return await SendFrom(html, page, form, fields);
    }

    public async Task<HttpResponseMessage> SendFrom(string html, string page, string form, params (string Name, string Value)[] fields)
    {
        var all = fields.Append(("_handler", form)).Append(("__RequestVerificationToken", TokenIn(html)));
        using var body = new FormUrlEncodedContent(all.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));
        return await Client.PostAsync(page, body);
    }

    public Task<HttpResponseMessage> SignIn(string login, string password, string returnTo = "/jobs") =>
        Send("/sign-in?returnTo=" + Uri.EscapeDataString(returnTo), "sign-in", ("Typed.Login", login), ("Typed.Password", password));

    public async Task<bool> IsIn() => (await Client.GetAsync("/account")).StatusCode == HttpStatusCode.OK;

    public static string TokenIn(string html) => WebUtility.HtmlDecode(Token().Match(html).Groups["value"].Value);

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<value>[^"]+)""")]
    private static partial Regex Token();
}
