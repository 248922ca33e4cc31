using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Portal.Demo;

/// <summary>The platform's own API, called by the demonstration's people: the demo goes through the same doors as everybody.</summary>
internal sealed class DemoApi(Uri address, PirogovDb db, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(2);
    private readonly HttpClient http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    private readonly Dictionary<string, (PersonalAccessToken Token, string Secret, Guid Account)> people = [];

    public void Dispose() => http.Dispose();

    public async Task<Guid> AccountOf(string login, CancellationToken cancellation) => (await Person(login, cancellation)).Account;

    public async Task<JsonNode> Get(string login, string path, CancellationToken cancellation) =>
        JsonNode.Parse(await Send(login, HttpMethod.Get, path, null, cancellation))!;

    public Task<byte[]> Download(string login, string path, CancellationToken cancellation) => Send(login, HttpMethod.Get, path, null, cancellation);

    public Task<JsonNode> Post(string login, string path, object? body, CancellationToken cancellation) => Json(login, HttpMethod.Post, path, body, cancellation);

    public Task<JsonNode> Put(string login, string path, object body, CancellationToken cancellation) => Json(login, HttpMethod.Put, path, body, cancellation);

    public async Task<JsonNode> PostBytes(string login, string path, byte[] bytes, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        return JsonNode.Parse(await Send(login, HttpMethod.Post, path, content, cancellation))!;
    }

    /// <summary>The items of a list, found by one member's value.</summary>
    public async Task<JsonNode?> Find(string login, string list, string member, string value, CancellationToken cancellation)
    {
        var answer = await Get(login, list, cancellation);
        var items = answer as JsonArray ?? answer["items"]!.AsArray();
        return items.FirstOrDefault(i => (string?)i![member] == value);
    }

    public async Task WaitFor(string login, string jobId, CancellationToken cancellation)
    {
        while (true)
        {
            var job = await Get(login, $"/api/v1/jobs/{jobId}", cancellation);
            var state = (string)job["state"]!;
            if (state == "succeeded")
                return;
            if (state is "failed" or "cancelled")
                throw new InvalidOperationException($"A job of the demonstration ended as {state}: {job["kind"]} {job["failure"]}");
            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>The tokens end with the walk.</summary>
    public async Task Leave(CancellationToken cancellation)
    {
        foreach (var (token, _, _) in people.Values)
            token.Revoke(time.Now());
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<JsonNode> Json(string login, HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var content = body is null ? null : new StringContent(JsonSerializer.Serialize(body, PlatformJson.Options), Encoding.UTF8, "application/json");
        var answer = await Send(login, method, path, content, cancellation);
        return answer.Length == 0 ? new JsonObject() : JsonNode.Parse(answer)!;
    }

    private async Task<byte[]> Send(string login, HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await Person(login, cancellation)).Secret);
        using var answer = await http.SendAsync(request, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? bytes
            : throw new InvalidOperationException($"{method} {path} as {login}: {(int)answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
    }

    private async Task<(PersonalAccessToken Token, string Secret, Guid Account)> Person(string login, CancellationToken cancellation)
    {
        if (people.TryGetValue(login, out var known))
            return known;
        var account = await db.Users.AsNoTracking().Where(a => a.UserName == login).Select(a => a.Id).SingleAsync(cancellation);
        var (token, secret) = PersonalAccessToken.Issue(account, "demo", ["*"], time.Now(), time.Now() + TokenLife);
        db.Add(token);
        await db.SaveChangesAsync(cancellation);
        return people[login] = (token, secret, account);
    }
}
