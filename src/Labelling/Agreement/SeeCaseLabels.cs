using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// What the readings of a case differ in, for the manager: the list, a picture of each disagreement, and heat maps of the masks. Nothing before the
/// readings are compared; and a manager who reads in the same project sees nothing while the case may still want a reader.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeCaseLabels(PirogovDb db, OwnPart own, ICases cases, ComparisonStore comparisons, DisagreementPictures pictures, HeatMaps maps)
{
    private const string Case = "/labelling-projects/{id}/cases/{caseId}";

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet($"{Case}/disagreements", (SeeCaseLabels use, ProjectId id, ProjectCaseId caseId, int? page, int? size, CancellationToken cancellation) =>
            use.Disagreements(id, caseId, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeCaseLabels)).WithName("listCaseDisagreements").WithSummary("What the readings of a case differ in, and what was decided about it last.");
        api.MapGet(Case + "/disagreements/{disagreement:guid}/picture", (SeeCaseLabels use, ProjectId id, ProjectCaseId caseId, Guid disagreement, CancellationToken cancellation) =>
            use.Picture(id, caseId, disagreement, cancellation))
            .Needs(typeof(SeeCaseLabels)).WithName("getCaseDisagreementPicture").WithSummary("A disagreement on its image, one contour for each reading.")
            .WithMetadata(new GivesBytes("image/png"));
        api.MapGet($"{Case}/heat-map", (SeeCaseLabels use, ProjectId id, ProjectCaseId caseId, string? @class, int? page, int? size, CancellationToken cancellation) =>
            use.Frames(id, caseId, @class, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeCaseLabels)).WithName("listCaseDisputedFrames").WithSummary("Frames by how far the masks on them differ, the worst first.");
        api.MapGet(Case + "/heat-map/{class}/{sop}/{frame:int}",
                (SeeCaseLabels use, ProjectId id, ProjectCaseId caseId, string @class, string sop, int frame, EnumWord<HeatScale>? scale, CancellationToken cancellation) =>
                    use.Heat(id, caseId, (@class, sop, frame), scale?.Value ?? HeatScale.Entropy, cancellation))
            .Needs(typeof(SeeCaseLabels)).WithName("getCaseHeatMap").WithSummary("A frame's disagreement as a picture of its size, transparent where there is none.")
            .WithMetadata(new GivesBytes("image/png"));
    }

    public async Task<Outcome<Page<ListedDisagreement>>> Disagreements(ProjectId id, ProjectCaseId caseId, int page, int size, CancellationToken cancellation)
    {
        if (await Compared(id, caseId, cancellation) is not var (comparison, _))
            return new NotFound("disagreements");
        var all = (await comparisons.Detail(comparison, cancellation)).Disagreements;
        var decided = (await db.Set<Decision>().AsNoTracking().Where(d => d.ComparisonId == comparison.Id).ToArrayAsync(cancellation))
            .GroupBy(d => d.Disagreement).ToDictionary(g => g.Key, g => g.MaxBy(d => d.Id)!);
        return Page.Of(all, page, size).Of(d => new ListedDisagreement(d,
            decided.GetValueOrDefault(d.Id) is { Choice: not DecisionChoice.Reopened } one ? new(one.Choice, one.Source, one.Revision, one.At) : null));
    }

    public async Task<IResult> Picture(ProjectId id, ProjectCaseId caseId, Guid disagreement, CancellationToken cancellation) =>
        await Compared(id, caseId, cancellation) is var (comparison, found) && await pictures.Of(comparison, found, disagreement, cancellation) is { } png
            ? Results.Bytes(png, "image/png") : new NotFound("disagreement-picture").ToHttp();

    public async Task<Outcome<Page<FrameDisagreement>>> Frames(ProjectId id, ProjectCaseId caseId, string? @class, int page, int size, CancellationToken cancellation) =>
        await Compared(id, caseId, cancellation) is var (comparison, _) ? await maps.Frames(comparison, @class, page, size, cancellation) : new NotFound("heat-map");

    public async Task<IResult> Heat(ProjectId id, ProjectCaseId caseId, (string Class, string Sop, int Frame) place, HeatScale scale, CancellationToken cancellation) =>
        await Compared(id, caseId, cancellation) is var (comparison, _) && await maps.Picture(comparison, place, scale, cancellation) is { } png
            ? Results.Bytes(png, "image/png") : new NotFound("heat-map").ToHttp();

    /// <returns>SOP Instance UID → where the image is to be had.</returns>
    public async Task<IReadOnlyDictionary<string, ResultImage>> Images(CaseId id, IReadOnlyCollection<string> sopInstanceUids, CancellationToken cancellation) =>
        (await cases.Files(id, cancellation)).Where(f => f.TotalPixelMatrix is null && sopInstanceUids.Contains(f.SopInstanceUid))
            .ToDictionary(f => f.SopInstanceUid, f => new ResultImage(f.SopInstanceUid, f.StudyInstanceUid, f.SeriesInstanceUid));

    private async Task<(Comparison Comparison, CaseId Case)?> Compared(ProjectId id, ProjectCaseId caseId, CancellationToken cancellation)
    {
        if (await db.Set<ProjectCase>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id, cancellation) is not { } one
            || await own.IsBlindTo(one, cancellation)
            || await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectCaseId == caseId && c.IsCurrent, cancellation) is not { } comparison)
            return null;
        return (comparison, one.CaseId);
    }
}
