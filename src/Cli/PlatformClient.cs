using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pirogov.Cli;

/// <summary>The platform said no; the message is its own, in the user's language.</summary>
internal sealed class PlatformProblem(string message, JsonObject? problem, int status) : Exception(message)
{
    /// <summary>Of the HTTP answer.</summary>
    public int Status { get; } = status;

    public string? Type { get; } = (string?)problem?["type"];

    /// <summary>The reasons one by one, where the problem has many; empty otherwise.</summary>
    public IReadOnlyList<string> Errors { get; } =
        problem?["errors"] is JsonArray errors ? [.. errors.OfType<JsonObject>().Select(e => (string?)e["text"] ?? "")] : [];

    /// <summary>How many there are; more than <see cref="Errors"/> when the platform has told the first ones only.</summary>
    public int Count { get; } = (int?)problem?["count"] ?? 0;
}

/// <summary>The API of the platform over HTTP, with the token of <see cref="Session"/>.</summary>
internal sealed class PlatformClient : IDisposable
{
    /// <summary>Bytes a second that a body may be given time for.</summary>
    private const int SlowestRate = 128 * 1024;

    private readonly HttpClient http;
    private readonly TimeSpan patience;

    /// <param name="timeout">For one request, beside the time that its bytes take on a slow line; half an hour when it is not said.</param>
    public PlatformClient(Session session, TimeSpan? timeout = null)
    {
        patience = timeout ?? TimeSpan.FromMinutes(30);
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) })
        {
            BaseAddress = session.Address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName);
        if (session.Token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.Token);
    }

    public void Dispose() => http.Dispose();

    public async Task<JsonNode> Get(string path, CancellationToken cancellation) =>
        await InTime(0, async token => await Read(await http.GetAsync(path, token), token), cancellation);

    public async Task<JsonNode> Post(string path, object body, CancellationToken cancellation) =>
        await InTime(0, async token => await Read(await http.PostAsJsonAsync(path, body, token), token), cancellation);

    public async Task<JsonNode> PostBytes(string path, Stream bytes, CancellationToken cancellation)
    {
        using var content = new StreamContent(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        return await InTime(bytes.Length, async token => await Read(await http.PostAsync(path, content, token), token), cancellation);
    }

    /// <exception cref="TaskCanceledException">It took too long.</exception>
    private async Task<JsonNode> InTime(long bytes, Func<CancellationToken, Task<JsonNode>> ask, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(patience + TimeSpan.FromSeconds(bytes / SlowestRate));
        return await ask(late.Token);
    }

    /// <summary>Polls a durable job until it has ended, telling each new percentage.</summary>
    public async Task<JsonNode> WaitFor(string jobId, Action<int, string> tell, CancellationToken cancellation)
    {
        var told = -1;
        while (true)
        {
            var job = await Get($"/api/v1/jobs/{jobId}", cancellation);
            var percent = (int)job["percent"]!;
            if (percent != told)
                tell(told = percent, (string?)job["message"] ?? "");
            if ((string)job["state"]! is "succeeded" or "failed" or "cancelled")
                return job;
            await Task.Delay(500, cancellation);
        }
    }

    private static async Task<JsonNode> Read(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            JsonNode? body = null;
            try
            {
                body = text.Length == 0 ? new JsonObject() : JsonNode.Parse(text);
            }
            catch (JsonException)
            {
                // A proxy's page instead of an answer: the status says enough.
            }

            if (answer.IsSuccessStatusCode && body is not null)
                return body;
            var message = body is JsonObject problem && problem["title"] is { } title ? $"{title}: {problem["detail"]}"
                : Words.Of["cli.status", new { status = (int)answer.StatusCode }];
            throw new PlatformProblem(message, body as JsonObject, (int)answer.StatusCode);
        }
    }
}
