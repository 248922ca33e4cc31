using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// WADO-RS metadata (PS3.18 10.4.1.1.2) in the JSON model or, for a caller that takes only that, in XML. They were written once when
/// the batch was completed and are sent as they lie in the store, document by document.
/// </summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveMetadata(CaseAccess access, ObjectStore store, RetrieveLog log)
{
    private const string SopInstanceUid = "00080018";
    private const int LongerThanInline = 2048;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        dicomweb.MapGet("/studies/{study}/metadata", (RetrieveMetadata use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Handle(http, study, null, null, cancellation)).Needs(typeof(RetrieveMetadata));
        dicomweb.MapGet("/studies/{study}/series/{series}/metadata",
            (RetrieveMetadata use, HttpContext http, string study, string series, CancellationToken cancellation) =>
                use.Handle(http, study, series, null, cancellation)).Needs(typeof(RetrieveMetadata));
        dicomweb.MapGet("/studies/{study}/series/{series}/instances/{instance}/metadata",
            (RetrieveMetadata use, HttpContext http, string study, string series, string instance, CancellationToken cancellation) =>
                use.Handle(http, study, series, instance, cancellation)).Needs(typeof(RetrieveMetadata));
    }

    public async Task<IResult> Handle(HttpContext http, string study, string? series, string? sop, CancellationToken cancellation)
    {
        var documents = (await access.OfStudy(study, cancellation)).SelectMany(c => c.Series.OrderBy(s => s.Id))
            .Where(s => series is null || s.SeriesInstanceUid == series).Select(s => s.MetadataMd5).ToArray();
        if (documents.Length == 0)
            return new NotFound(series is null ? "study" : "series").ToHttp();
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        await log.Note(series is null ? "study" : "series", series ?? study);
        var root = DicomModels.Root(http);
        var isJson = DicomModels.TakesJson(accept);
        var tag = TagOf([.. documents, sop ?? "", root, isJson ? "json" : "xml"]);
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (sop is not null && await One(documents, sop, cancellation) is var one)
            return one is null ? new NotFound("instance").ToHttp() : isJson ? Results.Bytes(MetadataText.Rooted(one, root), DicomModels.Json) : Xml([one], tag, root);
        return isJson ? new Json(store, documents, root) : new MultipartRelated(DicomModels.Xml, "pirogov-" + tag, Parts(documents, root, cancellation));
    }

    /// <returns>An array with the one instance in it, or null.</returns>
    private async Task<byte[]?> One(string[] documents, string sop, CancellationToken cancellation)
    {
        foreach (var md5 in documents)
        {
            using var document = JsonDocument.Parse(await store.Read(md5, cancellation), Deep);
            foreach (var instance in document.RootElement.EnumerateArray())
            {
                if (instance.GetProperty(SopInstanceUid).GetProperty("Value")[0].GetString() == sop)
                    return Encoding.UTF8.GetBytes($"[{instance.GetRawText()}]");
            }
        }

        return null;
    }

    private static MultipartRelated Xml(byte[][] arrays, string tag, string root) =>
        new(DicomModels.Xml, "pirogov-" + tag, arrays.SelectMany(a => Xml(a, root)).ToAsyncEnumerable());

    private async IAsyncEnumerable<MultipartPart> Parts(string[] documents, string root, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var md5 in documents)
        {
            foreach (var part in Xml(await store.Read(md5, cancellation), root))
                yield return part;
        }
    }

    /// <summary>A part for each instance (PS3.18 8.7.3.3). What the JSON model names by address the XML model names by the same.</summary>
    private static IEnumerable<MultipartPart> Xml(byte[] array, string root)
    {
        using var document = JsonDocument.Parse(array, Deep);
        foreach (var instance in document.RootElement.EnumerateArray())
        {
            // An address stands in for its value until it is written again.
            var dataset = DicomJson.Read(instance, uri => Encoding.UTF8.GetBytes(uri.PadRight(LongerThanInline)));
            yield return new(DicomModels.Xml, DicomXml.ToUtf8Bytes(dataset, new() { BulkDataUri = e => $"{root}/{Encoding.UTF8.GetString(e.Bytes.Span).TrimEnd()}" }));
        }
    }

    private static string TagOf(string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..32];

    /// <summary>Arrays become one by what stands between their brackets; one document is in memory at a time.</summary>
    private sealed class Json(ObjectStore store, string[] documents, string root) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (response, cancellation) = (httpContext.Response, httpContext.RequestAborted);
            var next = await store.Read(documents[0], cancellation);
            response.ContentType = DicomModels.Json;
            for (var i = 0; i < documents.Length; i++)
            {
                if (i > 0)
                    next = await store.Read(documents[i], cancellation);
                var rooted = MetadataText.Rooted(next, root);
                rooted[0] = i == 0 ? (byte)'[' : (byte)',';
                await response.Body.WriteAsync(rooted.AsMemory(..^1), cancellation);
            }

            await response.Body.WriteAsync("]"u8.ToArray(), cancellation);
        }
    }
}
