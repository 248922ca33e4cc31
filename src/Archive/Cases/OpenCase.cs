using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Cases;

/// <summary>One case: its series, the attributes that are left of its headers, its pictures, and what the viewer needs.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class OpenCase(PirogovDb db, CaseAccess access, ObjectStore store, AuditTrail audit)
{
    /// <param name="Spacing">Distances between columns, rows and slices in mm of a volume; else null.</param>
    public sealed record SeriesView(
        string SeriesInstanceUid, int? Number, string Modality, string Description, string BodyPart, string Manufacturer, string ManufacturerModel,
        int InstanceCount, int Rows, int Columns, double[]? Spacing, IReadOnlyList<string> QualityNotes, bool HasThumbnail);

    /// <summary>The same study came in other batches too: each of them made a case.</summary>
    public sealed record PartView(CaseId Id, string Label, bool IsEarlier);

    public sealed record View(CaseSummary Case, IReadOnlyList<SeriesView> Series, IReadOnlyList<PartView> OtherParts);

    public sealed record AttributeView(string Tag, string Keyword, string Vr, string Value, int Depth);

    public sealed record ViewerCase(CaseId Id, string Label);

    public sealed record ViewerSeries(
        string StudyInstanceUid, string SeriesInstanceUid, string Modality, string Description, int InstanceCount, string? FrameOfReferenceUid);

    public sealed record Viewer(ViewerCase Case, IReadOnlyList<ViewerSeries> Series);

    internal static void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        api.MapGet("/cases/{id}", (OpenCase use, CaseId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(OpenCase)).WithName("getCase").WithSummary("One case with its series");
        api.MapGet("/cases/{id}/viewer", (OpenCase use, CaseId id, CancellationToken cancellation) => use.ForViewer(id, cancellation).ToHttp())
            .Needs(typeof(OpenCase)).WithName("getCaseForViewer").WithSummary("What the radiology viewer needs of a case");
        api.MapGet("/cases/{id}/series/{series}/attributes",
                (OpenCase use, CaseId id, string series, CancellationToken cancellation) => use.Attributes(id, series, cancellation).ToHttp())
            .Needs(typeof(OpenCase)).WithName("listSeriesAttributes").WithSummary("Attributes of a series' first instance, as de-identified");
        api.MapGet("/cases/{id}/thumbnail", (OpenCase use, HttpContext http, CaseId id, string? series, CancellationToken cancellation) =>
                use.Thumbnail(http, id, series, cancellation))
            .Needs(typeof(OpenCase)).WithName("getCaseThumbnail")
            .WithSummary("Picture of a series, or of the case's first").WithMetadata(new GivesBytes("image/jpeg"));
        routes.MapGet("/workbench/radiology/case/{id}", (OpenCase use, CaseId id, CancellationToken cancellation) => use.Workbench(id, cancellation))
            .Needs(typeof(OpenCase)).ExcludeFromDescription();
    }

    public async Task<Outcome<View>> One(CaseId id, CancellationToken cancellation)
    {
        if (await access.Find(id, cancellation) is not { } found)
            return new NotFound("case");
        return new View(StoredCases.Summarise(found), [.. found.Series.OrderBy(s => s.Id).Select(s => new SeriesView(s.SeriesInstanceUid, s.SeriesNumber, s.Modality,
            s.Description, s.BodyPart, s.Manufacturer, s.ManufacturerModel, s.InstanceCount, s.Rows, s.Columns,
            s.IsVolume ? [s.ColumnSpacing!.Value, s.RowSpacing!.Value, s.SliceSpacing!.Value] : null,
            s.QualityNotes.Split(',', StringSplitOptions.RemoveEmptyEntries), s.ThumbnailMd5 is not null))],
            [.. (await access.OfStudy(found.StudyInstanceUid, cancellation)).Where(c => c.Id != found.Id && c.CentreId == found.CentreId)
                .OrderBy(c => c.Number).Select(c => new PartView(c.Id, c.Label, c.Number < found.Number))]);
    }

    public async Task<Outcome<Viewer>> ForViewer(CaseId id, CancellationToken cancellation)
    {
        if (await access.Find(id, cancellation) is not { } found)
            return new NotFound("case");
        audit.Note("archive.case-viewed", "case", id);
        await db.SaveChangesAsync(cancellation);
        return new Viewer(new(found.Id, found.Label), [.. found.Series.OrderBy(s => s.Id).Select(s =>
            new ViewerSeries(s.StudyInstanceUid, s.SeriesInstanceUid, s.Modality, s.Description, s.InstanceCount, s.FrameOfReferenceUid))]);
    }

    public async Task<Outcome<IReadOnlyList<AttributeView>>> Attributes(CaseId id, string seriesInstanceUid, CancellationToken cancellation)
    {
        if (await access.Find(id, cancellation) is not { } found || found.Series.FirstOrDefault(s => s.SeriesInstanceUid == seriesInstanceUid) is not { } series)
            return new NotFound("series");
        var first = SeriesMetadata.Parse(await store.Read(series.MetadataMd5, cancellation))[0];
        return Outcome<IReadOnlyList<AttributeView>>.Of([.. Flatten(first, 0)]);
    }

    public async Task<IResult> Thumbnail(HttpContext http, CaseId id, string? seriesInstanceUid, CancellationToken cancellation)
    {
        if (await access.Find(id, cancellation) is not { } found
            || found.Series.OrderBy(s => s.Id).FirstOrDefault(s => s.ThumbnailMd5 is not null && (seriesInstanceUid is null || s.SeriesInstanceUid == seriesInstanceUid))
                is not { } series)
            return new NotFound("thumbnail").ToHttp();
        http.Response.Headers.CacheControl = "private, max-age=86400";
        return Results.Stream(await store.OpenRead(series.ThumbnailMd5!, cancellation), "image/jpeg", entityTag: new EntityTagHeaderValue($"\"{series.ThumbnailMd5}\""));
    }

    public async Task<IResult> Workbench(CaseId id, CancellationToken cancellation) => await access.Find(id, cancellation) is { } found
        ? new WorkbenchPage("radiology", found.Label, new { caseId = id, home = $"/archive/cases/{id}" })
        : new NotFound("case").ToHttp();

    private static IEnumerable<AttributeView> Flatten(DicomDataset dataset, int depth)
    {
        // Not of the file: the metadata of PS3.18 add in which syntax it is kept.
        foreach (var element in dataset.Where(e => e.Tag != DicomTags.AvailableTransferSyntaxUid))
        {
            var value = element is DicomSequence sequence ? $"[{sequence.Items.Count}]" : string.Join(" \\ ", dataset.GetStrings(element.Tag));
            yield return new(element.Tag.ToString(), element.Tag.Keyword, element.Vr.ToString(), value, depth);
            foreach (var inner in (element as DicomSequence)?.Items.SelectMany(i => Flatten(i, depth + 1)) ?? [])
                yield return inner;
        }
    }
}
