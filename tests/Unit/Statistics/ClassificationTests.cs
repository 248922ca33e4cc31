using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class ClassificationTests
{
    private static readonly Gen<(double[] Scores, bool[] Positive)> Cases =
        from count in Gen.Int[1, 40]
        from scores in Gen.Int[0, 8].Select(v => v / 8.0).Array[count]
        from positive in Gen.Bool.Array[count]
        select (scores, positive);

    [Fact]
    public void Auc_equals_a_count_over_all_pairs() => Cases.Sample(p =>
    {
        double won = 0, pairs = 0;
        for (var i = 0; i < p.Scores.Length; i++)
            for (var j = 0; j < p.Scores.Length; j++)
            {
                if (!p.Positive[i] || p.Positive[j]) continue;
                pairs++;
                won += p.Scores[i] > p.Scores[j] ? 1 : p.Scores[i] == p.Scores[j] ? 0.5 : 0;
            }

        var auc = BinaryScores.Auc(p.Scores, p.Positive);
        if (pairs == 0) Assert.Equal(double.NaN, auc);
        else Assert.Equal(won / pairs, auc, 1e-12);
    });

    [Fact]
    public void Average_precision_does_not_depend_on_the_order_of_tied_cases() => Cases.Sample(p =>
    {
        var forward = BinaryScores.AveragePrecision(p.Scores, p.Positive);
        var backward = BinaryScores.AveragePrecision([.. p.Scores.Reverse()], [.. p.Positive.Reverse()]);
        Assert.Equal(forward, backward);
        if (!double.IsNaN(forward)) Assert.InRange(forward, 0, 1);
    });

    [Fact]
    public void The_counts_add_up_and_mirror_each_other() => Cases.Sample(p =>
    {
        var at = BinaryConfusion.At(0.5, p.Scores, p.Positive);
        Assert.Equal(p.Scores.Length, at.Cases);
        var mirrored = BinaryConfusion.Of([.. p.Scores.Select(s => s < 0.5)], [.. p.Positive.Select(x => !x)]);
        Assert.Equal(at.Sensitivity, mirrored.Specificity);
        Assert.Equal(at.Precision, mirrored.NegativePredictiveValue);
        int[] truth = [.. p.Positive.Select(x => x ? 1 : 0)], called = [.. p.Scores.Select(s => s >= 0.5 ? 1 : 0)];
        var matrix = new ConfusionMatrix(truth, called, 2);
        Assert.Equal(at, matrix.OneAgainstRest(1));
        Assert.Equal(at.Accuracy, matrix.Accuracy);
    });

    [Fact]
    public void Losses_of_known_predictions()
    {
        Assert.Equal(0.0625, BinaryScores.Brier([0.25, 0.75], [false, true]), 1e-12);
        Assert.Equal(-Math.Log(0.75), BinaryScores.LogLoss([0.25, 0.75], [false, true]), 1e-12);
        Assert.InRange(BinaryScores.LogLoss([0], [true]), 36, 37);
        Assert.Throws<ArgumentException>(() => BinaryScores.Brier([1.1], [true]));
        Assert.Throws<ArgumentException>(() => BinaryScores.Auc([double.NaN], [true]));
    }

    [Fact]
    public void Without_positives_sensitivity_is_not_a_number()
    {
        var none = BinaryConfusion.Of([false, true], [false, false]);
        Assert.Equal(double.NaN, none.Sensitivity);
        Assert.Equal(double.NaN, none.BalancedAccuracy);
        Assert.Equal(0.5, none.Specificity);
    }
}
