using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Agreement;

/// <summary>A cut of the image around a disagreement with every reading's contour in its letter's colour, for the list.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeDisagreementPicture(PirogovDb db, CurrentActor actor, ReadingSources sources, DisagreementPictures pictures)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings/{id}/disagreements/{disagreement:guid}/picture",
            (SeeDisagreementPicture use, ReadingId id, Guid disagreement, CancellationToken cancellation) => use.Handle(id, disagreement, cancellation))
        .Needs(typeof(SeeDisagreementPicture)).WithName("getDisagreementPicture").WithSummary("A disagreement on its image, one contour for each reading.")
        .WithMetadata(new GivesBytes("image/png"));

    public async Task<IResult> Handle(ReadingId id, Guid disagreement, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is { } reading
            && await sources.Compared(reading, cancellation) is { } comparison && await pictures.Of(comparison, reading.CaseId, disagreement, cancellation) is { } png
            ? Results.Bytes(png, "image/png") : new NotFound("disagreement-picture").ToHttp();
    }
}

/// <summary>Draws disagreements of a comparison.</summary>
internal sealed class DisagreementPictures(
    PirogovDb db, ICases cases, ObjectStore store, ComparisonStore comparisons, Documents documents, VersionedDocuments versioned)
{
    /// <returns>A PNG; none where there is no such disagreement, or it has no place on an image.</returns>
    public async Task<byte[]?> Of(Comparison comparison, CaseId id, Guid disagreement, CancellationToken cancellation)
    {
        if ((await comparisons.Detail(comparison, cancellation)).Disagreements.FirstOrDefault(d => d.Id == disagreement) is not { Place: { Box: { } box, Frame: { } frame } place } one
            || (await cases.Files(id, cancellation)).FirstOrDefault(f => f.SopInstanceUid == place.SopInstanceUid) is not { } file)
            return null;
        var (columns, rows) = file.TotalPixelMatrix ?? (file.Columns, file.Rows);
        var cut = ContourPicture.Around(box, columns, rows);
        cut.Background(await Frame(file, frame, cancellation));
        var version = await comparisons.Version(comparison, cancellation);
        foreach (var (source, revision) in comparison.SourceIds.Index())
            await Draw(cut, source, one, frame, await Document(revision, version, cancellation), cancellation);
        return cut.ToPng();
    }

    /// <summary>As it was compared.</summary>
    private async Task<LabelDocument> Document(Guid revision, SchemaVersionId version, CancellationToken cancellation) =>
        (await versioned.Open(await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.Id == revision, cancellation), version, ownOnly: true, cancellation)).Document;

    private async Task Draw(ContourPicture cut, int source, Disagreement one, int frame, LabelDocument document, CancellationToken cancellation)
    {
        if (one.Geometry == Geometry.Mask)
        {
            DocumentMask[] drawn = [.. document.Masks.Where(m => m.Class == one.Class && m.SopInstanceUid == one.Place!.SopInstanceUid && m.Frame == frame)];
            foreach (var mask in (await documents.Decode(drawn, cancellation)).Values)
                cut.Border(mask, source);
            return;
        }

        var ids = one.Sources[source].Objects;
        foreach (var shape in document.Objects.Where(o => ids.Contains(o.Id, StringComparer.OrdinalIgnoreCase)))
        {
            if (shape.Type == Geometry.Track)
            {
                if (TrackBoxes.At(shape.Track!, frame) is { } box)
                    cut.Line([[box.Left, box.Top], [box.Right, box.Top], [box.Right, box.Bottom], [box.Left, box.Bottom]], isClosed: true, source);
            }
            else if (shape.Type is "polyline" or "length" or "point")
            {
                cut.Line(shape.Points, isClosed: false, source);
            }
            else
            {
                foreach (var ring in Shape.RingsOf(shape))
                    cut.Line(ring, isClosed: true, source);
            }
        }
    }

    /// <summary>Null when the frame cannot be shown: the contours stand on a dark ground then.</summary>
    private async Task<Picture?> Frame(CaseFile file, int frame, CancellationToken cancellation)
    {
        if (file.TotalPixelMatrix is not null || await store.Find(file.Md5, cancellation) is null)
            return null;
        try
        {
            await using var bytes = await store.OpenRead(file.Md5, cancellation);
            return DicomImage.Open(DicomReader.Read(bytes, new() { LeavePixelDataInStream = true }))
                .Render(frame - 1, own => own with { MaxSide = Math.Max(file.Rows, file.Columns), PixelAspect = 1 });
        }
        catch (Exception fault) when (fault is ImagingException or DicomFormatException)
        {
            return null;
        }
    }
}
