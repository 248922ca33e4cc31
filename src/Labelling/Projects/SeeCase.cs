using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <param name="Letter">By which the comparison names it; none before the case is compared, of who decides, and for a manager who decides in the project themself.</param>
/// <param name="LeftAt">From then on it holds no place in the case.</param>
internal sealed record CasePart(
    ReadingId Id, Guid AccountId, string Name, ReadingMode Mode, int Slot, string? Letter, ReadingState State, int Pass, int Revision, DateTimeOffset OfferedAt,
    DateTimeOffset ChangedAt, DateTimeOffset? FinishedAt, DateTimeOffset? LeftAt, ReasonLeft? ReasonLeft, SkipReason? SkipReason, string? SkipText);

internal sealed record CaseRound(int Round, DateTimeOffset At, bool Agreed, int Readings);

internal sealed record CaseConsensus(int Number, ConsensusOrigin Origin, DateTimeOffset At, string DocumentSha256);

/// <param name="Judged">The number of the consensus.</param>
internal sealed record CaseVerdict(int Level, VerdictKind Kind, int Judged, Guid AccountId, string Name, DateTimeOffset At);

internal sealed record CaseRelease(ReleaseId Id, int Number, DateTimeOffset At);

/// <param name="Evidence">Links of the chain about this case, each by what it vouches for.</param>
/// <param name="Aside">Since when, if it is set aside.</param>
internal sealed record ProjectCasePage(
    ProjectCaseId Id, CaseId CaseId, string Label, ProjectReference Project, ProjectState ProjectState, SchemaView Schema, ProjectCaseState State, int Level, bool Gold, string? Stratum,
    int Priority, DateTimeOffset? DueAt, int ReadersWanted, int MostReaders, DateTimeOffset ChangedAt, DateTimeOffset? Aside, string? AsideReason,
    IReadOnlyList<CasePart> Parts, IReadOnlyList<CaseRound> Rounds, IReadOnlyList<CaseConsensus> Consensuses, IReadOnlyList<CaseVerdict> Verdicts,
    IReadOnlyList<CommentView> Comments, IReadOnlyList<ReturnReason> Reasons, IReadOnlyList<CaseRelease> Releases, IReadOnlyList<EvidenceReference> Evidence);

/// <summary>One case of a project for its manager: its way so far, who has or had what part in it, and what it rests on. Nobody's labels.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeCase(PirogovDb db, OwnPart own, EvidenceChain chain)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/cases/{caseId}",
            (SeeCase use, ProjectId id, ProjectCaseId caseId, CancellationToken cancellation) => use.Handle(id, caseId, cancellation).ToHttp())
        .Needs(typeof(SeeCase)).WithName("getProjectCase").WithSummary("A case of a project: its state, its readings, its consensuses, verdicts, remarks and evidence.");

    public async Task<Outcome<ProjectCasePage>> Handle(ProjectId id, ProjectCaseId caseId, CancellationToken cancellation)
    {
        if (await db.Set<ProjectCase>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id, cancellation) is not { } one)
            return new NotFound("labelling-case");
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var comparisons = await db.Set<Comparison>().AsNoTracking().Where(c => c.ProjectCaseId == caseId).OrderBy(c => c.Round).ToArrayAsync(cancellation);
        var consensuses = await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == caseId).OrderBy(c => c.Number).ToArrayAsync(cancellation);
        var verdicts = await db.Set<Verdict>().AsNoTracking().Where(v => v.ProjectCaseId == caseId).OrderBy(v => v.At).ToArrayAsync(cancellation);
        var comments = await db.Set<CaseComment>().AsNoTracking().Where(c => c.ProjectCaseId == caseId).OrderBy(c => c.At).ThenBy(c => c.Position).ToArrayAsync(cancellation);
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == id, cancellation) ?? new(id);
        var releases = await (from c in db.Set<ReleasedCase>()
                              join r in db.Set<Release>() on c.ReleaseId equals r.Id
                              where r.ProjectId == id && c.CaseId == one.CaseId
                              orderby r.Number
                              select new CaseRelease(r.Id, r.Number, r.ReleasedAt)).ToArrayAsync(cancellation);
        var parts = await Parts(one, comparisons.SingleOrDefault(c => c.IsCurrent), cancellation);
        var judges = verdicts.Select(v => v.ValidatorId).ToArray();
        var names = await db.Set<Account>().Where(a => judges.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        return new ProjectCasePage(one.Id, one.CaseId, one.Label, new(id, project.Name), project.State, SchemaView.Of(schema, schema.Versions.Single(v => v.Id == project.SchemaVersionId)),
            one.State, one.Level, one.IsGold, one.Stratum, one.Priority, one.DueAt, one.ReadersWanted, one.MostReaders, one.ChangedAt, one.AsideAt, one.AsideReason, parts,
            [.. comparisons.Select(c => new CaseRound(c.Round, c.At, c.Agreed, c.SourceIds.Count))],
            [.. consensuses.Select(c => new CaseConsensus(c.Number, c.Origin, c.At, c.DocumentSha256))],
            [.. verdicts.Select(v => new CaseVerdict(v.Level, v.Kind, consensuses.Single(c => c.Id == v.JudgedId).Number, v.ValidatorId, names.GetValueOrDefault(v.ValidatorId, ""), v.At))],
            [.. comments.Select(CommentView.Of)], rules.Reasons, releases, await Evidence(parts, comparisons, consensuses, verdicts, cancellation));
    }

    private async Task<IReadOnlyList<CasePart>> Parts(ProjectCase one, Comparison? comparison, CancellationToken cancellation)
    {
        var readings = await (from r in db.Set<Reading>().IgnoreQueryFilters().AsNoTracking()
                              join a in db.Set<Account>() on r.AccountId equals a.Id
                              where r.ProjectCaseId == one.Id
                              select new { Reading = r, a.FullName }).ToArrayAsync(cancellation);
        var sources = comparison is null || await own.Decides(one.ProjectId, cancellation) ? [] : comparison.SourceIds.ToArray();
        var letters = await db.Set<ReadingRevision>().Where(v => sources.Contains(v.Id)).Select(v => new { v.Id, v.ReadingId })
            .ToDictionaryAsync(v => v.ReadingId, v => ComparisonDetail.Letter(Array.IndexOf(sources, v.Id)), cancellation);
        return [.. readings.OrderBy(r => r.Reading.LeftAt is not null).ThenBy(r => r.Reading.Mode).ThenBy(r => r.Reading.Slot).ThenBy(r => r.Reading.Id.Value).Select(r => new CasePart(
            r.Reading.Id, r.Reading.AccountId, r.FullName, r.Reading.Mode, r.Reading.Slot, letters.GetValueOrDefault(r.Reading.Id), r.Reading.State, r.Reading.Pass, r.Reading.Revision,
            r.Reading.OfferedAt, r.Reading.ChangedAt, r.Reading.FinishedAt, r.Reading.LeftAt, r.Reading.ReasonLeft, r.Reading.SkipReason, r.Reading.SkipText))];
    }

    private async Task<IReadOnlyList<EvidenceReference>> Evidence(
        IReadOnlyList<CasePart> parts, Comparison[] comparisons, Consensus[] consensuses, Verdict[] verdicts, CancellationToken cancellation)
    {
        var readings = parts.Select(p => p.Id).ToArray();
        var revisions = await db.Set<ReadingRevision>().Where(r => readings.Contains(r.ReadingId)).OrderBy(r => r.Id).Select(r => r.Id).ToArrayAsync(cancellation);
        var found = new List<EvidenceReference>();
        foreach (var (kind, subjects) in new (string, Guid[])[]
                 {
                     (LabellingEvidence.Reading, revisions), (LabellingEvidence.Comparison, [.. comparisons.Select(c => c.Id)]),
                     (LabellingEvidence.Consensus, [.. consensuses.Select(c => c.Id)]), (LabellingEvidence.Validation, [.. verdicts.Select(v => v.Id)]),
                 })
        {
            var links = await chain.Find(kind, subjects, cancellation);
            found.AddRange(subjects.Where(links.ContainsKey).Select(s => links[s]));
        }

        return found;
    }
}
