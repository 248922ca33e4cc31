namespace Pirogov.Statistics;

/// <summary>At one threshold of localisation.</summary>
/// <param name="Alpha">The lowest similarity of a pair.</param>
/// <param name="Pairs">True positives: boxes of both sides paired.</param>
/// <param name="Missed">Boxes of the reference without a partner.</param>
/// <param name="Added">Boxes found without a partner.</param>
/// <param name="AssociationAccuracy">AssA: mean over the pairs of TPA / (TPA + FNA + FPA); 0 without pairs.</param>
/// <param name="AssociationRecall">AssRe.</param>
/// <param name="AssociationPrecision">AssPr.</param>
/// <param name="LocalizationAccuracy">LocA: mean similarity of the pairs; 1 without pairs.</param>
public sealed record HotaPoint(
    double Alpha, int Pairs, int Missed, int Added, double AssociationAccuracy, double AssociationRecall, double AssociationPrecision, double LocalizationAccuracy)
{
    /// <summary>DetA: TP / (TP + FN + FP).</summary>
    public double DetectionAccuracy => Ratio(Pairs, Missed + Added);

    /// <summary>DetRe.</summary>
    public double DetectionRecall => Ratio(Pairs, Missed);

    /// <summary>DetPr.</summary>
    public double DetectionPrecision => Ratio(Pairs, Added);

    /// <summary>√(DetA · AssA) (Luiten et al. 2021, eq. 10).</summary>
    public double Value => Math.Sqrt(DetectionAccuracy * AssociationAccuracy);

    private static double Ratio(int pairs, int others) => pairs + others == 0 ? 0 : (double)pairs / (pairs + others);
}

/// <summary>Higher order tracking accuracy; each figure is the mean over the thresholds, 0 to 1.</summary>
/// <param name="Points">α = 0.05, 0.10 … 0.95; none where neither side has a box, and then every figure is 1.</param>
public sealed record Hota(IReadOnlyList<HotaPoint> Points)
{
    private const int Thresholds = 19;

    /// <summary>Mean over the thresholds.</summary>
    public double Value => Mean(point => point.Value);

    /// <summary>DetA.</summary>
    public double DetectionAccuracy => Mean(point => point.DetectionAccuracy);

    /// <summary>AssA.</summary>
    public double AssociationAccuracy => Mean(point => point.AssociationAccuracy);

    /// <summary>LocA.</summary>
    public double LocalizationAccuracy => Mean(point => point.LocalizationAccuracy);

    /// <summary>
    /// HOTA (Luiten et al. 2021, eq. 7 to 12). Frame by frame boxes are paired by optimal assignment on the product of their
    /// similarity and of how well their tracks go together over the recording, once for all α, as the authors' program does;
    /// a pair counts at each α that its similarity reaches. All tracks are of one category.
    /// </summary>
    /// <param name="reference">Their frames may differ in number.</param>
    /// <param name="found">In the unit of the reference.</param>
    /// <param name="similarity">Of two boxes, 0 to 1; null: IoU.</param>
    /// <exception cref="ArgumentException">A track whose frames do not rise, a box whose sides are out of order or not finite, or a similarity outside [0, 1].</exception>
    public static Hota Of(IReadOnlyList<ObjectTrack> reference, IReadOnlyList<ObjectTrack> found, Func<Box, Box, double>? similarity = null)
    {
        foreach (var track in reference) track.Check(nameof(reference));
        foreach (var track in found) track.Check(nameof(found));
        int own = reference.Sum(t => t.Boxes.Count), others = found.Sum(t => t.Boxes.Count);
        if (own + others == 0) return new([]);

        var (reached, similar) = (new Dictionary<(int Own, int Other), int[]>(), new double[Thresholds]);
        foreach (var (pair, value) in TrackPairing.Of(reference, found, similarity ?? BoxOverlap.Iou))
        {
            if (!reached.TryGetValue(pair, out var times)) reached.Add(pair, times = new int[Thresholds]);
            for (var i = 0; i < Thresholds && value >= Alpha(i) - 1e-12; i++)
            {
                times[i]++;
                similar[i] += value;
            }
        }

        return new([.. Enumerable.Range(0, Thresholds).Select(i => Point(i, reference, found, reached, similar[i], own, others))]);
    }

    private static HotaPoint Point(
        int at, IReadOnlyList<ObjectTrack> reference, IReadOnlyList<ObjectTrack> found, Dictionary<(int Own, int Other), int[]> reached, double similar, int own, int others)
    {
        var pairs = 0;
        double accuracy = 0, recall = 0, precision = 0;
        foreach (var ((a, b), times) in reached)
        {
            int together = times[at], ofA = reference[a].Boxes.Count, ofB = found[b].Boxes.Count;
            pairs += together;
            accuracy += (double)together * together / (ofA + ofB - together);
            recall += (double)together * together / ofA;
            precision += (double)together * together / ofB;
        }

        var divisor = Math.Max(1, pairs);
        return new(Alpha(at), pairs, own - pairs, others - pairs, accuracy / divisor, recall / divisor, precision / divisor, pairs == 0 ? 1 : similar / pairs);
    }

    private static double Alpha(int at) => (at + 1) / 20.0;

    private double Mean(Func<HotaPoint, double> figure) => Points.Count == 0 ? 1 : Points.Average(figure);
}
