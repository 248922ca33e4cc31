using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class AssignmentTests
{
    private static readonly Gen<(int Rows, int Columns, double[] Costs)> Matrices =
        from rows in Gen.Int[0, 5]
        from columns in Gen.Int[0, 5]
        from costs in Gen.Frequency((1, Gen.Const(double.NaN)), (5, Gen.Int[-3, 9].Select(v => (double)v)), (3, Gen.Double[-1, 1])).Array[rows * columns]
        select (rows, columns, costs);

    [Fact]
    public void No_other_assignment_has_more_pairs_or_is_cheaper() => Matrices.Sample(m =>
    {
        foreach (var limit in new[] { 2, double.PositiveInfinity })
        {
            var found = OptimalAssignment.MinimumCost(m.Costs, m.Rows, m.Columns, limit);
            var best = All(m.Rows, m.Columns, (row, column) => m.Costs[row * m.Columns + column] <= limit, m.Costs).OrderByDescending(a => a.Pairs).ThenBy(a => a.Total).First();
            Check(m.Costs, m.Columns, found, cost => cost <= limit);
            Assert.Equal(best.Pairs, found.Pairs);
            Assert.Equal(best.Total, found.Total, 1e-9);
        }
    });

    [Fact]
    public void No_other_assignment_weighs_more() => Matrices.Sample(m =>
    {
        foreach (var threshold in new[] { 0.5, double.NegativeInfinity })
        {
            var found = OptimalAssignment.MaximumWeight(m.Costs, m.Rows, m.Columns, threshold);
            Check(m.Costs, m.Columns, found, weight => weight >= threshold);
            Assert.Equal(All(m.Rows, m.Columns, (row, column) => m.Costs[row * m.Columns + column] >= threshold, m.Costs).Max(a => a.Total), found.Total, 1e-9);
        }
    });

    [Fact]
    public void Pairs_without_weight_are_made_and_infinite_ones_refused()
    {
        Assert.Equal([1, 0], OptimalAssignment.MaximumWeight([0, 5, 0, 0], 2, 2).ColumnOfRow);
        Assert.Equal([0, 1], OptimalAssignment.MinimumCost([1, 1, 1, 1], 2, 2).ColumnOfRow);
        Assert.Equal([-1, 0], OptimalAssignment.MinimumCost([7, 1], 2, 1).ColumnOfRow);
        Assert.Equal([-1], OptimalAssignment.MinimumCost([double.PositiveInfinity], 1, 1).ColumnOfRow);
        Assert.Throws<ArgumentException>(() => OptimalAssignment.MinimumCost([double.NegativeInfinity], 1, 1));
        Assert.Throws<ArgumentException>(() => OptimalAssignment.MaximumWeight([double.PositiveInfinity], 1, 1));
        Assert.Throws<ArgumentException>(() => OptimalAssignment.MinimumCost([1, 2, 3], 2, 2));
    }

    [Fact]
    public void Relaxed_scores_count_the_most_pairs() => Gen.Select(ObjectConsensusTests.UnitSpans, ObjectConsensusTests.UnitSpans).Sample(p =>
    {
        var (a, b) = (SpanScores.Of(p.Item1, p.Item2), SpanScores.Of(p.Item2, p.Item1));
        foreach (var (score, mirrored) in a.Categories.Zip(b.Categories))
        {
            Assert.Equal(score with { Reference = score.Found, Found = score.Reference }, mirrored);
            Assert.InRange(score.Relaxed, score.Exact, Math.Min(score.Reference, score.Found));
            Assert.InRange(score.Credit, score.Exact, score.Relaxed);
            LabelledSpan[] rows = [.. p.Item1.Where(s => s.Category == score.Category)], columns = [.. p.Item2.Where(s => s.Category == score.Category)];
            Assert.Equal(All(rows.Length, columns.Length, (i, j) => SpanMatching.Iou(rows[i], columns[j]) > 0, new double[rows.Length * columns.Length]).Max(x => x.Pairs), score.Relaxed);
        }

        Assert.Equal(1, SpanScores.Of(p.Item1, p.Item1).All.ExactF1);
    });

    [Fact]
    public void Exact_partial_and_relaxed_scores_of_a_hand_example()
    {
        LabelledSpan[] reference = [new(0, 5, 1), new(10, 20, 1), new(30, 40, 2)], found = [new(0, 5, 1), new(12, 22, 1), new(30, 40, 1), new(20, 25, 1)];
        var scores = SpanScores.Of(reference, found);
        Assert.Equal(new SpanScore(1, 2, 4, 1, 2, 1.5), scores.Categories[0]);
        Assert.Equal((2.0 / 6, 4.0 / 6, 3.0 / 6), (scores.Categories[0].ExactF1, scores.Categories[0].RelaxedF1, scores.Categories[0].PartialF1));
        Assert.Equal(0, scores.Categories[1].RelaxedF1);
        Assert.Equal(2.0 / 7, scores.All.ExactF1, 1e-12);
        Assert.Equal(1.0 / 6, scores.MacroExactF1, 1e-12);
        Assert.Equal(double.NaN, scores.Categories[1].ExactPrecision);
        Assert.Equal((1, 1), (SpanScores.Of([], []).All.ExactF1, SpanScores.Of([], []).MacroRelaxedF1));
        Assert.Throws<ArgumentException>(() => SpanScores.Of([new(5, 5, 0)], []));
    }

    private static void Check(double[] matrix, int columns, Assignment found, Func<double, bool> admissible)
    {
        var used = found.ColumnOfRow.Where(column => column >= 0).ToArray();
        Assert.Equal(used.Length, used.Distinct().Count());
        Assert.Equal(used.Length, found.Pairs);
        for (var row = 0; row < found.ColumnOfRow.Length; row++)
            if (found.ColumnOfRow[row] >= 0) Assert.True(admissible(matrix[row * columns + found.ColumnOfRow[row]]));
    }

    private static IEnumerable<(int Pairs, double Total)> All(int rows, int columns, Func<int, int, bool> admissible, double[] matrix)
    {
        IEnumerable<(int, double)> From(int row, int taken)
        {
            if (row == rows) return [(0, 0)];
            return From(row + 1, taken).Concat(Enumerable.Range(0, columns).Where(column => (taken >> column & 1) == 0 && admissible(row, column))
                .SelectMany(column => From(row + 1, taken | 1 << column).Select(rest => (rest.Item1 + 1, rest.Item2 + matrix[row * columns + column]))));
        }

        return From(0, 0);
    }
}
