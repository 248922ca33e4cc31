using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Lifecycle;

public sealed record LinkView(string Kind, Guid Subject, string Sha256, DateTimeOffset At, int Files);

/// <param name="Newest">At most <see cref="ChainOfEvidence.Shown"/> links, the newest first.</param>
public sealed record LinkGroup(string Kind, int Count, IReadOnlyList<LinkView> Newest);

/// <summary>Reads the recorded links below one link, level by level. It checks nothing: that is the verifier's work.</summary>
internal sealed class ChainOfEvidence(PirogovDb db)
{
    public const int Shown = 3;
    private const int QuerySize = 500;

    private static readonly string[] DatasetKinds =
    [
        ArchiveEvidence.Batch, LabellingEvidence.Reading, LabellingEvidence.Comparison, LabellingEvidence.Consensus, LabellingEvidence.Validation,
        LabellingEvidence.Release, DatasetEvidence.Version,
    ];

    /// <returns>The links below by the stage whose work they show, each stage's kinds in the order of the work.</returns>
    public async Task<IReadOnlyDictionary<Stage, IReadOnlyList<LinkGroup>>> Below(EvidenceReference? top, CancellationToken cancellation)
    {
        var links = (top is null ? [] : await Walk(top, cancellation)).ToLookup(l => l.Kind);
        IReadOnlyList<LinkGroup> Groups(params IEnumerable<string> kinds) => [.. kinds.Where(links.Contains).Select(k =>
            new LinkGroup(k, links[k].Count(), [.. links[k].OrderByDescending(l => l.At).Take(Shown)]))];
        return new Dictionary<Stage, IReadOnlyList<LinkGroup>>
        {
            [Stage.Dataset] = Groups(DatasetKinds),
            [Stage.Model] = Groups(CompetitionEvidence.Submission, CompetitionEvidence.Score),
        };
    }

    private async Task<List<LinkView>> Walk(EvidenceReference top, CancellationToken cancellation)
    {
        var (found, seen, level) = (new List<LinkView>(), new HashSet<string> { top.Sha256 }, new List<string> { top.Sha256 });
        while (level.Count > 0)
        {
            var next = new List<string>();
            foreach (var hashes in level.Chunk(QuerySize))
            {
                foreach (var record in await db.Set<EvidenceRecord>().AsNoTracking().Where(r => hashes.Contains(r.Sha256)).ToArrayAsync(cancellation))
                {
                    var statement = record.Parse();
                    found.Add(new(record.Kind, record.Subject, record.Sha256, record.At, statement.Files.Count));
                    next.AddRange(statement.StandsOn.Select(b => b.Sha256).Where(seen.Add));
                }
            }

            level = next;
        }

        return found;
    }
}
