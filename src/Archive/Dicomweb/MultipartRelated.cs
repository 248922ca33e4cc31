using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pirogov.Archive.Dicomweb;

/// <summary>One part and the media type that its header names.</summary>
internal sealed record MultipartPart(string ContentType, ReadOnlyMemory<byte> Bytes)
{
    /// <param name="large">From its beginning to its end; closed when it has gone out.</param>
    public MultipartPart(string contentType, Stream large)
        : this(contentType, default(ReadOnlyMemory<byte>)) => Large = large;

    public Stream? Large { get; }

    /// <summary>Open as long as <see cref="Large"/> is read, and closed behind it.</summary>
    public IAsyncDisposable? Source { get; init; }

    /// <summary>Address of what the part holds, where it has one.</summary>
    public string? Location { get; init; }

    public long Length => Large?.Length ?? Bytes.Length;
}

/// <summary>
/// A multipart/related body (RFC 2387, PS3.18 8.6.1.2), written part by part. The boundary is given by the caller, so that
/// the same content is the same bytes and an entity tag holds.
/// </summary>
internal sealed class MultipartRelated(string type, string boundary, IAsyncEnumerable<MultipartPart> parts) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = $"multipart/related; type=\"{type}\"; boundary={boundary}";
        await foreach (var part in parts.WithCancellation(httpContext.RequestAborted))
        {
            await response.Body.WriteAsync(Ascii(string.Create(CultureInfo.InvariantCulture,
                $"--{boundary}\r\nContent-Type: {part.ContentType}\r\n{(part.Location is { } location ? $"Content-Location: {location}\r\n" : "")}Content-Length: {part.Length}\r\n\r\n")), httpContext.RequestAborted);
            await using (part.Source)
            await using (part.Large)
                await (part.Large?.CopyToAsync(response.Body, httpContext.RequestAborted) ?? response.Body.WriteAsync(part.Bytes, httpContext.RequestAborted).AsTask());
            await response.Body.WriteAsync("\r\n"u8.ToArray(), httpContext.RequestAborted);
        }

        await response.Body.WriteAsync(Ascii($"--{boundary}--\r\n"), httpContext.RequestAborted);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
