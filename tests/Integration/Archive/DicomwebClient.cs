using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pirogov.Integration.Archive;

/// <summary>What the tests of DICOMweb ask and take apart again and again.</summary>
internal static class DicomwebClient
{
    public const string AnySyntax = "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*";

    public static async Task<JsonArray> Json(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.NoContent ? [] : JsonNode.Parse(text)!.AsArray();
    }

    public static Task<HttpResponseMessage> Get(HttpClient client, string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return client.SendAsync(request);
    }

    /// <summary>Takes a multipart body apart by its boundary, strictly as RFC 2046 frames it.</summary>
    public static async Task<IReadOnlyList<(string Headers, byte[] Body)>> Parts(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("multipart/related", answer.Content.Headers.ContentType!.MediaType);
        var boundary = answer.Content.Headers.ContentType.Parameters.Single(p => p.Name == "boundary").Value!.Trim('"');
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var delimiter = Encoding.ASCII.GetBytes("--" + boundary);
        var parts = new List<(string, byte[])>();
        Assert.True(bytes.AsSpan().StartsWith(delimiter));
        for (var at = delimiter.Length; !bytes.AsSpan(at).StartsWith("--"u8);)
        {
            var headersEnd = at + 2 + bytes.AsSpan(at + 2).IndexOf("\r\n\r\n"u8);
            var next = headersEnd + 4 + bytes.AsSpan(headersEnd + 4).IndexOf([.. "\r\n"u8, .. delimiter]);
            parts.Add((Encoding.ASCII.GetString(bytes, at + 2, headersEnd - at - 2), bytes[(headersEnd + 4)..next]));
            at = next + 2 + delimiter.Length;
        }

        return parts;
    }
}
