using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>One person's program: their token, and a watch on each request.</summary>
internal sealed class Caller(HttpClient http, Latencies latencies, string token)
{
    public Task<JsonNode> Get(string kind, string path) => Send(kind, HttpMethod.Get, path, null);

    public Task<JsonNode> Post(string kind, string path, object? body = null) => Send(kind, HttpMethod.Post, path, body ?? new { });

    public Task<JsonNode> Put(string kind, string path, object body) => Send(kind, HttpMethod.Put, path, body);

    /// <returns>Null when the platform says no with one of the expected words.</returns>
    public async Task<JsonNode?> Try(string kind, HttpMethod method, string path, object? body, params HttpStatusCode[] refusals)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        if (body is not null)
            request.Content = JsonContent.Create(body);
        var start = Stopwatch.GetTimestamp();
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        latencies.Add(kind, Stopwatch.GetElapsedTime(start));
        if (refusals.Contains(answer.StatusCode))
            return null;
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text[..Math.Min(text.Length, 600)]}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> Send(string kind, HttpMethod method, string path, object? body) => (await Try(kind, method, path, body))!;
}
