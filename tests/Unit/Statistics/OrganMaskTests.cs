using Pirogov.Imaging;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>
/// Organs of one CT segmented by TotalSegmentator at full and at fast resolution, compared as SciPy 1.10 compares them. With a, b the
/// masks, s the spacing and c = generate_binary_structure(3, 1):
/// <code>
/// x, y = (m &amp; ~binary_erosion(m, c, border_value=0) for m in (a, b))
/// p, q = distance_transform_edt(~y, sampling=s)[x], distance_transform_edt(~x, sampling=s)[y]
/// 2*(a &amp; b).sum()/(a.sum() + b.sum()), max(percentile(p, 95), percentile(q, 95)), max(p.max(), q.max()),
/// (p.sum() + q.sum())/(len(p) + len(q)), ((p &lt;= 4).sum() + (q &lt;= 4).sum())/(len(p) + len(q))
/// </code>
/// </summary>
public class OrganMaskTests
{
    private static readonly Lazy<(MaskVolume Slow, MaskVolume Fast)> Segmented = new(() => (Read("example_seg.nii.gz"), Read("example_seg_fast.nii.gz")));

    // The right adrenal gland (7) tells the larger directed percentile from the pooled one, which is 4.2426 mm.
    [SkippableTheory]
    [InlineData("spleen", 1, 0.9773608636, 3, 4.2426406871, 0.4826623810, 0.9995991984)]
    [InlineData("kidney_right", 2, 0.9641193504, 3, 24.3721152139, 0.6220408513, 0.9871894410)]
    [InlineData("liver", 5, 0.9813551498, 3, 9.4868329805, 0.5374281609, 0.9962113659)]
    [InlineData("pancreas", 7, 0.8087248322, 5.1961524227, 14.6969384567, 1.2446019277, 0.9380214541)]
    [InlineData("small_bowel", 18, 0.9537543511, 3, 103.0970416646, 2.2881714482, 0.9795918367)]
    [InlineData("colon", 20, 0.9511352610, 3, 11.2249721603, 0.8958264984, 0.9788090129)]
    [InlineData("inferior_vena_cava", 63, 0.9418562658, 3, 4.2426406871, 0.6295315839, 0.9976265823)]
    [InlineData("rib", 98, 0.9753694581, 0, 3, 0.1046511628, 1)]
    public void Two_segmentations_of_an_organ_compare_as_in_SciPy(string organ, byte label, double dice, double hd95, double hd, double assd, double nsd)
    {
        var (slow, fast) = Segmented.Value;
        Assert.Equal([3, 3, 3], [slow.Grid.ColumnSpacing, slow.Grid.RowSpacing, slow.Grid.SliceSpacing]);
        var grid = new MaskGrid(slow.Grid.Columns, slow.Grid.Rows, slow.Grid.Slices, 3, 3, 3);
        bool[] a = Of(slow, label), b = Of(fast, label);
        var surface = SurfaceDistances.Between(a, b, grid);
        Assert.True(
            new[] { dice, hd95, hd, assd, nsd }
                .Zip([Overlap.Dice(a, b), surface.Hausdorff95, surface.Hausdorff, surface.AverageSymmetric, surface.NormalizedSurfaceDice(4)])
                .All(pair => Math.Abs(pair.First - pair.Second) < 1e-9),
            $"{organ}: {Overlap.Dice(a, b)}, {surface.Hausdorff95}, {surface.Hausdorff}, {surface.AverageSymmetric}, {surface.NormalizedSurfaceDice(4)}");
    }

    // One voxel of label 13 is in the slow segmentation alone.
    [SkippableFact]
    public void An_organ_only_one_segmentation_has_scores_nothing()
    {
        var (slow, fast) = Segmented.Value;
        var grid = new MaskGrid(slow.Grid.Columns, slow.Grid.Rows, slow.Grid.Slices, 3, 3, 3);
        var surface = SurfaceDistances.Between(Of(slow, 13), Of(fast, 13), grid);
        Assert.True(surface.OneEmpty);
        Assert.Equal(0, surface.NormalizedSurfaceDice(4));
        Assert.Equal(0, Overlap.Dice(Of(slow, 13), Of(fast, 13)));
    }

    private static bool[] Of(MaskVolume volume, byte label) => [.. volume.Labels.ToArray().Select(l => l == label)];

    private static MaskVolume Read(string file) => NiftiReader.Read(SharedData.Folder("data", "radiology", "totalsegmentator", file)).ToMask();
}
