using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Releases;

/// <summary>A case that may go into a release, with what stands behind it.</summary>
/// <param name="Levels">The levels that looked at the consensus and let it pass.</param>
/// <param name="Files">The document that is released, then its masks.</param>
internal sealed record ReleasableCase(
    ProjectCase Case, Consensus Consensus, Verdict? Verdict, IReadOnlyList<int> Levels, LabelDocument Labels, IReadOnlyList<EvidenceFile> Files, EvidenceReference? StandsOn);

/// <param name="InOpenLots">Cases that are through and left out, since their lot is not decided yet.</param>
/// <param name="ForPeople">Cases that are through and left out, since only a person can say what the present version of the schema asks.</param>
internal sealed record ReleaseChoice(IReadOnlyList<ProjectCase> Cases, int InOpenLots, int ForPeople);

/// <summary>The cases of a project that are through, all with a handful of queries.</summary>
internal sealed class ReleasableCases(PirogovDb db, Documents documents, VersionedDocuments versioned, EvidenceChain chain)
{
    /// <param name="wanted">None: all that are through.</param>
    /// <param name="withOpenLots">Also those whose lot is not decided yet: they may still be called back.</param>
    public async Task<Outcome<ReleaseChoice>> Choose(
        ProjectId project, IReadOnlyCollection<ProjectCaseId>? wanted, bool withOpenLots, CancellationToken cancellation)
    {
        var cases = await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ToArrayAsync(cancellation);
        var waiting = withOpenLots ? [] : (await (from c in db.Set<LotCase>()
                                                  join l in db.Set<ValidationLot>() on c.LotId equals l.Id
                                                  where l.ProjectId == project && l.State == LotState.Open
                                                  select c.ProjectCaseId).ToArrayAsync(cancellation)).ToHashSet();
        bool Waits(ProjectCase one) => one is { State: ProjectCaseState.Validated, AsideAt: null } && waiting.Contains(one.Id);
        var through = cases.Where(c => c is { State: ProjectCaseState.Validated or ProjectCaseState.Released, AsideAt: null } && !Waits(c)).ToDictionary(c => c.Id);
        var stuck = await NeedPerson(project, through.Keys, cancellation);
        bool IsReady(ProjectCase one) => through.ContainsKey(one.Id) && !stuck.Contains(one.Id);
        if (wanted is null)
            return new ReleaseChoice([.. InOrder(cases.Where(IsReady))], cases.Count(Waits), stuck.Count);
        var chosen = cases.Where(c => wanted.Contains(c.Id)).ToArray();
        if (chosen.Length < wanted.Distinct().Count())
            return new NotFound("labelling-case");
        if (chosen.FirstOrDefault(c => !IsReady(c)) is { } early)
            return early.AsideAt is not null ? new CaseIsSetAside(early.Label) : stuck.Contains(early.Id) ? new CaseNeedsReopening(early.Label) : new CaseIsNotThrough(early.Label);
        return new ReleaseChoice([.. InOrder(chosen)], 0, 0);
    }

    /// <summary>
    /// What was decided under an earlier version of the schema goes over to the present one as that declares; what it cannot say without a person waits
    /// until the case is reopened.
    /// </summary>
    private async Task<HashSet<ProjectCaseId>> NeedPerson(ProjectId project, IReadOnlyCollection<ProjectCaseId> through, CancellationToken cancellation)
    {
        var version = await db.Set<LabellingProject>().Where(p => p.Id == project).Select(p => p.SchemaVersionId).SingleAsync(cancellation);
        var decided = (await (from x in db.Set<Consensus>().AsNoTracking()
                              join c in db.Set<ProjectCase>() on x.ProjectCaseId equals c.Id
                              where c.ProjectId == project
                              select x).ToArrayAsync(cancellation)).GroupBy(x => x.ProjectCaseId).Where(g => through.Contains(g.Key)).Select(g => g.MaxBy(x => x.Number)!).ToArray();
        var stuck = await versioned.NeedPerson(decided, version, cancellation);
        return [.. decided.Where(c => stuck.Contains(c.Id)).Select(c => c.ProjectCaseId)];
    }

    /// <param name="told">How many documents are read, after each.</param>
    public async Task<IReadOnlyList<ReleasableCase>> Open(
        ProjectId project, IReadOnlyList<ProjectCase> cases, ReleaseScope scope, Func<int, Task> told, CancellationToken cancellation)
    {
        var consensus = (await (from x in db.Set<Consensus>().AsNoTracking() join c in db.Set<ProjectCase>() on x.ProjectCaseId equals c.Id where c.ProjectId == project select x)
            .ToArrayAsync(cancellation)).GroupBy(x => x.ProjectCaseId).ToDictionary(g => g.Key, g => g.MaxBy(x => x.Number)!);
        var verdicts = (await (from v in db.Set<Verdict>().AsNoTracking()
                               join c in db.Set<ProjectCase>() on v.ProjectCaseId equals c.Id
                               where c.ProjectId == project && v.Kind != VerdictKind.Returned
                               select v).ToArrayAsync(cancellation)).ToLookup(v => v.ConsensusId);
        var version = await db.Set<LabellingProject>().Where(p => p.Id == project).Select(p => p.SchemaVersionId).SingleAsync(cancellation);
        var labels = new List<(ProjectCase Case, LabelDocument Document, EvidenceFile File)>(cases.Count);
        foreach (var one in cases)
        {
            labels.Add(await Labels(one, consensus[one.Id], version, scope, cancellation));
            await told(labels.Count);
        }

        var blobs = await documents.Find(labels.SelectMany(l => l.Document.Masks).Select(m => m.Blob!), cancellation);
        var last = cases.ToDictionary(c => c.Id, c => verdicts[consensus[c.Id].Id].MaxBy(v => v.Level));
        var links = await chain.Find(LabellingEvidence.Validation, [.. last.Values.OfType<Verdict>().Select(v => v.Id)], cancellation);
        var unseen = await chain.Find(LabellingEvidence.Consensus, [.. cases.Where(c => last[c.Id] is null).Select(c => consensus[c.Id].Id)], cancellation);
        return [.. labels.Select(l =>
        {
            var (own, verdict) = (consensus[l.Case.Id], last[l.Case.Id]);
            EvidenceFile[] masks = [.. l.Document.Masks.Select(m => m.Blob!).Distinct().Order(StringComparer.Ordinal).Select(b => blobs[b]).Select(b => new EvidenceFile(b.Md5, b.Sha256, b.Size))];
            return new ReleasableCase(l.Case, own, verdict, [.. verdicts[own.Id].Select(v => v.Level).Order()], l.Document, [l.File, .. masks],
                verdict is null ? unseen.GetValueOrDefault(own.Id) : links.GetValueOrDefault(verdict.Id));
        })];
    }

    private async Task<(ProjectCase, LabelDocument, EvidenceFile)> Labels(ProjectCase one, Consensus consensus, SchemaVersionId version, ReleaseScope scope, CancellationToken cancellation)
    {
        var whole = await versioned.Load(consensus.DocumentMd5, consensus.SchemaVersionId, version, cancellation);
        var part = scope.Restrict(whole);
        if (consensus.SchemaVersionId == version && part.Masks.Count == whole.Masks.Count && part.Objects.Count == whole.Objects.Count && part.Answers.Count == whole.Answers.Count && part.Relations?.Count == whole.Relations?.Count)
            return (one, whole, consensus.Document);
        var stored = await documents.Put(part, cancellation);
        return (one, part, new(stored.Md5, stored.Sha256, stored.Size));
    }

    private static IEnumerable<ProjectCase> InOrder(IEnumerable<ProjectCase> cases) => cases.OrderBy(c => c.CaseId.Value.ToString(), StringComparer.Ordinal);
}
