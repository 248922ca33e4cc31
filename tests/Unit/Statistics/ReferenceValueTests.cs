using System.Text.Json;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Values published with the papers, or computed by peers from the papers' data.</summary>
public class ReferenceValueTests
{
    [SkippableFact]
    public void Alpha_of_the_example_in_Krippendorff_2011()
    {
        var example = Agreement("krippendorff_2011_C");
        double?[][] ratings =
        [
            .. example.GetProperty("raters").EnumerateObject().Select(rater => rater.Value.EnumerateArray()
                .Select(value => value.ValueKind == JsonValueKind.Null ? (double?)null : value.GetDouble()).ToArray()),
        ];
        foreach (var scale in Enum.GetValues<MeasurementScale>())
        {
            var expected = example.GetProperty("alpha").GetProperty(scale.ToString().ToLowerInvariant()).GetDouble();
            Assert.Equal(expected, KrippendorffAlpha.Of(ratings, scale).Alpha!.Value, 1e-12);
        }
    }

    [SkippableFact]
    public void Kappa_of_the_diagnoses_in_Fleiss_1971()
    {
        var example = Agreement("fleiss_1971_diagnoses");
        var ratings = example.GetProperty("ratings").EnumerateArray().Select(item => item.EnumerateArray().Select(r => r.GetInt32()).ToArray()).ToArray();
        var counts = new int[ratings.Length, 5];
        for (var item = 0; item < ratings.Length; item++)
            foreach (var rating in ratings[item]) counts[item, rating - 1]++;

        var expected = Numbers(example.GetProperty("kappa,P,Pe,z"));
        var test = FleissKappa.Test(counts);
        Assert.Equal(expected[0], test.Kappa!.Value, 1e-12);
        Assert.Equal(expected[1], test.Observed!.Value, 1e-12);
        Assert.Equal(expected[2], test.Expected!.Value, 1e-12);
        Assert.Equal(expected[3], test.Z!.Value, 1e-9);
        Assert.Equal(expected[0], FleissKappa.Of(RatingCounts.OfCounts(counts)).Coefficient!.Value, 1e-12);

        var ac1 = Numbers(example.GetProperty("gwet_ac1"));
        var gwet = GwetCoefficient.Of(RatingCounts.OfCounts(counts));
        Assert.Equal(ac1, [gwet.Coefficient!.Value, gwet.Observed!.Value, gwet.Expected!.Value], (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [SkippableFact]
    public void Weighted_kappa_of_a_table_computed_by_SAS()
    {
        var example = Agreement("cohen_sas_3x3");
        var rows = example.GetProperty("table").EnumerateArray().Select(Numbers).ToArray();
        var table = new int[3, 3];
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++)
                table[i, j] = (int)rows[i][j];

        foreach (var (weights, name) in new[] { (KappaWeights.None, "unweighted"), (KappaWeights.Linear, "linear"), (KappaWeights.Quadratic, "quadratic") })
            Assert.Equal(example.GetProperty(name).GetDouble(), CohenKappa.OfTable(table, weights).Coefficient!.Value, 1e-12);
    }

    [SkippableFact]
    public void Auc_and_average_precision_of_the_pitfalls_paper()
    {
        var example = Agreement("auroc_pitfalls_SN2.18");
        var scores = Numbers(example.GetProperty("score"));
        bool[] positive = [.. Numbers(example.GetProperty("y")).Select(y => y == 1)];
        Assert.Equal(example.GetProperty("auroc").GetDouble(), BinaryScores.Auc(scores, positive), 1e-12);
        Assert.Equal(example.GetProperty("delong_var").GetDouble(), BinaryScores.AucVariance(scores, positive), 1e-12);
        Assert.Equal(example.GetProperty("average_precision_step").GetDouble(), BinaryScores.AveragePrecision(scores, positive), 1e-12);
    }

    [SkippableTheory]
    [InlineData("wilson_81_263", 81, 263)]
    [InlineData("wilson_45_50", 45, 50)]
    public void Wilson_interval_of_published_counts(string name, int successes, int trials)
    {
        var expected = Numbers(Agreement(name));
        var interval = WilsonInterval.Of(successes, trials);
        Assert.Equal(expected[0], interval.Lower, 1e-9);
        Assert.Equal(expected[1], interval.Upper, 1e-9);
    }

    [SkippableTheory]
    [InlineData("SN2.10", "pred1", "SN2.10_pred1_4conn")]
    [InlineData("SN2.10", "pred2", "SN2.10_pred2_4conn")]
    [InlineData("fig10", "pred", "fig10_4conn")]
    public void Segmentation_metrics_of_the_pitfalls_paper(string caseName, string prediction, string computed)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Folder("standards", "reference-values", "segmentation.json")));
        var example = document.RootElement.GetProperty("cases").GetProperty(caseName);
        var expected = document.RootElement.GetProperty("computed").GetProperty(computed);
        var shape = Numbers(example.GetProperty("shape"));
        var grid = new MaskGrid((int)shape[1], (int)shape[0]);
        var reference = Square(Numbers(example.GetProperty(caseName == "fig10" ? "ref" : "ref_rows_cols")), grid);
        var predicted = caseName == "fig10" ? Cross(reference, grid) : Square(Numbers(example.GetProperty(prediction)), grid);

        var surface = SurfaceDistances.Between(reference, predicted, grid);
        var actual = new Dictionary<string, double>
        {
            ["dice"] = Overlap.Dice(reference, predicted),
            ["iou"] = Overlap.Iou(reference, predicted),
            ["hd"] = surface.Hausdorff,
            ["hd95_max_of_directed"] = surface.Hausdorff95,
            ["assd"] = surface.AverageSymmetric,
            ["masd"] = surface.MeanAverage,
            ["nsd_1"] = surface.NormalizedSurfaceDice(1),
            ["nsd_2"] = surface.NormalizedSurfaceDice(2),
        };
        foreach (var (metric, value) in actual) Assert.Equal(expected.GetProperty(metric).GetDouble(), value, 1e-12);
    }

    // Rows and columns from … up to, not including, ….
    private static bool[] Square(double[] box, MaskGrid grid) =>
    [
        .. Enumerable.Range(0, grid.Length).Select(at =>
            at / grid.Columns >= box[0] && at / grid.Columns < box[1] && at % grid.Columns >= box[2] && at % grid.Columns < box[3]),
    ];

    private static bool[] Cross(bool[] reference, MaskGrid grid)
    {
        var mask = (bool[])reference.Clone();
        for (var i = 1; i <= 9; i++) mask[5 * grid.Columns + i] = mask[i * grid.Columns + 5] = true;
        return mask;
    }

    private static JsonElement Agreement(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Folder("standards", "reference-values", "agreement_and_metrics.json")));
        return document.RootElement.GetProperty(name).Clone();
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];
}
