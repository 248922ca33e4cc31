using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Cases;

/// <summary>The archive's cases, searched and paged, as far as the person may browse them.</summary>
[Needs(ArchiveRights.BrowseCases)]
internal sealed class SeeCases(CaseAccess access, IAgenda agenda)
{
    public sealed record Row(
        CaseId Id, string Label, DataKind DataKind, string Description, string? PatientSex, string? PatientAge, IReadOnlyList<string> Modalities,
        IReadOnlyList<string> BodyParts, string ManufacturerModel, int SeriesCount, int InstanceCount, bool HasQualityNotes, bool HasThumbnail,
        BatchId BatchId, DateTimeOffset ReceivedAt);

    /// <summary>What the filters offer.</summary>
    public sealed record Choices(IReadOnlyList<ReferenceCentreSummary> Centres, IReadOnlyList<string> Modalities, IReadOnlyList<string> BodyParts);

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/cases",
            (SeeCases use, string? text, EnumWord<DataKind>? dataKind, ReferenceCentreId? centre, BatchId? batch, string? modality, string? bodyPart, string? sex,
                    int? fewestInstances, int? ageFrom, int? ageTo, int? page, int? size, CancellationToken cancellation) =>
                use.List(new(new(text, dataKind?.Value, centre, batch, modality, bodyPart, sex, fewestInstances, ageFrom, ageTo)), page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeCases)).WithName("listCases").WithSummary("Cases of the archive");

    public async Task<Outcome<Page<Row>>> List(CaseFilter filter, int page, int size, CancellationToken cancellation)
    {
        if (filter.Query.Fault() is { } unfit)
            return unfit;
        var found = await filter.Of(await access.Browsable(cancellation)).Include(c => c.Series).OrderByDescending(c => c.ReceivedAt).ThenByDescending(c => c.Id)
            .ToPage(page, size, cancellation);
        return new Page<Row>([.. found.Items.Select(ToRow)], found.Number, found.Size, found.Total);
    }

    public async Task<Choices> Offer(CancellationToken cancellation)
    {
        var series = (await access.Browsable(cancellation)).SelectMany(c => c.Series);
        var modalities = await series.Select(s => s.Modality).Distinct().ToArrayAsync(cancellation);
        var parts = await series.Where(s => s.BodyPart != "").Select(s => s.BodyPart).Distinct().OrderBy(p => p).Take(200).ToArrayAsync(cancellation);
        return new(await agenda.Centres(cancellation), [.. modalities.Order(StringComparer.Ordinal)], [.. parts.Order(StringComparer.Ordinal)]);
    }

    private static Row ToRow(Case c)
    {
        var series = c.Series.OrderBy(s => s.Id).ToArray();
        return new(c.Id, c.Label, c.DataKind, c.Title, c.PatientSex, c.PatientAge, [.. series.Select(s => s.Modality).Distinct()],
            [.. series.Select(s => s.BodyPart).Where(p => p.Length > 0).Distinct()], series.Select(s => s.ManufacturerModel).FirstOrDefault(m => m.Length > 0) ?? "",
            series.Length, c.InstanceCount, Array.Exists(series, s => s.QualityNotes.Length > 0), Array.Exists(series, s => s.ThumbnailMd5 is not null),
            c.BatchId, c.ReceivedAt);
    }
}
