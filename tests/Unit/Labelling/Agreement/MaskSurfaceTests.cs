using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class MaskSurfaceTests
{
    private static readonly FrameOrder Volume = new(Files, new Dictionary<string, (double, double, double)> { ["1"] = (0.5, 0.7, 2) });
    private static readonly MaskGrid Grid = new(Side, Side, 10, 0.5, 0.7, 2);
    private static readonly ConsensusRules Rules = ConsensusRules.Default with { ToleranceMm = 1 };

    [Fact]
    public async Task Borders_measured_in_the_box_around_two_masks_are_those_of_the_whole_volume()
    {
        DocumentMask[][] drawn =
        [
            [.. Squares(2, 2, 6, 3, 4, 5)], [.. Squares(3, 4, 7, 4, 5, 7)], [.. Squares(0, 0, 16, 1), .. Squares(5, 5, 3, 10)], [.. Squares(4, 4, 5, 6)], [.. Squares(9, 1, 2, 6)],
        ];
        var pairs = (await Measured([.. drawn])).Pairs;
        Assert.Equal(10, pairs.Count);
        foreach (var pair in pairs)
        {
            var whole = SurfaceDistances.Between(Voxels(drawn[pair.First]), Voxels(drawn[pair.Second]), Grid);
            var found = pair.Surfaces!["organ"];
            Assert.Equal(whole.Hausdorff95, found.Hd95Mm!.Value, 12);
            Assert.Equal(whole.NormalizedSurfaceDice(1), found.Nsd, 12);
            Assert.Equal((1, Grid.Diagonal), (found.ToleranceMm, found.WorstMm));
        }
    }

    [Fact]
    public async Task The_same_mask_is_no_distance_away_and_one_that_only_one_drew_has_none()
    {
        var pairs = (await Measured([.. Squares(2, 2, 6, 3)], [.. Squares(2, 2, 6, 3)], [])).Pairs;
        Assert.Equal((0.0, 1.0), (pairs[0].Surfaces!["organ"].Hd95Mm, pairs[0].Surfaces!["organ"].Nsd));
        Assert.Equal((null, 0.0), (pairs[1].Surfaces!["organ"].Hd95Mm, pairs[1].Surfaces!["organ"].Nsd));
    }

    [Fact]
    public async Task Nothing_is_measured_where_nobody_drew_or_where_no_millimetres_are_known()
    {
        Assert.Null((await Measured([], [])).Pairs.Single().Surfaces);
        var unknown = await new CompareDocuments(Schema, Rules, _ => 0.8, Order, measureSurfaces: true).Compare(Seed, [Opened([.. Squares(2, 2, 6, 3)]), Opened([.. Squares(3, 2, 6, 3)])], default);
        Assert.Null(unknown.Figures.Pairs.Single().Surfaces);
    }

    [Fact]
    public void Over_cases_the_median_distance_and_the_mean_share_are_told_with_intervals_and_a_lacking_mask_counts_as_the_diagonal()
    {
        SurfaceMeasures[] cases = [.. Enumerable.Range(1, 9).Select(n => new SurfaceMeasures(n, n / 10.0, 2, 0)), new(600, 0, 2, 1), new(99, 0, 5, 0)];
        var found = SurfaceAgreement.Of(cases)!;
        Assert.Equal((5.5, 0.45, 2, 10, 1), (found.Hd95Mm, Math.Round(found.Nsd, 12), found.ToleranceMm, found.Cases, found.Missing));
        // Of ten values the second and the ninth cover the median with 97.9 %.
        Assert.Equal((2.0, 9.0), (found.Hd95Lower, found.Hd95Upper));
        Assert.InRange(found.Nsd, found.NsdLower!.Value, found.NsdUpper!.Value);
        Assert.Null(SurfaceAgreement.Of(cases[..3])!.Hd95Lower);
        Assert.Null(SurfaceAgreement.Of([]));
    }

    private static ComparedDocument Opened(DocumentMask[] masks) => Open(Document([], masks));

    private static async Task<Figures> Measured(params DocumentMask[][] drawn) =>
        (await new CompareDocuments(Schema, Rules, _ => 0.8, Volume, measureSurfaces: true).Compare(Seed, [.. drawn.Select(Opened)], default)).Figures;

    private static bool[] Voxels(DocumentMask[] masks)
    {
        var voxels = new bool[Grid.Length];
        foreach (var mask in masks)
        {
            var slice = int.Parse(mask.SopInstanceUid.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture) - 1;
            foreach (var (start, length) in Pirogov.Imaging.RunLengthMask.Decode(Convert.FromBase64String(mask.Runs!), Side, Side).Stretches())
                voxels.AsSpan(slice * Side * Side + start, length).Fill(true);
        }

        return voxels;
    }
}
