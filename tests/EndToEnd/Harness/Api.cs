using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Harness;

/// <summary>The platform's API with one person's token; an answer that is no success fails the test with its text.</summary>
internal sealed class Api(PlatformProcess platform, string token) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly HttpClient http = platform.Client(token);

    public string Token => token;

    public void Dispose() => http.Dispose();

    public static async Task<Api> Of(PlatformProcess platform, string login, string password) => new(platform, await platform.Token(login, password));

    public async Task<JsonNode> Get(string path) => JsonNode.Parse(await Succeed(await http.GetAsync(path)))!;

    public async Task<byte[]> Bytes(string path)
    {
        using var answer = await http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public async Task<HttpStatusCode> Status(string path) => (await http.GetAsync(path)).StatusCode;

    public async Task<JsonNode> Post(string path, object? body = null) => Parse(await Succeed(await http.PostAsJsonAsync(path, body ?? new { })));

    public async Task<JsonNode> Put(string path, object body) => Parse(await Succeed(await http.PutAsJsonAsync(path, body)));

    public async Task<JsonNode> Send(string path, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return Parse(await Succeed(await http.PostAsync(path, content)));
    }

    public async Task<JsonNode[]> Items(string path) => [.. (await Get(path))["items"]!.AsArray().Select(i => i!)];

    /// <summary>Polls until the answer is as wanted.</summary>
    public async Task<JsonNode> Until(string path, Func<JsonNode, bool> wanted)
    {
        JsonNode? last = null;
        for (var waited = TimeSpan.Zero; waited < Patience; waited += TimeSpan.FromMilliseconds(100))
        {
            last = await Get(path);
            if (wanted(last))
                return last;
            await Task.Delay(100);
        }

        Assert.Fail($"{path} did not become what was waited for: {last?.ToJsonString()[..Math.Min(2000, last.ToJsonString().Length)]}");
        return last!;
    }

    public async Task Job(JsonNode jobId)
    {
        var ended = await Until($"/api/v1/jobs/{jobId}", j => (string?)j["state"] is "succeeded" or "failed" or "cancelled");
        Assert.True((string?)ended["state"] == "succeeded", ended.ToJsonString());
    }

    private static JsonNode Parse(string text) => text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;

    private static async Task<string> Succeed(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {(int)answer.StatusCode} {text}");
            return text;
        }
    }
}
