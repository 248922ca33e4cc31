using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Intake;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Pictures for eyes that need no DICOM (PS3.18 10.4.1.1.3 and .4): rendered frames and thumbnails as JPEG.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveRendered(
    StoredInstances instances, CaseAccess access, ObjectStore store, MultipartAnswer answers, UnreadableInstances unreadable, RetrieveLog log)
{
    private const string Jpeg = "image/jpeg";

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        const string instance = "/studies/{study}/series/{series}/instances/{instance}";
        dicomweb.MapGet(instance + "/rendered", Rendered).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet(instance + "/frames/{frame:int}/rendered", Rendered).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet(instance + "/thumbnail", Small).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet(instance + "/frames/{frame:int}/thumbnail", Small).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet("/studies/{study}/rendered", (RetrieveRendered use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Pictures(http, study, null, cancellation)).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet("/studies/{study}/series/{series}/rendered",
            (RetrieveRendered use, HttpContext http, string study, string series, CancellationToken cancellation) =>
                use.Pictures(http, study, series, cancellation)).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet("/studies/{study}/thumbnail", (RetrieveRendered use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Thumbnail(http, study, null, cancellation)).Needs(typeof(RetrieveRendered));
        dicomweb.MapGet("/studies/{study}/series/{series}/thumbnail",
            (RetrieveRendered use, HttpContext http, string study, string series, CancellationToken cancellation) =>
                use.Thumbnail(http, study, series, cancellation)).Needs(typeof(RetrieveRendered));

        static Task<IResult> Rendered(RetrieveRendered use, HttpContext http, string study, string series, string instance, int? frame, CancellationToken cancellation) =>
            use.Picture(http, study, series, instance, frame, isThumbnail: false, cancellation);

        static Task<IResult> Small(RetrieveRendered use, HttpContext http, string study, string series, string instance, int? frame, CancellationToken cancellation) =>
            use.Picture(http, study, series, instance, frame, isThumbnail: true, cancellation);
    }

    public async Task<IResult> Picture(HttpContext http, string study, string series, string sop, int? frame, bool isThumbnail, CancellationToken cancellation)
    {
        if (!new Acceptance(http.Request).Takes(Jpeg))
            return new NotAcceptable().ToHttp();
        if (RenderedQuery.Of(http.Request, isThumbnail).IsRefused(out var malformed, out var query))
            return malformed.ToHttp();
        if (await instances.Find(study, series, sop, cancellation) is not { } instance || frame is < 1 || frame > instance.Frames)
            return new NotFound("instance").ToHttp();
        return await Picture(http, instance, frame, query!, isThumbnail, cancellation);
    }

    private async Task<IResult> Picture(HttpContext http, Instance instance, int? frame, RenderedQuery query, bool isThumbnail, CancellationToken cancellation)
    {
        await log.Note("series", instance.SeriesInstanceUid);
        query.Warn(http.Response);
        var way = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{frame} {isThumbnail} {query.Viewport} {query.Window} {query.Quality}")).AsSpan(0, 8));
        if (PrivateCaching.IsFresh(http, $"{instance.Sha256[..32]}-{way}"))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (query.Viewport is { } place && (place.Left >= instance.Columns || place.Top >= instance.Rows))
            return new RenderingMalformed("viewport").ToHttp();
        var file = await instances.Read(http, instance, cancellation);
        var (index, side) = ((frame ?? (instance.Frames / 2) + 1) - 1, isThumbnail ? SeriesAssembly.ThumbnailSide : (int?)null);
        var jpeg = query.Viewport is null ? InstanceRendering.Jpeg(file, index, side, query.Window, query.Quality)
            : InstanceRendering.Jpeg(file, index, query.Viewport, query.Window, query.Quality);
        return jpeg is null ? MultipartAnswer.Unkept(http, new FrameUnreadable().ToHttp()) : Results.Bytes(jpeg, Jpeg);
    }

    /// <summary>A part for every frame of a study or series. What has no pixels has no picture; a frame that should have one and cannot be read is told of.</summary>
    public async Task<IResult> Pictures(HttpContext http, string study, string? series, CancellationToken cancellation)
    {
        if (!new Acceptance(http.Request).TakesMultipart(Jpeg))
            return new NotAcceptable().ToHttp();
        if (RenderedQuery.Of(http.Request, isThumbnail: false).IsRefused(out var malformed, out var query))
            return malformed.ToHttp();
        var found = await instances.Of(study, series, cancellation);
        if (found.Count == 0)
            return new NotFound(series is null ? "study" : "series").ToHttp();
        Instance[] pictured = [.. found.Where(i => i.Rows > 0)];
        if (query!.Viewport is { } place && Array.Exists(pictured, i => place.Left >= i.Columns || place.Top >= i.Rows))
            return new RenderingMalformed("viewport").ToHttp();
        await log.Note(series is null ? "study" : "series", series ?? study);
        query.Warn(http.Response);
        var parts = Parts(pictured, query, cancellation);
        return await answers.Of(http, Jpeg, "pirogov-" + found[0].Sha256[..32], parts, isWholeOnly: false, cancellation);
    }

    private async IAsyncEnumerable<PartToGive> Parts(Instance[] pictured, RenderedQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var lost in pictured.SelectMany(Keys).Where(unreadable.Contains))
            yield return new(lost, null);
        foreach (var instance in pictured)
        {
            var keys = Keys(instance).ToArray();
            if (Array.TrueForAll(keys, unreadable.Contains))
                continue;
            await using var opened = await instances.Open(instance, cancellation);
            var file = opened.File;
            for (var frame = 0; frame < keys.Length; frame++)
            {
                if (unreadable.Contains(keys[frame]))
                    continue;
                var jpeg = query.Viewport is null ? InstanceRendering.Jpeg(file, frame, maxSide: null, query.Window, query.Quality)
                    : InstanceRendering.Jpeg(file, frame, query.Viewport, query.Window, query.Quality);
                yield return new(keys[frame], jpeg is null ? null : new(Jpeg, jpeg));
            }
        }

        // Nothing decodes a video: it is one thing that is left out.
        static IEnumerable<string> Keys(Instance instance) => RetrieveBulkData.VideoType(instance.TransferSyntaxUid) is not null
            ? [$"{instance.Sha256} video"] : Enumerable.Range(0, instance.Frames).Select(frame => $"{instance.Sha256} picture {frame}");
    }

    public async Task<IResult> Thumbnail(HttpContext http, string study, string? series, CancellationToken cancellation)
    {
        if (!new Acceptance(http.Request).Takes(Jpeg))
            return new NotAcceptable().ToHttp();
        if (RenderedQuery.Of(http.Request, isThumbnail: true).IsRefused(out var malformed, out var query))
            return malformed.ToHttp();
        if (query!.Viewport is not null)
        {
            Instance[] shown = [.. SeriesAssembly.InOrder(await instances.Of(study, series, cancellation)).Where(i => i.Rows > 0)];
            return shown.Length == 0 ? new NotFound("thumbnail").ToHttp() : await Picture(http, shown[shown.Length / 2], null, query, isThumbnail: true, cancellation);
        }

        var found = (await access.OfStudy(study, cancellation)).SelectMany(c => c.Series.OrderBy(s => s.Id))
            .FirstOrDefault(s => s.ThumbnailMd5 is not null && (series is null || s.SeriesInstanceUid == series));
        if (found is null)
            return new NotFound("thumbnail").ToHttp();
        await log.Note("series", found.SeriesInstanceUid);
        return PrivateCaching.IsFresh(http, found.ThumbnailMd5!)
            ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Stream(await store.OpenRead(found.ThumbnailMd5!, cancellation), Jpeg);
    }
}
