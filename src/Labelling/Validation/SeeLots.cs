using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Validation;

/// <param name="ErrorShare">Of the sample judged so far; null before the first verdict.</param>
/// <param name="Lower">Of the 95 % Wilson interval.</param>
/// <param name="Released">Cases of a rejected lot that were released before: to be reopened where it matters.</param>
internal sealed record LotView(
    LotId Id, int Level, int Number, LotState State, int Size, int Arrived, int SampleSize, int AcceptanceNumber, int Judged, int Errors,
    double? ErrorShare, double? Lower, double? Upper, int Released, DateTimeOffset OpenedAt, DateTimeOffset? DecidedAt);

/// <summary>What a level's plan comes to.</summary>
/// <param name="Acceptance">Share of errors in a lot → the chance that it is accepted: the operating characteristic.</param>
/// <param name="OutgoingLimit">The worst average share of errors that leaves the level (AOQL).</param>
internal sealed record LotPlanView(int Level, int Size, int SampleSize, int AcceptanceNumber, IReadOnlyList<OperatingPoint> Acceptance, double OutgoingLimit);

internal sealed record OperatingPoint(double ErrorShare, double Chance);

internal sealed record LotsView(IReadOnlyList<LotPlanView> Plans, Page<LotView> Lots);

/// <summary>The lots of a project's levels.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeLots(PirogovDb db)
{
    private static readonly double[] Shares = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5];

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/lots",
            (SeeLots use, ProjectId id, int? page, int? size, CancellationToken cancellation) => use.Handle(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeLots)).WithName("listValidationLots").WithSummary("Acceptance sampling: the plans of a project's levels and its lots, the newest first.");

    public async Task<Outcome<LotsView>> Handle(ProjectId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var found = await db.Set<ValidationLot>().AsNoTracking().Where(l => l.ProjectId == id).OrderByDescending(l => l.OpenedAt).ThenByDescending(l => l.Level).ToPage(page, size, cancellation);
        var ids = found.Items.Where(l => l.State == LotState.Rejected).Select(l => l.Id).ToArray();
        var released = await (from c in db.Set<LotCase>()
                              join p in db.Set<ProjectCase>() on c.ProjectCaseId equals p.Id
                              where ids.Contains(c.LotId) && c.IsWidened && c.IsGood == null && p.State == ProjectCaseState.Released
                              group c by c.LotId into g
                              select new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        return new LotsView([.. project.Levels.Index().Where(l => l.Item.Lot is not null).Select(l => Plan(l.Index + 1, l.Item))],
            new([.. found.Items.Select(l => View(l, released.GetValueOrDefault(l.Id)))], found.Number, found.Size, found.Total));
    }

    internal static LotPlanView Plan(int number, ValidationLevel level)
    {
        var (size, sample, most) = (level.Lot!.Size, level.Lot.SampleOf(level.Share), level.Lot.MostErrors(level.Share)!.Value);
        return new(number, size, sample, most,
            [.. Shares.Select(s => new OperatingPoint(s, AcceptanceSampling.ProbabilityOfAcceptance(size, sample, most, (int)Math.Round(s * size))))],
            AcceptanceSampling.AverageOutgoingQualityLimit(size, sample, most));
    }

    private static LotView View(ValidationLot lot, int released)
    {
        var interval = lot.Judged == 0 ? (ConfidenceInterval?)null : WilsonInterval.Of(lot.Errors, lot.Judged);
        return new(lot.Id, lot.Level, lot.Number, lot.State, lot.Size, lot.Arrived, lot.SampleSize, lot.AcceptanceNumber, lot.Judged, lot.Errors,
            lot.Judged == 0 ? null : (double)lot.Errors / lot.Judged, interval?.Lower, interval?.Upper, released, lot.OpenedAt, lot.DecidedAt);
    }
}
