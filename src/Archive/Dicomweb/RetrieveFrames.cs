using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// WADO-RS frames (PS3.18 10.4): as stored when the caller takes that syntax and browsers decode it, else native in
/// Explicit VR Little Endian.
/// </summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveFrames(StoredInstances instances, RetrieveLog log)
{
    private const string Octets = "application/octet-stream";

    /// <summary>Media types of compressed frames (PS3.18 Table 8.7.3-2) of the syntaxes that viewers decode.</summary>
    private static readonly Dictionary<string, string> Compressed = new()
    {
        ["1.2.840.10008.1.2.4.50"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.51"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.57"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.70"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.80"] = "image/jls",
        ["1.2.840.10008.1.2.4.81"] = "image/jls",
        ["1.2.840.10008.1.2.4.90"] = "image/jp2",
        ["1.2.840.10008.1.2.4.91"] = "image/jp2",
        ["1.2.840.10008.1.2.4.201"] = "image/jphc",
        ["1.2.840.10008.1.2.4.202"] = "image/jphc",
        ["1.2.840.10008.1.2.4.203"] = "image/jphc",
        ["1.2.840.10008.1.2.5"] = "image/dicom-rle",
    };

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapGet("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}",
            (RetrieveFrames use, HttpContext http, string study, string series, string instance, string frames, CancellationToken cancellation) =>
                use.Handle(http, study, series, instance, frames, cancellation))
        .Needs(typeof(RetrieveFrames));

    public async Task<IResult> Handle(HttpContext http, string study, string series, string sop, string frames, CancellationToken cancellation)
    {
        if (await instances.Find(study, series, sop, cancellation) is not { } instance)
            return new NotFound("instance").ToHttp();
        if (Numbers(frames, instance.Frames) is not { } numbers)
            return new NotFound("frame").ToHttp();
        var accept = new Acceptance(http.Request);
        var asStored = AsStored(instance, accept);
        if (asStored is null && (!accept.TakesMultipart(Octets) || !accept.TakesSyntax(Octets, DicomUids.ExplicitVRLittleEndian)))
            return new NotAcceptable().ToHttp();
        await log.Note("series", series, cancellation);
        var tag = $"{instance.Sha256[..32]}-{frames.Replace(',', '.')}-{(asStored is null ? "native" : "stored")}";
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        var file = await instances.Read(instance, cancellation);
        // The first frame is taken out before the answer begins: afterwards an error could only break the connection.
        if (Take(file, numbers[0], asStored) is null)
            return new FrameUnreadable().ToHttp();
        return new MultipartRelated(asStored ?? Octets, "pirogov-" + instance.Sha256[..32], Parts(file, numbers, asStored, cancellation));
    }

    private static string? AsStored(Instance instance, Acceptance accept)
    {
        if (!Compressed.TryGetValue(instance.TransferSyntaxUid, out var image))
            return null;
        return accept.TakesSyntax(Octets, instance.TransferSyntaxUid) ? Octets : accept.TakesMultipart(image) && accept.TakesSyntax(image, instance.TransferSyntaxUid)
            && !accept.TakesMultipart(Octets) ? image : null;
    }

    private static int[]? Numbers(string list, int frames)
    {
        var numbers = list.Split(',').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return Array.TrueForAll(numbers, n => n >= 1 && n <= frames) ? numbers : null;
    }

    private static MultipartPart? Take(DicomFile file, int number, string? asStored)
    {
        if (asStored is not null)
            return InstancePixels.Frame(file, number - 1) is { } stored ? new($"{asStored}; transfer-syntax={file.TransferSyntax.Uid}", stored) : null;
        return InstanceRendering.Decode(file, number - 1) is { } native
            ? new($"{Octets}; transfer-syntax={DicomUids.ExplicitVRLittleEndian}", native.Samples) : null;
    }

    private static async IAsyncEnumerable<MultipartPart> Parts(
        DicomFile file, int[] numbers, string? asStored, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var number in numbers)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Take(file, number, asStored) is { } part)
                yield return part;
        }
    }
}

internal sealed record FrameUnreadable() : Refusal("archive.frame-unreadable", 422);
