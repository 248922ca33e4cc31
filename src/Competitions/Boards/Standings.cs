using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Statistics;

namespace Pirogov.Competitions.Boards;

public sealed record BoardFigure(Metric Metric, double? Value, double? Low, double? High);

/// <param name="Rank">Equal values share the best rank: 1, 2, 2, 4.</param>
/// <param name="WorseThanFirst">
/// Whether the first place's advantage stands up to a paired patient bootstrap (95 % interval of the difference without
/// 0); null for the first place itself and where the metric is undefined.
/// </param>
public sealed record BoardRow(
    int Rank, bool IsTied, TeamId TeamId, string Team, SubmissionId SubmissionId, DateTimeOffset SubmittedAt, BoardFigure Primary,
    IReadOnlyList<BoardFigure> Secondary, int Submissions, bool? WorseThanFirst);

public sealed record Board(Split Part, Metric Metric, bool HigherIsBetter, int Cases, int Patients, IReadOnlyList<BoardRow> Rows);

/// <summary>Puts the teams in order on one test part.</summary>
internal sealed class Standings(PirogovDb db, IDatasets datasets)
{
    private const double EqualWithin = 1e-9;
    private const int PairedReplicates = 1000;

    private sealed record Entry(Team Team, Submission Submission, IReadOnlyCollection<MetricScore> Metrics, int Submissions)
    {
        public MetricScore On(Split part, Metric metric) => Metrics.Single(m => m.Split == part && m.Metric == metric);
    }

    /// <summary>On the public part each team's best submission; on the hidden part the one it chose, or else the same.</summary>
    public async Task<Board> Of(Competition competition, Split part, CancellationToken cancellation)
    {
        var entries = await Entries(competition, part, cancellation);
        var (metric, higher) = (competition.Primary, competition.Primary.HigherIsBetter());
        var ranks = CompetitionRanking.Ranks([.. entries.Select(e => e.On(part, metric).Value ?? double.NaN)], higher, EqualWithin);
        var order = Enumerable.Range(0, entries.Count).OrderBy(i => ranks[i]).ThenBy(i => entries[i].Submission.Id.Value).ToArray();
        var worse = await WorseThanFirst(competition, part, [.. order.Select(i => entries[i])], cancellation);
        var rows = order.Select((i, place) => new BoardRow(
            ranks[i], ranks.Count(r => r == ranks[i]) > 1, entries[i].Team.Id, entries[i].Team.Name, entries[i].Submission.Id, entries[i].Submission.SubmittedAt,
            Figure(entries[i].On(part, metric)), [.. competition.Secondary.Select(m => Figure(entries[i].On(part, m)))],
            entries[i].Submissions, place == 0 ? null : worse[place])).ToArray();
        var any = entries.Count == 0 ? null : entries[0].On(part, metric);
        return new(part, metric, higher, any?.Cases ?? 0, any?.Patients ?? 0, rows);
    }

    private async Task<List<Entry>> Entries(Competition competition, Split part, CancellationToken cancellation)
    {
        var teams = await db.Set<Team>().AsNoTracking().Where(t => t.CompetitionId == competition.Id).ToDictionaryAsync(t => t.Id, cancellation);
        var submissions = await db.Set<Submission>().AsNoTracking()
            .Where(s => s.CompetitionId == competition.Id && s.State == SubmissionState.Scored).ToArrayAsync(cancellation);
        var metrics = (await db.Set<Score>().AsNoTracking().Include(s => s.Metrics).Where(s => s.CompetitionId == competition.Id).ToArrayAsync(cancellation))
            .ToDictionary(s => s.SubmissionId, s => s.Metrics);
        var sign = competition.Primary.HigherIsBetter() ? -1 : 1;
        return
        [
            .. submissions.GroupBy(s => s.TeamId).Select(group =>
            {
                var all = group.Select(s => new Entry(teams[group.Key], s, metrics[s.Id], group.Count())).ToArray();
                var best = all.OrderBy(e => e.On(Split.PublicTest, competition.Primary).Value is { } v ? sign * v : double.PositiveInfinity)
                    .ThenBy(e => e.Submission.Id.Value).First();
                return part == Split.HiddenTest ? Array.Find(all, e => e.Submission.Id == e.Team.FinalSubmissionId) ?? best : best;
            }),
        ];
    }

    private async Task<bool?[]> WorseThanFirst(Competition competition, Split part, Entry[] ordered, CancellationToken cancellation)
    {
        var worse = new bool?[ordered.Length];
        if (ordered.Length < 2)
            return worse;
        var truth = (await datasets.Truth(competition.DatasetVersionId, cancellation)).Where(t => t.Split == part).ToDictionary(t => t.Name);
        var ids = ordered.Select(e => e.Submission.Id).ToArray();
        var rows = (await db.Set<CaseScore>().AsNoTracking().Where(c => ids.Contains(c.SubmissionId) && c.Split == part).ToArrayAsync(cancellation))
            .ToLookup(c => c.SubmissionId, c => CaseResult.Parse(c.Result));
        var first = TestPart.Cases(competition, rows[ids[0]], truth);
        var leading = MetricEstimate.Statistic(competition.Primary, first);
        var patients = new ClusterSampler([.. first.Select(c => c.Patient)]);
        for (var i = 1; i < ordered.Length; i++)
        {
            var statistic = MetricEstimate.Statistic(competition.Primary, TestPart.Cases(competition, rows[ids[i]], truth));
            var interval = Bootstrap.Run(patients, items => leading(items) - statistic(items), MetricEstimate.SeedOf(ids[i]), PairedReplicates).Percentile();
            worse[i] = double.IsNaN(interval.Lower) ? null : !interval.Contains(0);
        }

        return worse;
    }

    private static BoardFigure Figure(MetricScore m) => new(m.Metric, m.Value, m.Low, m.High);
}
