using System.Numerics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Imaging;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Agreement;

/// <summary>What a heat map's opacity says.</summary>
internal enum HeatScale
{
    /// <summary>How far the readers differ: 0 where all agree, full where half of them drew the pixel.</summary>
    Entropy,

    /// <summary>The share of readers who drew the pixel.</summary>
    Votes,
}

/// <summary>Where the readers' masks differ, for who decides or validates: frames ranked, and a picture to lay over each.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeHeatMap(PirogovDb db, CurrentActor actor, ReadingSources sources, HeatMaps maps)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/readings/{id}/heat-map", (SeeHeatMap use, ReadingId id, string? @class, int? page, int? size, CancellationToken cancellation) =>
            use.Frames(id, @class, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeHeatMap)).WithName("listDisputedFrames").WithSummary("Frames by how far the masks on them differ, the worst first.");
        api.MapGet("/readings/{id}/heat-map/{class}/{sop}/{frame:int}",
                (SeeHeatMap use, ReadingId id, string @class, string sop, int frame, EnumWord<HeatScale>? scale, CancellationToken cancellation) =>
                    use.Picture(id, (@class, sop, frame), scale?.Value ?? HeatScale.Entropy, cancellation))
            .Needs(typeof(SeeHeatMap)).WithName("getHeatMap").WithSummary("A frame's disagreement as a picture of its size, transparent where there is none.")
            .WithMetadata(new GivesBytes("image/png"));
    }

    public async Task<Outcome<Page<FrameDisagreement>>> Frames(ReadingId id, string? @class, int page, int size, CancellationToken cancellation)
    {
        if (await Compared(id, cancellation) is not { } comparison)
            return new NotFound("heat-map");
        return await maps.Frames(comparison, @class, page, size, cancellation);
    }

    public async Task<IResult> Picture(ReadingId id, (string Class, string Sop, int Frame) place, HeatScale scale, CancellationToken cancellation)
    {
        return await Compared(id, cancellation) is { } comparison && await maps.Picture(comparison, place, scale, cancellation) is { } png
            ? Results.Bytes(png, "image/png") : new NotFound("heat-map").ToHttp();
    }

    private async Task<Comparison?> Compared(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is { } reading
            ? await sources.Compared(reading, cancellation)
            : null;
    }
}

/// <summary>Where masks of a comparison differ.</summary>
internal sealed class HeatMaps(PirogovDb db, ComparisonStore comparisons, VersionedDocuments versioned)
{
    private static readonly byte[] Heat = [0xD5, 0x5E, 0x00];

    public async Task<Page<FrameDisagreement>> Frames(Comparison comparison, string? @class, int page, int size, CancellationToken cancellation)
    {
        FrameDisagreement[] ranked = [.. (await comparisons.Detail(comparison, cancellation)).Frames.Where(f => f.Disputed > 0 && (@class is null || f.Class == @class))
            .OrderByDescending(f => f.Entropy).ThenByDescending(f => f.Disputed)];
        return Page.Of(ranked, page, size);
    }

    /// <returns>A PNG of the frame's size; none where nobody drew.</returns>
    public async Task<byte[]?> Picture(Comparison comparison, (string Class, string Sop, int Frame) place, HeatScale scale, CancellationToken cancellation)
    {
        var (version, readings) = (await comparisons.Version(comparison, cancellation), new List<ComparedDocument>());
        foreach (var revision in comparison.SourceIds)
        {
            var saved = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.Id == revision, cancellation);
            readings.Add(await versioned.Open(saved, version, ownOnly: true, cancellation));
        }

        DocumentMask?[] drawn = [.. readings.Select(r => r.Document.Masks.FirstOrDefault(m => (m.Class, m.SopInstanceUid, m.Frame) == place))];
        if (drawn.FirstOrDefault(m => m is not null) is not { } like)
            return null;
        var votes = new FrameVotes();
        await votes.Read(new(place.Sop, place.Frame, like.Rows, like.Columns, drawn, false), readings, cancellation);
        return Paint(votes.Pixels, like.Columns, like.Rows, readings.Count, scale).ToPng();
    }

    private static Overlay Paint(ReadOnlySpan<ushort> votes, int columns, int rows, int sources, HeatScale scale)
    {
        byte[] opacity = [.. Enumerable.Range(0, sources + 1).Select(n => (byte)Math.Round(255 * (scale == HeatScale.Votes ? (double)n / sources : MaskComparison.VoteEntropy(n, sources))))];
        var pixels = new byte[4 * votes.Length];
        for (var i = 0; i < votes.Length; i++)
        {
            if (votes[i] == 0)
                continue;
            Heat.CopyTo(pixels.AsSpan(4 * i));
            pixels[4 * i + 3] = opacity[BitOperations.PopCount(votes[i])];
        }

        return new(pixels, columns, rows);
    }
}
