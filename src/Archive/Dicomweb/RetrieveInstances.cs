using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>WADO-RS studies, series and instances as DICOM files (PS3.18 10.4).</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveInstances(StoredInstances instances, RetrieveLog log)
{
    private const string Dicom = "application/dicom";

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        dicomweb.MapGet("/studies/{study}", (RetrieveInstances use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Many(http, study, null, cancellation)).Needs(typeof(RetrieveInstances));
        dicomweb.MapGet("/studies/{study}/series/{series}",
            (RetrieveInstances use, HttpContext http, string study, string series, CancellationToken cancellation) =>
                use.Many(http, study, series, cancellation)).Needs(typeof(RetrieveInstances));
        dicomweb.MapGet("/studies/{study}/series/{series}/instances/{instance}",
            (RetrieveInstances use, HttpContext http, string study, string series, string instance, CancellationToken cancellation) =>
                use.One(http, study, series, instance, cancellation)).Needs(typeof(RetrieveInstances));
    }

    public async Task<IResult> Many(HttpContext http, string study, string? series, CancellationToken cancellation)
    {
        var found = await instances.Of(study, series, cancellation);
        if (found.Count == 0)
            return new NotFound(series is null ? "study" : "series").ToHttp();
        return await Send(http, found, series is null ? ("study", study) : ("series", series), cancellation);
    }

    public async Task<IResult> One(HttpContext http, string study, string series, string sop, CancellationToken cancellation) =>
        await instances.Find(study, series, sop, cancellation) is { } instance
            ? await Send(http, [instance], ("series", series), cancellation) : new NotFound("instance").ToHttp();

    private async Task<IResult> Send(HttpContext http, IReadOnlyList<Instance> found, (string Kind, string Uid) what, CancellationToken cancellation)
    {
        var accept = new Acceptance(http.Request);
        var isSingle = found.Count == 1 && accept.TakesSingle(Dicom);
        if (!isSingle && !accept.TakesMultipart(Dicom))
            return new NotAcceptable().ToHttp();
        var other = accept.Transcoded(Dicom);
        if (found.Any(i => !Takes(accept, i)) && other is null)
            return new NotAcceptable().ToHttp();
        await log.Note(what.Kind, what.Uid, cancellation);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', found.Select(i => i.Sha256)))))[..32];
        var tag = $"{hash}-{(found.All(i => Takes(accept, i)) ? "stored" : other)}{(isSingle ? "-single" : "")}";
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (isSingle)
            return await BytesOf(found[0], accept, cancellation) is { } bytes ? Results.Bytes(bytes.Bytes, Dicom) : new FrameUnreadable().ToHttp();
        return new MultipartRelated(Dicom, "pirogov-" + hash, Parts(found, accept, cancellation));
    }

    private async IAsyncEnumerable<MultipartPart> Parts(
        IReadOnlyList<Instance> found, Acceptance accept, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var instance in found)
        {
            if (await BytesOf(instance, accept, cancellation) is { } file)
                yield return new($"{Dicom}; transfer-syntax={file.Syntax}", file.Bytes);
        }
    }

    /// <summary>Nothing decodes a video: it is handed on as it is, whatever was named.</summary>
    private static bool Takes(Acceptance accept, Instance instance) =>
        accept.TakesSyntax(Dicom, instance.TransferSyntaxUid) || RetrieveBulkData.VideoType(instance.TransferSyntaxUid) is not null;

    private async Task<(byte[] Bytes, string Syntax)?> BytesOf(Instance instance, Acceptance accept, CancellationToken cancellation)
    {
        var bytes = await instances.ReadBytes(instance, cancellation);
        if (Takes(accept, instance))
            return (bytes, instance.TransferSyntaxUid);
        return accept.Transcoded(Dicom) is { } syntax && InstanceRendering.Transcode(DicomReader.Read(bytes), syntax) is { } transcoded
            ? (DicomWriter.ToBytes(transcoded), syntax) : null;
    }
}
