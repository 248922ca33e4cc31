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
internal sealed class RetrieveInstances(StoredInstances instances, MultipartAnswer answers, UnreadableInstances unreadable, RetrieveLog log)
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
            return await BytesOf(found[0], accept, cancellation) is { } bytes
                ? Results.Bytes(bytes.Bytes, Dicom) : MultipartAnswer.Unkept(http, new FrameUnreadable().ToHttp());
        return await answers.Of(http, Dicom, "pirogov-" + hash, Parts(found, accept, cancellation), isWholeOnly: false, cancellation);
    }

    /// <summary>What is known to be unreadable stands first: the status says so however long the answer is.</summary>
    private async IAsyncEnumerable<PartToGive> Parts(
        IReadOnlyList<Instance> found, Acceptance accept, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var lost = found.Where(i => !Takes(accept, i) && unreadable.Contains(KeyOf(i))).ToHashSet();
        foreach (var instance in lost)
            yield return new(KeyOf(instance), null);
        foreach (var instance in found.Where(i => !lost.Contains(i)))
        {
            yield return await BytesOf(instance, accept, cancellation) is { } file
                ? new(KeyOf(instance), new($"{Dicom}; transfer-syntax={file.Syntax}", file.Bytes)) : new(KeyOf(instance), null);
        }

        string KeyOf(Instance instance) => $"{instance.Sha256} {accept.Transcoded(Dicom)}";
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
