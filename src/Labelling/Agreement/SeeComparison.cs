using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Agreement;

/// <param name="Kind">Of the disagreements.</param>
/// <param name="Part">The class, or the question or type of relation.</param>
internal sealed record DisagreementCount(DisagreementKind Kind, string Part, int Count);

/// <param name="Source">The letter of the reading.</param>
/// <param name="Pass">1: blind; 2: after a model's findings were revealed.</param>
internal sealed record SourceScoreView(string Source, int Pass, bool Changed, SourceFigures Figures);

/// <param name="Sources">The letters of the readings, in the order in which the pairs count them.</param>
/// <param name="Frames">Those on which masks differ most.</param>
/// <param name="Consensus">How the newest consensus was made; none before there is one.</param>
/// <param name="Scores">How far each reading came to the newest consensus; empty until that has been measured.</param>
internal sealed record ComparisonView(
    int Round, DateTimeOffset At, bool Agreed, IReadOnlyList<string> Sources, IReadOnlyList<PairFigures> Pairs, IReadOnlyList<DisagreementCount> Disagreements,
    IReadOnlyList<FrameDisagreement> Frames, ConsensusProvenance? Consensus, IReadOnlyList<SourceScoreView> Scores);

/// <summary>
/// A manager's view of one case's comparison: figures and answers by pair of letters, what differs and how often, how the consensus came about. A manager who
/// reads in the same project sees nothing while the case may still want a reader.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeComparison(PirogovDb db, OwnPart own, ComparisonStore comparisons)
{
    private const int FramesShown = 50;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/cases/{caseId}/comparison",
            (SeeComparison use, ProjectId id, ProjectCaseId caseId, CancellationToken cancellation) => use.Handle(id, caseId, cancellation).ToHttp())
        .Needs(typeof(SeeComparison)).WithName("getComparison").WithSummary("How far the readings of a case agree, pair by pair; nothing before all are locked.");

    public async Task<Outcome<ComparisonView>> Handle(ProjectId id, ProjectCaseId caseId, CancellationToken cancellation)
    {
        if (await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectId == id && c.ProjectCaseId == caseId && c.IsCurrent, cancellation) is not { } comparison
            || await own.Blind(id).AnyAsync(c => c == caseId, cancellation))
            return new NotFound("comparison");
        var detail = await comparisons.Detail(comparison, cancellation);
        var provenance = await db.Set<Consensus>().Where(c => c.ProjectCaseId == caseId && c.ProvenanceMd5 != null).OrderByDescending(c => c.Number)
            .Select(c => c.ProvenanceMd5).FirstOrDefaultAsync(cancellation);
        var made = provenance is null ? null : await comparisons.Read<ConsensusProvenance>(provenance, cancellation);
        return new ComparisonView(comparison.Round, comparison.At, comparison.Agreed, [.. Enumerable.Range(0, detail.Sources).Select(ComparisonDetail.Letter)],
            comparison.Figures.Pairs,
            [.. detail.Disagreements.GroupBy(d => (d.Kind, Part: d.Class ?? d.Question!)).OrderBy(g => g.Key.Part, StringComparer.Ordinal).ThenBy(g => g.Key.Kind)
                .Select(g => new DisagreementCount(g.Key.Kind, g.Key.Part, g.Count()))],
            [.. detail.Frames.Where(f => f.Disputed > 0).OrderByDescending(f => f.Entropy).Take(FramesShown)], made,
            await Scores(comparison, cancellation));
    }

    private async Task<IReadOnlyList<SourceScoreView>> Scores(Comparison comparison, CancellationToken cancellation)
    {
        var scores = await db.Set<SourceScore>().AsNoTracking().Where(s => s.ProjectCaseId == comparison.ProjectCaseId).ToArrayAsync(cancellation);
        var sources = comparison.SourceIds.ToArray();
        var readers = await (from v in db.Set<ReadingRevision>()
                             join r in db.Set<Reading>() on v.ReadingId equals r.Id
                             where sources.Contains(v.Id)
                             select new { v.Id, r.AccountId }).ToDictionaryAsync(r => r.AccountId, r => Array.IndexOf(sources, r.Id), cancellation);
        return [.. scores.Where(s => s.Number == scores.Max(x => x.Number) && readers.ContainsKey(s.AccountId)).OrderBy(s => readers[s.AccountId]).ThenBy(s => s.Pass)
            .Select(s => new SourceScoreView(ComparisonDetail.Letter(readers[s.AccountId]), s.Pass, s.Changed, s.Figures))];
    }
}
