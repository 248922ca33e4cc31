using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Imaging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Review;

/// <summary>What of a batch waits for a person, and its pictures before and after. Looking is noted: the pixels may name somebody.</summary>
[Needs(ArchiveRights.Review)]
internal sealed class SeeReview(PirogovDb db, Quarantine quarantine, ReviewedFrames reviewed, AuditTrail audit)
{
    /// <param name="Reason">Why it waits: the code of the problem of the same name.</param>
    /// <param name="Regions">To be blackened; suggested by a filter for the device until somebody draws.</param>
    public sealed record Item(
        long Id, string Reason, string Modality, int Rows, int Columns, int Frames, ReviewDecision Decision, IReadOnlyList<PixelRegion> Regions, int Version);

    /// <param name="Items">Of page <paramref name="Number"/>, of <paramref name="Total"/> files altogether.</param>
    /// <param name="FirstWaiting">The page with the first file about which nobody has decided; none where all are decided.</param>
    public sealed record View(BatchId BatchId, string Name, BatchState State, IReadOnlyList<Item> Items, int Number, int Size, int Total, int? FirstWaiting);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/batches/{id}/review", (SeeReview use, BatchId id, int? page, int? size, CancellationToken cancellation) =>
                use.Handle(id, page ?? 1, size ?? Page.LargestSize, cancellation).ToHttp())
            .Needs(typeof(SeeReview)).WithName("listReview").WithSummary("Files of a batch that wait for a person to look at their pixels");
        api.MapGet("/batches/{id}/review/{file:long}/image",
                (SeeReview use, BatchId id, long file, int? frame, int? last, string? regions, string? grays, CancellationToken cancellation) =>
                    use.Image(id, file, frame ?? 1, last, regions, grays, cancellation))
            .Needs(typeof(SeeReview)).WithName("getReviewImage").WithSummary("A frame of such a file, or a sheet of up to 20, with regions blackened where they are given")
            .WithMetadata(new GivesBytes("image/jpeg"));
    }

    public async Task<Outcome<View>> Handle(BatchId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch)
            return new NotFound("batch");
        var all = db.Set<QuarantinedFile>().AsNoTracking().Where(f => f.BatchId == id);
        var files = await all.OrderBy(f => f.Id).ToPage(page, size, cancellation);
        if (files.Items.Count > 0)
        {
            audit.Note("archive.review-opened", "batch", id, new { files = files.Items.Count });
            await db.SaveChangesAsync(cancellation);
        }

        var waiting = await all.Where(f => f.Decision == ReviewDecision.Waiting).OrderBy(f => f.Id).Select(f => (long?)f.Id).FirstOrDefaultAsync(cancellation);
        int? first = waiting is null ? null : await all.CountAsync(f => f.Id < waiting, cancellation) / files.Size + 1;
        return new View(id, batch.Name, batch.State, [.. files.Items.Select(ItemOf)], files.Number, files.Size, files.Total, first);
    }

    /// <summary>One of the list again, after a decision: the looking was noted when the list was opened.</summary>
    public async Task<Outcome<Item>> One(BatchId id, long file, CancellationToken cancellation) =>
        await db.Set<QuarantinedFile>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == file && f.BatchId == id, cancellation) is { } found ? ItemOf(found) : new NotFound("file");

    private static Item ItemOf(QuarantinedFile f) => new(f.Id, f.Reason, f.Modality, f.Rows, f.Columns, f.Frames, f.Decision, f.Regions, f.Version);

    /// <param name="frame">From 1.</param>
    /// <param name="last">Of a sheet of frames; null shows the one frame.</param>
    /// <param name="regions">"x,y,width,height" parted by semicolons; null shows the picture as it came.</param>
    /// <param name="grays">"window" as the file says, "whole" from the least value to the greatest, "equalised" so that near values differ.</param>
    public async Task<IResult> Image(BatchId id, long file, int frame, int? last, string? regions, string? grays, CancellationToken cancellation)
    {
        if (await db.Set<QuarantinedFile>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == file && f.BatchId == id, cancellation) is not { } found || frame < 1 || frame > found.Frames)
            return new NotFound("file").ToHttp();
        var hidden = Parse(regions);
        if (hidden.Count > QuarantinedFile.MostRegions)
            return new MaskHasTooMany(QuarantinedFile.MostRegions).ToHttp();
        var range = Enum.TryParse<GrayRange>(grays, ignoreCase: true, out var asked) ? asked : GrayRange.Window;
        await using var opened = await quarantine.Open(found, cancellation);
        var dicom = opened.File;
        var count = last is { } end ? Math.Clamp(Math.Min(end, found.Frames) - frame + 1, 1, ReviewPicture.MostOnSheet) : 1;
        var jpeg = last is null ? ReviewPicture.Frame(dicom, frame - 1, hidden, range) : ReviewPicture.Sheet(dicom, frame - 1, count, hidden, range);
        if (jpeg is null)
            return new FrameUnreadable().ToHttp();
        // What is blackened was not seen.
        if (hidden.Count == 0)
            await reviewed.Note(found, frame, frame + count - 1, cancellation);
        return new NotKept(jpeg);
    }

    internal static IReadOnlyList<PixelRegion> Parse(string? regions) => [.. (regions ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split(','))
        .Where(r => r.Length == 4 && r.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _))).Take(QuarantinedFile.MostRegions + 1)
        .Select(r => r.Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray()).Select(r => new PixelRegion(r[0], r[1], r[2], r[3]))];

    /// <summary>No cache keeps what may name a patient.</summary>
    private sealed class NotKept(byte[] jpeg) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "no-store";
            return Results.Bytes(jpeg, "image/jpeg").ExecuteAsync(httpContext);
        }
    }
}
