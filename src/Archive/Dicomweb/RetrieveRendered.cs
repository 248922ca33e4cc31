using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Intake;
using Pirogov.Imaging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Pictures for eyes that need no DICOM (PS3.18 10.4.1.1.3 and .4): rendered frames and thumbnails as JPEG.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveRendered(StoredInstances instances, CaseAccess access, ObjectStore store, RetrieveLog log)
{
    private const string Jpeg = "image/jpeg";
    private const int LargestSide = 4096;

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
            use.Picture(http, study, series, instance, frame, LargestSide, cancellation);

        static Task<IResult> Small(RetrieveRendered use, HttpContext http, string study, string series, string instance, int? frame, CancellationToken cancellation) =>
            use.Picture(http, study, series, instance, frame, SeriesAssembly.ThumbnailSide, cancellation);
    }

    public async Task<IResult> Picture(HttpContext http, string study, string series, string sop, int? frame, int side, CancellationToken cancellation)
    {
        if (!new Acceptance(http.Request).Takes(Jpeg))
            return new NotAcceptable().ToHttp();
        if (await instances.Find(study, series, sop, cancellation) is not { } instance || frame is < 1 || frame > instance.Frames)
            return new NotFound("instance").ToHttp();
        await log.Note("series", series, cancellation);
        var query = http.Request.Query;
        if (PrivateCaching.IsFresh(http, $"{instance.Sha256[..32]}-{frame}-{side}-{query["viewport"]}-{query["window"]}-{query["quality"]}".Replace('"', '\'')))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        var file = await instances.Read(instance, cancellation);
        var jpeg = InstanceRendering.Jpeg(file, (frame ?? (instance.Frames / 2) + 1) - 1, Viewport(query["viewport"]) ?? side, Window(query["window"]), Quality(query["quality"]));
        return jpeg is null ? new FrameUnreadable().ToHttp() : Results.Bytes(jpeg, Jpeg);
    }

    /// <summary>A part for every frame of a study or series; a frame that cannot be shown has none.</summary>
    public async Task<IResult> Pictures(HttpContext http, string study, string? series, CancellationToken cancellation)
    {
        if (!new Acceptance(http.Request).TakesMultipart(Jpeg))
            return new NotAcceptable().ToHttp();
        var found = await instances.Of(study, series, cancellation);
        if (found.Count == 0)
            return new NotFound(series is null ? "study" : "series").ToHttp();
        await log.Note(series is null ? "study" : "series", series ?? study, cancellation);
        var query = http.Request.Query;
        var (side, window, quality) = (Viewport(query["viewport"]) ?? LargestSide, Window(query["window"]), Quality(query["quality"]));
        return new MultipartRelated(Jpeg, "pirogov-" + found[0].Sha256[..32], Parts(cancellation));

        async IAsyncEnumerable<MultipartPart> Parts([EnumeratorCancellation] CancellationToken aborted)
        {
            foreach (var instance in found)
            {
                var file = await instances.Read(instance, aborted);
                for (var frame = 0; frame < instance.Frames; frame++)
                {
                    if (InstanceRendering.Jpeg(file, frame, side, window, quality) is { } jpeg)
                        yield return new(Jpeg, jpeg);
                }
            }
        }
    }

    public async Task<IResult> Thumbnail(HttpContext http, string study, string? series, CancellationToken cancellation)
    {
        var found = (await access.OfStudy(study, cancellation)).SelectMany(c => c.Series.OrderBy(s => s.Id))
            .FirstOrDefault(s => s.ThumbnailMd5 is not null && (series is null || s.SeriesInstanceUid == series));
        if (found is null)
            return new NotFound("thumbnail").ToHttp();
        await log.Note("series", found.SeriesInstanceUid, cancellation);
        return PrivateCaching.IsFresh(http, found.ThumbnailMd5!)
            ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Stream(await store.OpenRead(found.ThumbnailMd5!, cancellation), Jpeg);
    }

    private static int Quality(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, 100) : 85;

    /// <summary>"width,height": the picture fits into the longer of the two.</summary>
    private static int? Viewport(string? text) =>
        Numbers(text) is [> 0 and var width, > 0 and var height, ..] ? (int)Math.Min(Math.Max(width, height), LargestSide) : null;

    /// <summary>"centre,width,function".</summary>
    private static VoiWindow? Window(string? text) => Numbers(text) is [var centre, > 0 and var width, ..]
        ? new(centre, width, text!.EndsWith("sigmoid", StringComparison.OrdinalIgnoreCase) ? VoiFunction.Sigmoid
            : text.EndsWith("linear-exact", StringComparison.OrdinalIgnoreCase) ? VoiFunction.LinearExact : VoiFunction.Linear)
        : null;

    private static double[] Numbers(string? text) => [.. (text ?? "").Split(',')
        .Select(n => double.TryParse(n, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : (double?)null)
        .TakeWhile(n => n is not null).Select(n => n!.Value)];
}
