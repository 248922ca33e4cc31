using System.Globalization;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Real tables of several readers against what the packages and papers that publish them print.</summary>
public class MultiReaderTests
{
    // Landis & Koch 1977: multiple sclerosis by two neurologists, patients of two cities. Printed by Kappa() of R's vcd (linear weights).
    [SkippableTheory]
    [InlineData("Winnipeg", KappaWeights.None, 0.2079, 0.05046)]
    [InlineData("Winnipeg", KappaWeights.Linear, 0.3797, 0.05167)]
    [InlineData("New Orleans", KappaWeights.None, 0.2965, 0.07850)]
    [InlineData("New Orleans", KappaWeights.Linear, 0.4773, 0.07303)]
    public void Kappa_of_two_neurologists(string city, KappaWeights weights, double value, double error)
    {
        var lines = Lines("r-datasets", "vcd_MSPatients.csv").ToArray();
        var from = Array.FindIndex(lines[0], name => name.EndsWith(city, StringComparison.Ordinal));
        Same(lines[1..], row => [.. row[from..(from + 4)].Select(Whole)], weights, value, error);
    }

    // Hout et al. 1987: answers of wives and husbands, printed by the same function.
    [SkippableTheory]
    [InlineData(KappaWeights.None, 0.1293, 0.06860)]
    [InlineData(KappaWeights.Linear, 0.2374, 0.07832)]
    public void Kappa_of_wives_and_husbands(KappaWeights weights, double value, double error)
    {
        // A line is a cell: husband, wife, couples; the husband's answers go round first.
        var cells = Lines("r-datasets", "vcd_SexualFun.csv").Skip(1).Select(cell => Whole(cell[2])).ToArray();
        Same(Enumerable.Range(0, 4), wife => [.. Enumerable.Range(0, 4).Select(husband => cells[4 * wife + husband])], weights, value, error);
    }

    // Turck et al. 2010 as R's pROC prints it: the AUC of its tests, the limits of ci.auc by DeLong.
    [SkippableTheory]
    [InlineData("s100b", 0.731368563685637, 0.6301, 0.8326)]
    [InlineData("ndka", 0.6119579945799457, 0.5012, 0.7227)]
    [InlineData("wfns", 0.8236788617886179, 0.7485, 0.8988)]
    public void Auc_of_markers_of_a_bad_outcome(string marker, double auc, double low, double high)
    {
        var lines = Lines("r-datasets", "pROC_aSAH.csv").ToArray();
        double[] scores = [.. lines[1..].Select(row => double.Parse(row[Array.IndexOf(lines[0], marker)], CultureInfo.InvariantCulture))];
        bool[] poor = [.. lines[1..].Select(row => row[1] == "Poor")];
        Assert.Equal((113, 41), (poor.Length, poor.Count(p => p)));
        Assert.Equal(auc, BinaryScores.Auc(scores, poor), 1e-12);
        var half = 1.959963984540054 * Math.Sqrt(BinaryScores.AucVariance(scores, poor));
        Assert.Equal(low, auc - half, 5e-5);
        Assert.Equal(high, auc + half, 5e-5);
    }

    // Gwet's further tables. Percent agreement, AC1, Fleiss, Brennan–Prediger and α were computed from the formulas of Gwet 2014 in
    // exact fractions (Python's fractions.Fraction); α of Ben and Gerry with the missing answer filled in is Krippendorff's printed 0.692.
    [SkippableTheory]
    [InlineData("cac.ben.gerry.csv", 2, 0.7272727272727273, 0.6614420062695925, 0.6493506493506493, 0.6590909090909091, 0.6648936170212766)]
    [InlineData("cac.raw.g1g2.csv", 2, 0.7435897435897436, 0.6846038187477685, 0.6572452838437494, 0.6794871794871795, 0.6318057187622405)]
    [InlineData("cac.raw.gender.csv", 1, 0.45555555555555555, 0.2080808080808081, 0.1288888888888889, 0.18333333333333332, 0.1434074074074074)]
    [InlineData("cac.raw5obser.csv", 1, 0.6155555555555555, 0.49662205487261446, 0.45762168677216974, 0.4874074074074074, 0.48053024026512015)]
    public void Ratings_of_several_readers(string file, int labels, double percent, double ac1, double fleiss, double brennan, double alpha)
    {
        var rows = Lines("irrcac", "inst", "extdata", file).Skip(1).Select(row => row[labels..]).ToArray();
        string[] scale = [.. rows.SelectMany(row => row).Where(answer => answer.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        int?[][] raters = [.. Enumerable.Range(0, rows[0].Length).Select(rater => rows.Select(row => row[rater].Length == 0 ? (int?)null : Array.IndexOf(scale, row[rater])).ToArray())];
        Same(RatingCounts.OfRatings(raters, scale.Length), percent, ac1, fleiss, brennan, alpha);
        Assert.Equal(alpha, KrippendorffAlpha.Of([.. raters.Select(own => own.Select(r => (double?)r).ToArray())], MeasurementScale.Nominal).Alpha!.Value, 1e-12);
        if (file != "cac.ben.gerry.csv") return;
        raters[1][9] = Array.IndexOf(scale, "d");
        Assert.Equal(0.692, KrippendorffAlpha.Of([.. raters.Select(own => own.Select(r => (double?)r).ToArray())], MeasurementScale.Nominal).Alpha!.Value, 5e-4);
    }

    [SkippableTheory]
    [InlineData("cac.dist.g1g2.csv", 2, 0.7435897435897436, 0.6846038187477685, 0.6572452838437494, 0.6794871794871795, 0.6318057187622405)]
    [InlineData("cac.dist4cat.csv", 1, 0.5666666666666667, 0.3518903199002908, 0.3461860854987427, 0.35, 0.3570829840737636)]
    public void Ratings_given_as_counts(string file, int labels, double percent, double ac1, double fleiss, double brennan, double alpha) =>
        Same(RatingCounts.OfCounts(Table(Lines("irrcac", "inst", "extdata", file).Skip(1), row => [.. row[labels..].Select(Whole)])), percent, ac1, fleiss, brennan, alpha);

    [SkippableTheory]
    [InlineData(KappaWeights.None, 0.43150077588117935, 0.43034055727554177)]
    [InlineData(KappaWeights.Linear, 0.40681087401344634, 0.4055510801904064)]
    [InlineData(KappaWeights.Quadratic, 0.3831859441349488, 0.3820303657156239)]
    public void Diagnoses_of_two_psychiatrists(KappaWeights weights, double cohen, double scott)
    {
        var table = Table(Lines("irrcac", "inst", "extdata", "cont4x4diagnosis.csv").Skip(1), row => [.. row[1..].Select(Whole)]);
        Assert.Equal(cohen, CohenKappa.OfTable(table, weights).Coefficient!.Value, 1e-12);
        Assert.Equal(scott, ScottPi.OfTable(table, AgreementWeights.Of(weights, 4)).Coefficient!.Value, 1e-12);
    }

    // A row is one rater's answers to three questions about one subject of a group. From the same exact fractions.
    [SkippableTheory]
    [InlineData(3, 0.5185185185185185, 0.3793103448275862, 0.28440366972477066, 0.35802469135802467, 0.2976554536187564)]
    [InlineData(4, 0.5555555555555556, 0.40893888719975674, 0.40276497695852537, 0.4074074074074074, 0.41382488479262675)]
    [InlineData(5, 0.6666666666666666, 0.5839931521506527, 0.5806729939603106, 0.5833333333333334, 0.5884383088869716)]
    public void Ratings_given_a_row_each(int question, double percent, double ac1, double fleiss, double brennan, double alpha)
    {
        var rows = Lines("irrcac", "inst", "extdata", "cac.general.csv").Skip(1).ToArray();
        string[] scale = [.. rows.Select(row => row[question]).Distinct().Order(StringComparer.Ordinal)];
        Same(RatingCounts.OfCounts(Table(rows.GroupBy(row => (row[0], row[1])), subject => [.. scale.Select(answer => subject.Count(row => row[question] == answer))])), percent, ac1, fleiss, brennan, alpha);
    }

    // Tabata et al. 2019, table 4, whose further digits the authors' package holds (aucMRMCcluster): of yes and no the AUC is the mean of
    // sensitivity and specificity.
    [SkippableTheory]
    [InlineData("microscope", 0.79833166, 0.7640974308, 0.7778611945, 0.8058058058, 0.8419252586, 0.8019686353)]
    [InlineData("scanner.A", 0.70096763, 0.7129629630, 0.6996996997, 0.7035368702, 0.6909409409, 0.6976976977)]
    [InlineData("scanner.B", 0.73493493, 0.7429095762, 0.7147147147, 0.7376543210, 0.7258925592, 0.7535035035)]
    [InlineData("scanner.C", 0.69399399, 0.6847681014, 0.6312979646, 0.7173840507, 0.6988655322, 0.7376543210)]
    [InlineData("scanner.D", 0.73153153, 0.7062062062, 0.6477310644, 0.8019686353, 0.7168001335, 0.7849516183)]
    public void Five_pathologists_find_mitotic_figures_as_printed(string seenWith, double mean, params double[] readers)
    {
        var rows = Lines("mitotic-figure-counts", "data", "dfClassify20180627.csv").Where(row => row[^1] == seenWith).ToArray();
        Assert.Equal(155, rows.Length);
        bool[] truth = [.. rows.Select(row => row[^2] == "1")];
        double[] found = [.. Enumerable.Range(0, 5).Select(reader => BinaryScores.Auc([.. rows.Select(row => (double)Whole(row[^(7 - reader)]))], truth))];
        Assert.Equal(readers, found, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(mean, found.Average(), 1e-8);
    }

    private static void Same(RatingCounts counts, double percent, double ac1, double fleiss, double brennan, double alpha)
    {
        double[] expected = [percent, ac1, fleiss, brennan, alpha];
        AgreementEstimate[] actual = [PercentAgreement.Of(counts), GwetCoefficient.Of(counts), FleissKappa.Of(counts), BrennanPrediger.Of(counts), KrippendorffAlpha.Of(counts)];
        Assert.Equal(expected, actual.Select(estimate => estimate.Coefficient!.Value), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    // Four printed digits.
    private static void Same<T>(IEnumerable<T> rows, Func<T, int[]> counts, KappaWeights weights, double value, double error)
    {
        var kappa = CohenKappa.OfTable(Table(rows, counts), weights);
        Assert.Equal(value, kappa.Coefficient!.Value, 5.1e-5);
        Assert.Equal(error, kappa.StandardError!.Value, 5.1e-6);
    }

    private static int[,] Table<T>(IEnumerable<T> rows, Func<T, int[]> counts)
    {
        var cells = rows.Select(counts).ToArray();
        var table = new int[cells.Length, cells[0].Length];
        for (var i = 0; i < cells.Length; i++)
            for (var j = 0; j < cells[i].Length; j++)
                table[i, j] = cells[i][j];
        return table;
    }

    private static int Whole(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Lines(params string[] path) =>
        File.ReadLines(SharedData.Folder(["data", "multireader", .. path])).Select(line => line.Split(',').Select(cell => cell.Trim('"', ' ')).ToArray());
}
