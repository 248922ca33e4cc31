using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Pirogov.Competitions.Submissions;

/// <summary>The file of a request, as a stream: the first file of a multipart form, or the whole body.</summary>
internal sealed record UploadedFile(string Name, Stream Bytes)
{
    private const int LongestBoundary = 100;

    /// <returns>Null when the request carries no file or does not say its name.</returns>
    public static async Task<UploadedFile?> Open(HttpRequest http, string? name, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return string.IsNullOrWhiteSpace(name) ? null : new(Path.GetFileName(name), http.Body);
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(http.ContentType).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
            return null;
        var parts = new MultipartReader(boundary, http.Body);
        try
        {
            while (await parts.ReadNextSectionAsync(cancellation) is { } part)
            {
                if (part.AsFileSection() is { FileName: { Length: > 0 } fileName, FileStream: { } bytes })
                    return new(Path.GetFileName(fileName), bytes);
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return null;
    }
}
