using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pirogov.Archive.Dicomweb;

/// <summary>An archived instance never changes: the browser of who may see it keeps it, nobody in between does.</summary>
internal static class PrivateCaching
{
    /// <summary>Sets the headers, and says whether the caller has this content already.</summary>
    public static bool IsFresh(HttpContext http, string tag)
    {
        var entityTag = new EntityTagHeaderValue($"\"{tag}\"");
        http.Response.Headers.CacheControl = "private, max-age=3600";
        http.Response.Headers.ETag = entityTag.ToString();
        http.Response.Headers.Vary = "Accept, Authorization, Cookie";
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(entityTag, useStrongComparison: false));
    }
}
