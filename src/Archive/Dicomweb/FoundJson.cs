using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Answers of a search, written as they are told into the response's own buffers.</summary>
internal sealed class FoundJson(IReadOnlyList<FoundRow> rows, string root) : IResult
{
    private const int FlushAt = 64 * 1024;

    // It is never put into a page: Cyrillic and signs stay as they are.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = DicomModels.Json;
        var body = httpContext.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, Plain);
        json.WriteStartArray();
        foreach (var row in rows)
        {
            QidoAnswer.Write(json, row, root);
            if (json.BytesPending < FlushAt)
                continue;
            json.Flush();
            await body.FlushAsync(httpContext.RequestAborted);
        }

        json.WriteEndArray();
        json.Flush();
        await body.FlushAsync(httpContext.RequestAborted);
    }

    public static JsonObject One(FoundRow row, string root)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
            QidoAnswer.Write(json, row, root);
        return JsonNode.Parse(bytes.ToArray())!.AsObject();
    }
}
