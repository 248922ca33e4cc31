using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Dicomweb;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class MultipartAnswerTests
{
    private readonly UnreadableInstances unreadable = new(TimeProvider.System);

    [Fact]
    public async Task Parts_that_cannot_be_given_are_told_by_the_status_while_it_is_not_said()
    {
        var (http, body) = Request();
        await (await Answer(http, lookAhead: 1000, "a", null, "b")).ExecuteAsync(http);
        Assert.Equal(206, http.Response.StatusCode);
        Assert.StartsWith("299 pirogov \"1 of the parts", http.Response.Headers["Warning"].ToString(), StringComparison.Ordinal);
        Assert.Equal("no-store", http.Response.Headers.CacheControl.ToString());
        Assert.True(string.IsNullOrEmpty(http.Response.Headers.ETag));
        Assert.EndsWith("--limit--\r\n", Text(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_fails_behind_the_look_ahead_breaks_the_answer_off_and_is_remembered()
    {
        var (http, body) = Request();
        var answer = await Answer(http, lookAhead: 2, "aa", "bb", null, "cc");
        await Assert.ThrowsAsync<OperationCanceledException>(() => answer.ExecuteAsync(http));
        Assert.True(http.RequestAborted.IsCancellationRequested);
        Assert.DoesNotContain("--limit--", Text(body), StringComparison.Ordinal);
        Assert.True(unreadable.Contains("2"));
    }

    [Fact]
    public async Task A_long_answer_that_is_whole_holds_every_part_once_and_in_order()
    {
        var (http, body) = Request();
        await (await Answer(http, lookAhead: 3, "part-1", "part-2", "part-3", "part-4")).ExecuteAsync(http);
        Assert.Equal(200, http.Response.StatusCode);
        var places = Enumerable.Range(1, 4).Select(i => Text(body).IndexOf($"part-{i}", StringComparison.Ordinal)).ToArray();
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain(-1, places);
        Assert.EndsWith("--limit--\r\n", Text(body), StringComparison.Ordinal);
    }

    private Task<IResult> Answer(HttpContext http, int lookAhead, params string?[] parts) => new MultipartAnswer(unreadable) { LookAhead = lookAhead }.Of(http, "text/plain", "limit",
        parts.Select((p, i) => new PartToGive($"{i}", p is null ? null : new("text/plain", System.Text.Encoding.ASCII.GetBytes(p)))).ToAsyncEnumerable(), isWholeOnly: false, default);

    private static (DefaultHttpContext Http, MemoryStream Body) Request()
    {
        var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().BuildServiceProvider() };
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        http.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        http.Response.Headers.ETag = "\"whole\"";
        return (http, body);
    }

    private static string Text(MemoryStream body) => System.Text.Encoding.ASCII.GetString(body.ToArray());

    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource aborted = new();

        public CancellationToken RequestAborted { get => aborted.Token; set => throw new NotSupportedException(); }

        public void Abort() => aborted.Cancel();

        public void Dispose() => aborted.Dispose();
    }
}
