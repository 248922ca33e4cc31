using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Parts some of which cannot be given: an answer never looks whole when it is not. What fits into the look-ahead is made before the status
/// is said, so that 206 with a warning tells what is left out (PS3.18 8.5, 10.4.3.3); a part that fails later breaks the connection off, and
/// is remembered, so that the next request tells of it.
/// </summary>
internal sealed class MultipartAnswer(UnreadableInstances unreadable)
{
    /// <summary>Bytes that are made before the answer begins: a hundred slices of a CT.</summary>
    public int LookAhead { get; init; } = 64 << 20;

    /// <param name="parts">In the order of the answer.</param>
    /// <param name="isWholeOnly">Whoever asks tells the parts by their places: none may be left out.</param>
    /// <param name="none">Where there are no parts at all, and none was left out.</param>
    public async Task<IResult> Of(
        HttpContext http, string type, string boundary, IAsyncEnumerable<PartToGive> parts, bool isWholeOnly, CancellationToken cancellation, Refusal? none = null)
    {
        var (ahead, bytes, left, isEnd) = (new List<MultipartPart>(), 0L, 0, false);
        var rest = parts.GetAsyncEnumerator(cancellation);
        while (bytes < LookAhead && !(isEnd = !await rest.MoveNextAsync()))
        {
            if (rest.Current.Part is { } part)
            {
                ahead.Add(part);
                bytes += part.Length;
                continue;
            }

            unreadable.Remember(rest.Current.Key);
            left++;
            if (isWholeOnly)
                break;
        }

        if (isEnd || (isWholeOnly && left > 0))
        {
            await rest.DisposeAsync();
            if (ahead.Count == 0 || (isWholeOnly && left > 0))
                return Unkept(http, (left == 0 && none is not null ? none : new FrameUnreadable()).ToHttp());
        }

        if (left > 0)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.Append("Warning", $"299 pirogov \"{left} of the parts cannot be given in an acceptable form and are left out.\"");
        }

        var answer = new MultipartRelated(type, boundary, isEnd ? ahead.ToAsyncEnumerable() : Joined(http, ahead, rest, cancellation));
        return left > 0 ? Unkept(http, answer) : answer;
    }

    private async IAsyncEnumerable<MultipartPart> Joined(
        HttpContext http, List<MultipartPart> ahead, IAsyncEnumerator<PartToGive> rest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using (rest)
        {
            foreach (var part in ahead)
                yield return part;
            ahead.Clear();
            while (await rest.MoveNextAsync())
            {
                cancellation.ThrowIfCancellationRequested();
                if (rest.Current.Part is { } part)
                {
                    yield return part;
                    continue;
                }

                unreadable.Remember(rest.Current.Key);
                http.Abort();
                throw new OperationCanceledException("A part cannot be given: the answer is broken off.");
            }
        }
    }

    /// <summary>An answer that is not whole is nothing to be kept under the tag of the whole.</summary>
    public static IResult Unkept(HttpContext http, IResult answer)
    {
        http.Response.Headers.Remove(HeaderNames.ETag);
        http.Response.Headers.CacheControl = "no-store";
        return answer;
    }
}

/// <param name="Key">Of what is tried, the same for the same bytes and form.</param>
/// <param name="Part">Null when it cannot be given.</param>
internal sealed record PartToGive(string Key, MultipartPart? Part);
