using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class SegmentationTests
{
    private static readonly Gen<(MaskGrid Grid, bool[] A, bool[] B)> Pairs = Masks(Gen.Int[1, 9]);

    private static Gen<(MaskGrid Grid, bool[] A, bool[] B)> Masks(Gen<int> width) =>
        from columns in width
        from rows in Gen.Int[1, 9]
        from slices in Gen.Int[1, 5]
        from x in Gen.Double[0.3, 3]
        from y in Gen.Double[0.3, 3]
        from z in Gen.Double[0.3, 6]
        from density in Gen.Int[0, 10]
        from a in Gen.Int[0, 9].Select(v => v < density).Array[columns * rows * slices]
        from b in Gen.Int[0, 9].Select(v => v < 10 - density).Array[columns * rows * slices]
        select (new MaskGrid(columns, rows, slices, x, y, z), a, b);

    [Fact]
    public void Surface_distances_equal_a_search_over_all_pairs() => Pairs.Sample(p =>
    {
        var surface = SurfaceDistances.Between(p.A, p.B, p.Grid);
        AssertClose(Brute(p.A, p.B, p.Grid), surface.FirstToSecond.ToArray());
        AssertClose(Brute(p.B, p.A, p.Grid), surface.SecondToFirst.ToArray());
    });

    [Fact]
    public void Rows_longer_than_a_vector_are_measured_alike() => Masks(Gen.Int[60, 80]).Sample(p =>
    {
        var surface = SurfaceDistances.Between(p.A, p.B, p.Grid);
        AssertClose(Brute(p.A, p.B, p.Grid), surface.FirstToSecond.ToArray());
        long both = p.A.Zip(p.B).LongCount(voxel => voxel.First && voxel.Second);
        Assert.Equal((both, p.A.LongCount(voxel => voxel), p.B.LongCount(voxel => voxel)), Overlap.Count(p.A, p.B));
    }, iter: 60);

    [Fact]
    public void Spacing_counts_in_mm_along_its_own_axis()
    {
        bool[] first = [true, false, false, false, false, false, false, false], last = [false, false, false, false, false, false, false, true];
        var surface = SurfaceDistances.Between(first, last, new MaskGrid(2, 2, 2, 2, 3, 6));
        Assert.Equal(7, surface.Hausdorff, 1e-12);
        Assert.Equal(0, surface.NormalizedSurfaceDice(6.9));
        Assert.Equal(1, surface.NormalizedSurfaceDice(7));
    }

    [Fact]
    public void Every_metric_is_symmetric_and_within_its_bounds() => Pairs.Sample(p =>
    {
        var ab = SurfaceDistances.Between(p.A, p.B, p.Grid);
        var ba = SurfaceDistances.Between(p.B, p.A, p.Grid);
        Assert.Equal(ab.Hausdorff, ba.Hausdorff);
        Assert.Equal(ab.Hausdorff95, ba.Hausdorff95);
        Assert.Equal(ab.AverageSymmetric, ba.AverageSymmetric, 1e-12);
        Assert.Equal(ab.MeanAverage, ba.MeanAverage, 1e-12);
        Assert.Equal(ab.NormalizedSurfaceDice(1), ba.NormalizedSurfaceDice(1));
        Assert.InRange(ab.NormalizedSurfaceDice(1), 0, 1);
        if (!ab.OneEmpty)
        {
            Assert.InRange(ab.Hausdorff95, 0, ab.Hausdorff);
            Assert.InRange(ab.Hausdorff, 0, p.Grid.Diagonal + 1e-9);
            Assert.InRange(ab.AverageSymmetric, 0, ab.Hausdorff + 1e-9);
        }

        double dice = Overlap.Dice(p.A, p.B), iou = Overlap.Iou(p.A, p.B);
        Assert.Equal(dice, Overlap.Dice(p.B, p.A));
        Assert.Equal(dice, 2 * iou / (1 + iou), 1e-12);
        Assert.InRange(dice, 0, Overlap.VolumetricSimilarity(p.A, p.B) + 1e-12);
    });

    [Fact]
    public void A_mask_agrees_with_itself() => Pairs.Sample(p =>
    {
        var same = SurfaceDistances.Between(p.A, p.A, p.Grid);
        Assert.Equal(0, same.Hausdorff);
        Assert.Equal(1, same.NormalizedSurfaceDice(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => same.NormalizedSurfaceDice(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => same.NormalizedSurfaceDice(-1));
        Assert.Equal(1, Overlap.Dice(p.A, p.A));
        Assert.Equal(1, Overlap.VolumetricSimilarity(p.A, p.A));
    });

    [Fact]
    public void One_empty_mask_scores_nothing_and_leaves_distances_undefined()
    {
        var surface = SurfaceDistances.Between([true, false], [false, false], new MaskGrid(2, 1));
        Assert.True(surface.OneEmpty);
        Assert.Equal(double.NaN, surface.Hausdorff);
        Assert.Equal(double.NaN, surface.AverageSymmetric);
        Assert.Equal(double.NaN, surface.MeanAverage);
        Assert.Equal(0, surface.NormalizedSurfaceDice(100));
        Assert.Equal(0, Overlap.Dice(0, 1, 0));
        Assert.Equal(0, Overlap.Iou(0, 1, 0));
        Assert.Equal([7, 2], SurfaceDistances.ForAggregation([surface.Hausdorff95, 2], [7, 9]));
    }

    [Fact]
    public void Volumetric_similarity_is_the_written_out_formula()
    {
        // 1 − |3 − 5| / 8, wherever the voxels lie.
        Assert.Equal(0.75, Overlap.VolumetricSimilarity(3, 5), 1e-15);
        Assert.Equal(0.75, Overlap.VolumetricSimilarity([true, true, true, false, false, false, false, false], [false, false, false, true, true, true, true, true]), 1e-15);
        Assert.Equal(0, Overlap.VolumetricSimilarity(0, 4));
        Assert.Equal(0, Overlap.VolumetricSimilarity([true, false], [false, false]));
    }

    // A row of 1 mm: from 0, 1 and 2 to 4 it is 4, 3 and 2; from 4 to 2 it is 2. At 0.95 of three the rank is 1.9 and the percentile
    // 3 + 0.9 = 3.9; the other direction has 2. Pooled (2, 2, 3, 4: rank 2.85) it would be 3.85, by the nearest rank 4.
    [Fact]
    public void Hd95_is_the_larger_directed_percentile_between_two_ranks()
    {
        var grid = new MaskGrid(5, 1);
        bool[] three = [true, true, true, false, false], one = [false, false, false, false, true];
        var surface = SurfaceDistances.Between(three, one, grid);
        Assert.Equal([2, 3, 4], surface.FirstToSecond.ToArray());
        Assert.Equal([2], surface.SecondToFirst.ToArray());
        Assert.Equal(3.9, surface.Hausdorff95, 1e-12);
        Assert.Equal(3.9, SurfaceDistances.Between(one, three, grid).Hausdorff95, 1e-12);
    }

    // An endless voxel made every distance, of a mask to itself too, NaN, and its surface Dice 0.
    [Theory]
    [InlineData(1, 1, 1, double.PositiveInfinity, 1)]
    [InlineData(1, 1, 1, 1, 1e200)]
    [InlineData(1, 1, 1, 1e-200, 1)]
    [InlineData(1, 1, 1, double.NaN, 1)]
    [InlineData(1, 1, 1, 0, 1)]
    [InlineData(1, 1, 1, -1, 1)]
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(50_000, 50_000, 2, 1, 1)]
    public void A_grid_without_measure_is_refused(int columns, int rows, int slices, double across, double down) => Assert.Throws<ArgumentException>(() =>
        SurfaceDistances.Between([true], [true], new MaskGrid(columns, rows, slices, across, down)));

    [Fact]
    public void Two_empty_masks_agree()
    {
        var surface = SurfaceDistances.Between([false], [false], new MaskGrid(1, 1));
        Assert.True(surface.BothEmpty);
        Assert.Equal(0, surface.Hausdorff95);
        Assert.Equal(1, surface.NormalizedSurfaceDice(1));
        Assert.Equal(0, surface.MeanAverage);
        Assert.Equal(1, Overlap.Dice(0, 0, 0));
        Assert.Equal(1, Overlap.Iou(0, 0, 0));
        Assert.Equal(0, Overlap.Iou([false], [false], bothEmpty: 0));
        Assert.Equal(1, Overlap.VolumetricSimilarity(0, 0));
    }

    private static double[] Brute(bool[] from, bool[] to, MaskGrid grid)
    {
        var targets = Border(to, grid);
        return
        [
            .. Border(from, grid)
                .Select(a => targets.Count == 0 ? double.PositiveInfinity : targets.Min(b => Math.Sqrt(
                    Math.Pow((a.I - b.I) * grid.ColumnSpacing, 2) + Math.Pow((a.J - b.J) * grid.RowSpacing, 2) + Math.Pow((a.K - b.K) * grid.SliceSpacing, 2))))
                .Order(),
        ];
    }

    private static List<(int I, int J, int K)> Border(bool[] mask, MaskGrid grid)
    {
        bool Inside(int i, int j, int k) =>
            i >= 0 && j >= 0 && k >= 0 && i < grid.Columns && j < grid.Rows && k < grid.Slices && mask[i + grid.Columns * (j + grid.Rows * k)];
        var border = new List<(int, int, int)>();
        for (var k = 0; k < grid.Slices; k++)
            for (var j = 0; j < grid.Rows; j++)
                for (var i = 0; i < grid.Columns; i++)
                {
                    var inner = Inside(i - 1, j, k) && Inside(i + 1, j, k) && Inside(i, j - 1, k) && Inside(i, j + 1, k)
                        && (grid.Slices == 1 || (Inside(i, j, k - 1) && Inside(i, j, k + 1)));
                    if (Inside(i, j, k) && !inner) border.Add((i, j, k));
                }

        return border;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.True(expected[i] == actual[i] || Math.Abs(expected[i] - actual[i]) < 1e-9);
    }
}
