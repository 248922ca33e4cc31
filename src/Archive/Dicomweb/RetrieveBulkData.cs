using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Values that metadata name by address (PS3.18 10.4.1.1.5): bytes in little endian order, as one part or, for a caller that takes
/// octets alone or asks for a range, bare. Compressed pixel data are given frame by frame, some of them at <c>…/frames/1,3</c> below their
/// address; a video as the one stream that it is.
/// </summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveBulkData(StoredInstances instances, RetrieveFrames frames, RetrieveLog log)
{
    private const string Octets = "application/octet-stream";
    private const string Video = "1.2.840.10008.1.2.4.10";
    private const string Frames = "/frames/";

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapGet("/studies/{study}/series/{series}/instances/{instance}/bulkdata/{**place}",
            (RetrieveBulkData use, HttpContext http, string study, string series, string instance, string place, CancellationToken cancellation) =>
                use.Handle(http, study, series, instance, place, cancellation))
        .Needs(typeof(RetrieveBulkData));

    /// <returns>The media type of a video (PS3.18 Table 8.7.3-5), or null when the syntax is none.</returns>
    public static string? VideoType(string transferSyntaxUid) =>
        transferSyntaxUid.Length != Video.Length + 1 || !transferSyntaxUid.StartsWith(Video, StringComparison.Ordinal) ? null
        : transferSyntaxUid[^1] is '0' or '1' ? "video/mpeg" : "video/mp4";

    public async Task<IResult> Handle(HttpContext http, string study, string series, string sop, string place, CancellationToken cancellation)
    {
        if (await instances.Find(study, series, sop, cancellation) is not { } instance)
            return new NotFound("instance").ToHttp();
        var file = await instances.Read(http, instance, cancellation);
        var address = $"{DicomModels.Root(http)}/{SeriesMetadata.AddressOf(file.Dataset)}";
        if (place.IndexOf(Frames, StringComparison.Ordinal) is var cut and > 0 && file.Dataset.Find(DicomTags.PixelData)?.Tag.Hex == place[..cut])
            return await frames.Handle(http, study, series, sop, place[(cut + Frames.Length)..], cancellation, n => FrameAddress(address + place[..cut], n, instance.Frames));
        if (SeriesMetadata.Find(file.Dataset, place) is not { } element || !element.Vr.IsBinary())
            return new NotFound("bulk data").ToHttp();
        var video = VideoType(instance.TransferSyntaxUid);
        if (element is DicomStreamedPixelData { IsEncapsulated: true } || (element is DicomEncapsulatedPixelData && video is null))
        {
            var all = string.Join(',', Enumerable.Range(1, instance.Frames).Select(n => n.ToString(CultureInfo.InvariantCulture)));
            return await frames.Handle(http, study, series, sop, all, cancellation, n => FrameAddress(address + place, n, instance.Frames));
        }

        var type = element is DicomEncapsulatedPixelData ? video! : Octets;
        var accept = new Acceptance(http.Request);
        // What a video is cannot be told otherwise: octets are taken for it too.
        if (!accept.Takes(type) && !accept.Takes(Octets))
            return new NotAcceptable().ToHttp();
        await log.Note("series", series);
        var isBare = accept.TakesSingle(type) || accept.TakesSingle(Octets) || http.Request.Headers.Range.Count > 0;
        var tag = $"{instance.Sha256[..32]}-{place.Replace('/', '.')}{(isBare ? "-bare" : "")}";
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (element is DicomStreamedPixelData left)
        {
            return isBare ? Results.Stream(left.OpenRead(), type, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{tag}\""))
                : new MultipartRelated(type, "pirogov-" + instance.Sha256[..32], new[] { new MultipartPart(type, left.OpenRead()) { Location = address + place } }.ToAsyncEnumerable());
        }

        ReadOnlyMemory<byte> bytes = element is DicomEncapsulatedPixelData stream ? Joined(stream.Fragments) : element.Bytes;
        return isBare ? Results.File(bytes.ToArray(), type, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{tag}\""))
            : new MultipartRelated(type, "pirogov-" + instance.Sha256[..32], new[] { new MultipartPart(type, bytes) { Location = address + place } }.ToAsyncEnumerable());
    }

    /// <summary>Where one frame of compressed pixel data stands (PS3.18 10.4.3.3.5): at the address of the whole when it is all of it.</summary>
    /// <param name="number">From 1.</param>
    public static string FrameAddress(string pixels, int number, int frames) =>
        frames == 1 ? pixels : string.Create(CultureInfo.InvariantCulture, $"{pixels}{Frames}{number}");

    private static byte[] Joined(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        var (all, at) = (new byte[fragments.Sum(f => f.Length)], 0);
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(all.AsMemory(at));
            at += fragment.Length;
        }

        return all;
    }
}
