using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Printed examples, and what the authors' or other people's programs give for the same numbers.</summary>
public class PeerProgramTests
{
    // Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", A (Jon and Han) and B (Ben and Gerry): 0.095 and 0.692.
    [Theory]
    [InlineData("0100000010", "1110010000", 0.095)]
    [InlineData("aabbdcccedda", "babbbccceddd", 0.692)]
    public void Alpha_of_two_observers(string one, string other, double printed)
    {
        double?[] Values(string codes) => [.. codes.Select(code => (double?)code)];
        Assert.Equal(printed, KrippendorffAlpha.Of([Values(one), Values(other)], MeasurementScale.Nominal).Alpha!.Value, 5e-4);
    }

    // statsmodels 0.13, cohens_kappa: of a scale of four, the third category is never used.
    [Theory]
    [InlineData(KappaWeights.None, 0.5534591194968553, 0.08020036607873915)]
    [InlineData(KappaWeights.Linear, 0.6172227888678421, 0.07847496236519436)]
    [InlineData(KappaWeights.Quadratic, 0.6771357545625417, 0.08040409642406483)]
    public void Kappa_with_a_category_that_nobody_used(KappaWeights weights, double value, double error)
    {
        var kappa = CohenKappa.OfTable(new[,] { { 22, 5, 0, 2 }, { 3, 11, 0, 4 }, { 0, 0, 0, 0 }, { 1, 6, 0, 17 } }, weights);
        Assert.Equal(value, kappa.Coefficient!.Value, 1e-12);
        Assert.Equal(error, kappa.StandardError!.Value, 1e-12);
    }

    // The example in the description of the authors' ensemble_boxes, with its weights 2 and 1, through their program.
    [Fact]
    public void Boxes_of_two_models_are_fused_as_by_the_authors_program()
    {
        ScoredBox[][] models =
        [
            [
                new(new(0.00, 0.51, 0.81, 0.91), 0, 0.9), new(new(0.10, 0.31, 0.71, 0.61), 1, 0.8), new(new(0.01, 0.32, 0.83, 0.93), 0, 0.2),
                new(new(0.02, 0.53, 0.11, 0.94), 1, 0.4), new(new(0.03, 0.24, 0.12, 0.35), 1, 0.7),
            ],
            [
                new(new(0.04, 0.56, 0.84, 0.92), 1, 0.5), new(new(0.12, 0.33, 0.72, 0.64), 1, 0.8), new(new(0.38, 0.66, 0.79, 0.95), 1, 0.7),
                new(new(0.08, 0.49, 0.21, 0.89), 0, 0.3),
            ],
        ];
        (double[] Sides, double Score, int Label)[] expected =
        [
            ([0.1066667, 0.3166667, 0.7133333, 0.62], 0.8, 1), ([0.0018182, 0.4754545, 0.8136363, 0.9136363], 0.7333333, 0),
            ([0.03, 0.24, 0.12, 0.35], 0.4666667, 1), ([0.02, 0.53, 0.11, 0.94], 0.2666667, 1), ([0.38, 0.66, 0.79, 0.95], 0.2333333, 1),
            ([0.04, 0.56, 0.84, 0.92], 0.1666667, 1), ([0.08, 0.49, 0.21, 0.89], 0.1, 0),
        ];
        Assert.Equal(expected.Select(e => (double[])[.. e.Sides, e.Score, e.Label]), BoxFusion.Of(models, 0.5, [2, 1]).Boxes.Select(b =>
            (double[])[b.Box.Left, b.Box.Top, b.Box.Right, b.Box.Bottom, b.Confidence, b.Category]), (a, b) => a.Zip(b).All(p => Math.Abs(p.First - p.Second) < 1e-6));
    }

    // TrackEval, the authors' program: two objects cross, and one found track goes over from the first to the second.
    [Fact]
    public void Hota_of_crossing_objects_is_that_of_the_authors_program()
    {
        ObjectTrack[] reference = [Track(0, (0, 0), (2, 0), (4, 0), (6, 0)), Track(0, (20, 0), (18, 0), (16, 0), (14, 0))];
        ObjectTrack[] found =
        [
            new([new(0, new(1, 0, 11, 10)), new(1, new(2, 1, 12, 11)), new(2, new(16, 2, 26, 12)), new(3, new(14, 0, 24, 9))]),
            Track(1, (18, 0), (5, 0), (6, 0)), Track(0, (40, 0)),
        ];
        var hota = Hota.Of(reference, found);
        Assert.Equal([0.44069760428981897, 0.6587108797635113, 0.29703425229741026, 0.8838345864661655],
            [hota.Value, hota.DetectionAccuracy, hota.AssociationAccuracy, hota.LocalizationAccuracy], Close);
        Assert.Equal([0.4229323308270676, 0.4848579782790309], [hota.Points.Average(p => p.AssociationRecall), hota.Points.Average(p => p.AssociationPrecision)], Close);
        Assert.Equal([0.5055250296034367, 0.1913897505877382, 0.1543033499620919], [hota.Points[0].Value, hota.Points[16].Value, hota.Points[18].Value], Close);

        static ObjectTrack Track(int from, params (double X, double Y)[] at) => new([.. at.Select((p, i) => new TrackedBox(from + i, new(p.X, p.Y, p.X + 10, p.Y + 10)))]);
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-12;
}
