using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>WADO-RS metadata (PS3.18 10.4.1.1.2). It was written once when the batch was completed and is sent as it lies in the store.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveMetadata(CaseAccess access, ObjectStore store, RetrieveLog log)
{
    private const string DicomJson = "application/dicom+json";
    private const string SopInstanceUid = "00080018";

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
        if (!accept.Takes(DicomJson) && !accept.Takes("application/json"))
            return new NotAcceptable().ToHttp();
        await log.Note(series is null ? "study" : "series", series ?? study, cancellation);
        if (PrivateCaching.IsFresh(http, TagOf(documents, sop)))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (sop is not null)
            return await OneInstance(documents, sop, cancellation);
        return documents is [var only]
            ? Results.Stream(await store.OpenRead(only, cancellation), DicomJson) : Results.Bytes(await Concatenate(documents, cancellation), DicomJson);
    }

    private async Task<IResult> OneInstance(string[] documents, string sop, CancellationToken cancellation)
    {
        foreach (var md5 in documents)
        {
            using var document = JsonDocument.Parse(await store.Read(md5, cancellation), new JsonDocumentOptions { MaxDepth = 256 });
            foreach (var instance in document.RootElement.EnumerateArray())
            {
                if (instance.GetProperty(SopInstanceUid).GetProperty("Value")[0].GetString() == sop)
                    return Results.Bytes(Encoding.UTF8.GetBytes($"[{instance.GetRawText()}]"), DicomJson);
            }
        }

        return new NotFound("instance").ToHttp();
    }

    /// <summary>Arrays become one by what stands between their brackets.</summary>
    private async Task<byte[]> Concatenate(string[] documents, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        all.WriteByte((byte)'[');
        foreach (var md5 in documents)
        {
            if (all.Length > 1)
                all.WriteByte((byte)',');
            var bytes = await store.Read(md5, cancellation);
            all.Write(bytes.AsSpan(1..^1));
        }

        all.WriteByte((byte)']');
        return all.ToArray();
    }

    private static string TagOf(string[] documents, string? sop) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', documents) + sop)))[..32];
}
