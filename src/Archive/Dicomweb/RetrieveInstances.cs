using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Intake;
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
        await log.Note(what.Kind, what.Uid);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', found.Select(i => i.Sha256)))))[..32];
        var tag = $"{hash}-{(found.All(i => Takes(accept, i)) ? "stored" : other)}{(isSingle ? "-single" : "")}";
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (isSingle)
        {
            return await PartOf(found[0], accept, cancellation) is not { } part ? MultipartAnswer.Unkept(http, new FrameUnreadable().ToHttp())
                : part.Large is { } large ? Results.Stream(large, Dicom) : Results.Bytes(part.Bytes, Dicom);
        }

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
            yield return new(KeyOf(instance), await PartOf(instance, accept, cancellation));
        }

        string KeyOf(Instance instance) => $"{instance.Sha256} {accept.Transcoded(Dicom)}";
    }

    /// <summary>Nothing decodes a video: it is handed on as it is, whatever was named.</summary>
    private static bool Takes(Acceptance accept, Instance instance) =>
        accept.TakesSyntax(Dicom, instance.TransferSyntaxUid) || RetrieveBulkData.VideoType(instance.TransferSyntaxUid) is not null;

    /// <returns>Null when it cannot be had in any syntax that is taken; a large one is handed on as it is or not at all.</returns>
    private async Task<MultipartPart?> PartOf(Instance instance, Acceptance accept, CancellationToken cancellation)
    {
        var isLarge = instance.Size > Admission.LargestFile;
        if (Takes(accept, instance))
        {
            var type = $"{Dicom}; transfer-syntax={instance.TransferSyntaxUid}";
            var bytes = await instances.OpenRead(instance, cancellation);
            return isLarge ? new(type, bytes) : new(type, await Whole(bytes, cancellation));
        }

        if (isLarge || accept.Transcoded(Dicom) is not { } syntax)
            return null;
        await using var opened = await instances.Open(instance, cancellation);
        return InstanceRendering.Transcode(opened.File, syntax) is { } transcoded ? new($"{Dicom}; transfer-syntax={syntax}", DicomWriter.ToBytes(transcoded)) : null;
    }

    private static async Task<byte[]> Whole(Stream bytes, CancellationToken cancellation)
    {
        await using (bytes)
        {
            var whole = new byte[bytes.Length];
            await bytes.ReadExactlyAsync(whole, cancellation);
            return whole;
        }
    }
}
