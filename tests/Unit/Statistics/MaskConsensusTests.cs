using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class MaskConsensusTests
{
    private static readonly Gen<(MaskGrid Grid, bool[][] Masks)> Several =
        from columns in Gen.Int[1, 7]
        from rows in Gen.Int[1, 7]
        from slices in Gen.Int[1, 3]
        from y in Gen.Double[0.3, 3]
        from z in Gen.Double[0.3, 6]
        from masks in (from density in Gen.Int[0, 10] from mask in Gen.Int[0, 9].Select(v => v < density).Array[columns * rows * slices] select mask).Array[1, 5]
        select (new MaskGrid(columns, rows, slices, 1, y, z), masks);

    [Fact]
    public void A_voxel_stands_when_more_than_half_have_it() => Several.Sample(s =>
    {
        var consensus = MaskConsensus.Majority(s.Masks, s.Grid);
        for (var at = 0; at < s.Grid.Length; at++)
        {
            var votes = s.Masks.Count(mask => mask[at]);
            Assert.Equal(votes * 2 > s.Masks.Length, consensus.Mask[at]);
            Assert.Equal((float)votes / s.Masks.Length, consensus.Foreground[at], 1e-6);
            Assert.InRange(consensus.Confidence(at), 0.5f, 1f);
        }

        Assert.Equal(Overlap.Dice(s.Masks[0], consensus.Mask), consensus.Sources[0].Dice, 1e-12);
        if (s.Masks.Length > 1) return;
        Assert.Equal(s.Masks[0], Staple.Fit(s.Masks, s.Grid).Consensus.Mask);
        Assert.Equal(s.Masks[0], SimpleFusion.Fit(s.Masks, s.Grid).Consensus.Mask);
        Assert.Equal(s.Masks[0], ShapeAverage.Of(s.Masks, s.Grid).Mask);
    });

    [Fact]
    public void The_order_of_sources_does_not_matter() => Several.Sample(s =>
    {
        bool[][] turned = [.. s.Masks.Reverse()];
        Same(Staple.Fit(s.Masks, s.Grid).Consensus, Staple.Fit(turned, s.Grid).Consensus, 1e-4f);
        Same(ShapeAverage.Of(s.Masks, s.Grid), ShapeAverage.Of(turned, s.Grid), 1e-6f);
        Same(SimpleFusion.Fit(s.Masks, s.Grid).Consensus, SimpleFusion.Fit(turned, s.Grid).Consensus, 1e-6f);
        Assert.DoesNotContain(float.NaN, Staple.Fit(s.Masks, s.Grid).Consensus.Foreground);
    });

    [Fact]
    public void Where_two_truths_fit_alike_the_order_of_sources_decides_nothing()
    {
        bool[][] masks = [.. new[] { "100000001", "001000000", "000000000", "010000010" }.Select(m => m.Select(c => c == '1').ToArray())];
        MaskGrid grid = new(1, 3, 3, 1, 1.9090909090909092, 2);
        var (forwards, backwards) = (Staple.Fit(masks, grid), Staple.Fit([.. masks.Reverse()], grid));
        Assert.Equal(forwards.Consensus.Foreground, backwards.Consensus.Foreground);
        Assert.Equal(forwards.Consensus.Sources, backwards.Consensus.Sources.Reverse());
    }

    [Fact]
    public void Staple_finds_the_performance_of_simulated_sources()
    {
        (double P, double Q)[] performance = [(0.95, 0.98), (0.9, 0.95), (0.8, 0.9), (0.7, 0.97), (0.15, 0.4)];
        var (grid, truth, masks) = Simulate(performance);
        var staple = Staple.Fit(masks, grid);
        Assert.True(staple.Converged);
        Assert.False(staple.Inverted);
        for (var source = 0; source < masks.Length; source++)
        {
            Assert.Equal(performance[source].P, staple.Consensus.Sources[source].Sensitivity!.Value, 0.02);
            Assert.Equal(performance[source].Q, staple.Consensus.Sources[source].Specificity!.Value, 0.02);
        }

        Assert.True(Overlap.Dice(truth, staple.Consensus.Mask) > 0.97);
        Assert.True(Overlap.Dice(truth, staple.Consensus.Mask) > Overlap.Dice(truth, MaskConsensus.Majority(masks, grid).Mask));
    }

    [Fact]
    public void Staple_is_the_written_out_formula() => Several.Where(s => s.Masks.Length > 1 && s.Masks.Any(mask => mask.Contains(true))).Sample(s =>
    {
        // A margin beyond the grid takes the whole of it.
        var staple = Staple.Fit(s.Masks, s.Grid, margin: 10, prevalence: 0.3, tolerance: 0, maxIterations: 6);
        if (staple.Inverted || staple.Iterations < 6) return;
        var (p, q) = (Enumerable.Repeat((Yes: 0.99999, No: 1 - 0.99999), s.Masks.Length).ToArray(), Enumerable.Repeat((Yes: 0.99999, No: 1 - 0.99999), s.Masks.Length).ToArray());
        double[] w = new double[s.Grid.Length], rest = new double[s.Grid.Length];
        for (var step = 0; step <= 6; step++)
        {
            for (var at = 0; at < w.Length; at++)
            {
                double a = 0.3, b = 0.7;
                for (var source = 0; source < p.Length; source++)
                    (a, b) = s.Masks[source][at] ? (a * p[source].Yes, b * q[source].No) : (a * p[source].No, b * q[source].Yes);
                (w[at], rest[at]) = (a / (a + b), b / (a + b));
            }

            for (var source = 0; source < p.Length; source++)
            {
                double Share(double[] of, bool has) => Math.Max(1e-12, of.Where((_, at) => s.Masks[source][at] == has).Sum() / of.Sum());
                p[source] = (Share(w, true), Share(w, false));
                q[source] = (Share(rest, false), Share(rest, true));
            }
        }

        for (var at = 0; at < w.Length; at++) Assert.Equal(w[at], staple.Consensus.Foreground[at], 1e-5);
    });

    [Fact]
    public void Empty_surroundings_change_nothing()
    {
        var (grid, _, masks) = Simulate([(0.9, 0.98), (0.8, 0.95), (0.7, 0.97)]);
        var wide = new MaskGrid(grid.Columns + 200, grid.Rows + 100);
        bool[] Widen(bool[] mask)
        {
            var result = new bool[wide.Length];
            for (var j = 0; j < grid.Rows; j++) Array.Copy(mask, j * grid.Columns, result, 90 + (j + 60) * wide.Columns, grid.Columns);
            return result;
        }

        bool[][] widened = [.. masks.Select(Widen)];
        var (near, far) = (Staple.Fit(masks, grid, 0), Staple.Fit(widened, wide, 0));
        Assert.Equal(near.Prevalence, far.Prevalence);
        Assert.Equal(Widen(near.Consensus.Mask), far.Consensus.Mask);
        Assert.Equal(near.Consensus.Sources[1].Specificity, far.Consensus.Sources[1].Specificity);
    }

    // Whoever is believed to be wrong about everything is so only as long as the others are not believed to be, too.
    [Fact]
    public void Exchanged_labels_are_put_right()
    {
        var (grid, truth, masks) = Simulate([(0.9, 0.95), (0.8, 0.9), (0.7, 0.97)]);
        var staple = Staple.Fit(masks, grid, start: [(0.1, 0.1), (0.2, 0.1), (0.1, 0.3)]);
        Assert.True(staple.Inverted);
        Assert.True(Overlap.Dice(truth, staple.Consensus.Mask) > 0.9);
        Same(Staple.Fit(masks, grid).Consensus, staple.Consensus, 1e-4f);
        Assert.Throws<ArgumentException>(() => Staple.Fit(masks, grid, start: [(0.9, 1)]));
    }

    [Fact]
    public void Simple_leaves_the_stray_source_out()
    {
        var grid = new MaskGrid(30, 1);
        bool[] Run(int from, int to) => [.. Enumerable.Range(0, 30).Select(i => i >= from && i < to)];
        bool[][] masks = [Run(5, 15), Run(5, 16), Run(4, 15), Run(6, 15), Run(20, 30)];
        var simple = SimpleFusion.Fit(masks, grid);
        Assert.False(simple.Consensus.Sources[4].Used);
        Assert.True(simple.Consensus.Sources[0].Used);
        Assert.Equal(Run(5, 15), simple.Consensus.Mask);
    }

    // Langerak et al. 2010, section II, step by step: vote, Dice of each with the vote, out with those below mean − α·SD of those
    // still in, vote weighted by Dice, until all stay.
    [Fact]
    public void Simple_is_the_written_out_steps() => Gen.Select(Several, Gen.Double[0, 2]).Sample((s, alpha) =>
    {
        var simple = SimpleFusion.Fit(s.Masks, s.Grid, alpha);
        double[] weights = [.. s.Masks.Select(_ => 1.0)];
        bool[] used = [.. s.Masks.Select(_ => true)], mask;
        for (var round = 1; ; round++)
        {
            double[] shares = [.. Enumerable.Range(0, s.Grid.Length).Select(at => s.Masks.Select((m, i) => m[at] ? weights[i] : 0).Sum() / weights.Sum())];
            mask = [.. shares.Select(share => share > 0.5 + 1e-9)];
            double[] dice = [.. s.Masks.Select(m => Both(m, m) + Both(mask, mask) is 0 ? 1.0 : 2.0 * Both(m, mask) / (Both(m, m) + Both(mask, mask)))];
            double[] left = [.. dice.Where((_, i) => used[i])];
            var least = left.Average() - alpha * Math.Sqrt(left.Average(d => Math.Pow(d - left.Average(), 2)));
            var going = used.Select((u, i) => u && dice[i] < least - 1e-12).ToArray();
            if (round > 1 && !going.Contains(true)) break;
            used = [.. used.Zip(going, (u, g) => u && !g)];
            weights = [.. dice.Select((d, i) => used[i] ? d : 0)];
            if (weights.Sum() == 0) break;
        }

        Assert.Equal(used, simple.Consensus.Sources.Select(source => source.Used));
        Assert.Equal(mask, simple.Consensus.Mask);
    });

    private static int Both(bool[] a, bool[] b) => a.Zip(b).Count(pair => pair.First && pair.Second);

    [Fact]
    public void The_mean_of_two_shifted_runs_lies_between_them()
    {
        var grid = new MaskGrid(40, 3, 1, 0.5, 7);
        bool[] Run(int from, int to) => [.. Enumerable.Range(0, grid.Length).Select(at => at % 40 >= from && at % 40 < to)];
        Assert.Equal(Run(14, 24), ShapeAverage.Of([Run(12, 22), Run(16, 26)], grid).Mask);
        Assert.Equal(Run(13, 23), ShapeAverage.Of([Run(12, 22), Run(16, 26)], grid, [3, 1]).Mask);
        Assert.Equal(Run(16, 22), MaskConsensus.Majority([Run(12, 22), Run(16, 26)], grid).Mask);
    }

    [Fact]
    public void Shape_averages_are_the_mean_of_distances_searched_over_all_pairs() => Several.Sample(s =>
    {
        var drawn = s.Masks.Where(mask => mask.Contains(true)).ToArray();
        var consensus = ShapeAverage.Of(s.Masks, s.Grid);
        if (drawn.Length * 2 <= s.Masks.Length)
        {
            Assert.DoesNotContain(true, consensus.Mask);
            return;
        }

        for (var at = 0; at < s.Grid.Length; at++)
        {
            double[] distances = [.. drawn.Select(mask => Signed(mask, s.Grid, at))];
            Assert.Equal(distances.Sum() > 1e-9, consensus.Mask[at]);
            // Outside the box around all masks, everything speaks for background.
            if (consensus.Foreground[at] > 0) Assert.Equal(distances.Where(d => d > 0).Sum() / distances.Sum(Math.Abs), consensus.Foreground[at], 1e-5);
        }
    });

    [Fact]
    public void Nothing_drawn_is_an_empty_consensus()
    {
        var grid = new MaskGrid(3, 2);
        bool[][] masks = [new bool[6], new bool[6]];
        foreach (var consensus in new[] { MaskConsensus.Majority(masks, grid), Staple.Fit(masks, grid).Consensus, SimpleFusion.Fit(masks, grid).Consensus, ShapeAverage.Of(masks, grid) })
        {
            Assert.DoesNotContain(true, consensus.Mask);
            Assert.All(consensus.Sources, source => Assert.Equal(1, source.Dice));
            Assert.All(consensus.Sources, source => Assert.Null(source.Sensitivity));
        }

        bool[] full = [true, true, true, true, true, true];
        Assert.Equal(full, Staple.Fit([full, full], grid).Consensus.Mask);
        Assert.Equal(full, ShapeAverage.Of([full, full], grid).Mask);
        Assert.Throws<ArgumentException>(() => Staple.Fit([], grid));
        Assert.Throws<ArgumentException>(() => MaskConsensus.Majority([new bool[5]], grid));
        Assert.Throws<ArgumentException>(() => MaskConsensus.Majority(masks, grid, [0, 0]));
    }

    private static double Signed(bool[] mask, MaskGrid grid, int at)
    {
        var nearest = double.PositiveInfinity;
        var (i, j, k) = (at % grid.Columns, at / grid.Columns % grid.Rows, at / (grid.Columns * grid.Rows));
        for (var z = 0; z < grid.Slices; z++)
            for (var y = 0; y < grid.Rows; y++)
                for (var x = 0; x < grid.Columns; x++)
                    if (mask[x + grid.Columns * (y + grid.Rows * z)] != mask[at])
                        nearest = Math.Min(nearest, Math.Sqrt(Math.Pow((x - i) * grid.ColumnSpacing, 2) + Math.Pow((y - j) * grid.RowSpacing, 2) + Math.Pow((z - k) * grid.SliceSpacing, 2)));

        nearest = Math.Min(nearest, Math.Sqrt(Math.Pow(grid.Columns, 2) + Math.Pow(grid.Rows * grid.RowSpacing, 2) + Math.Pow(grid.Slices * grid.SliceSpacing, 2)));
        return mask[at] ? nearest : -nearest;
    }

    private static (MaskGrid Grid, bool[] Truth, bool[][] Masks) Simulate((double P, double Q)[] performance)
    {
        var grid = new MaskGrid(120, 100);
        var random = new Xoshiro256(21);
        bool[] truth = [.. Enumerable.Range(0, grid.Length).Select(at => Math.Pow(at % 120 - 60, 2) + Math.Pow(at / 120 - 50, 2) < 1600)];
        bool[][] masks = [.. performance.Select(s => truth.Select(t => t ? random.NextDouble() < s.P : random.NextDouble() >= s.Q).ToArray())];
        return (grid, truth, masks);
    }

    private static void Same(MaskConsensus a, MaskConsensus b, float within)
    {
        for (var at = 0; at < a.Mask.Length; at++) Assert.Equal(a.Foreground[at], b.Foreground[at], within);
    }
}
