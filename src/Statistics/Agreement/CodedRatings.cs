namespace Pirogov.Statistics;

/// <summary>Ratings of items as codes in the order of their values, so that α of any draw of the items needs no search.</summary>
internal sealed class CodedRatings
{
    private const int Missing = -1;

    // Half a thousand million pairs of values: about a second.
    private const int MostRatioValues = 32_768;

    private readonly int[] codes;
    private readonly double[] values;
    private readonly int raters;
    private readonly MeasurementScale scale;

    private CodedRatings(int[] codes, double[] values, int raters, MeasurementScale scale)
    {
        this.codes = codes;
        this.values = values;
        this.raters = raters;
        this.scale = scale;
    }

    public int Items => codes.Length / raters;

    public static CodedRatings Of(ReadOnlySpan<double?> ratings, int raters, MeasurementScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(raters);
        if (ratings.Length % raters != 0)
            throw new ArgumentException($"{ratings.Length} ratings are not a whole number of items with {raters} each.", nameof(ratings));

        var codes = new int[ratings.Length];
        var found = new ValueCodes();
        for (var i = 0; i < codes.Length; i++)
        {
            var rating = ratings[i];
            if (!rating.HasValue)
            {
                codes[i] = Missing;
                continue;
            }

            var value = rating.GetValueOrDefault();
            if (!double.IsFinite(value) || (scale == MeasurementScale.Ratio && value < 0))
                throw new ArgumentException($"A rating of {value} has no place on a scale of kind {scale}; a missing rating is null.", nameof(ratings));
            codes[i] = found.CodeOf(value);
        }

        var (values, rank) = found.Sorted();
        if (scale == MeasurementScale.Ratio && values.Length > MostRatioValues)
            throw new ArgumentException($"{values.Length} distinct values on a ratio scale; at most {MostRatioValues} are compared pair by pair.", nameof(ratings));
        for (var i = 0; i < codes.Length; i++)
            if (codes[i] != Missing) codes[i] = rank[codes[i]];
        return new CodedRatings(codes, values, raters, scale);
    }

    public AlphaEstimate Alpha(ReadOnlySpan<int> items)
    {
        var marginals = new int[values.Length];
        int paired = 0, total = 0;
        foreach (var item in items)
        {
            var row = codes.AsSpan(item * raters, raters);
            var given = 0;
            foreach (var code in row)
                if (code != Missing) given++;
            if (given < 2) continue;
            paired++;
            total = checked(total + given);
            foreach (var code in row)
                if (code != Missing) marginals[code]++;
        }

        if (items.Length == 0) return new(null, null, null, 0, 0, AgreementUndefined.NoItems);
        if (paired == 0) return new(null, null, null, 0, 0, AgreementUndefined.NoPairs);
        if (marginals.Contains(total)) return new(null, 0, 0, paired, total, AgreementUndefined.NoVariation);

        // Both sums run over ordered pairs of ratings.
        var positions = Positions(marginals);
        var expected = Expected(marginals, positions, total) / ((double)total * (total - 1));
        var observed = (scale == MeasurementScale.Nominal ? Mismatches(items) : Within(items, positions)) / total;
        if (!double.IsFinite(observed / expected))
            throw new ArgumentException("The values are too large, or too close together, for their squared differences.", nameof(items));
        return new(1 - observed / expected, observed, expected, paired, total, AgreementUndefined.No);
    }

    // On an ordinal scale Krippendorff's δ is the squared difference of mid-ranks, of the ratings that are in.
    private double[] Positions(int[] marginals)
    {
        if (scale != MeasurementScale.Ordinal) return values;
        var ranks = new double[values.Length];
        var below = 0.0;
        for (var c = 0; c < ranks.Length; c++)
        {
            ranks[c] = below + marginals[c] / 2.0;
            below += marginals[c];
        }

        return ranks;
    }

    private double Expected(int[] marginals, double[] positions, double total)
    {
        double sum = 0, mean = 0;
        switch (scale)
        {
            case MeasurementScale.Nominal:
                foreach (var count in marginals) sum += count * (total - count);
                return sum;
            case MeasurementScale.Ratio:
                for (var c = 0; c < marginals.Length; c++)
                    for (var k = 0; k < c; k++) sum += (double)marginals[c] * marginals[k] * Relative(positions[c], positions[k]);
                return 2 * sum;
            default:
                for (var c = 0; c < marginals.Length; c++) mean += marginals[c] * positions[c] / total;
                for (var c = 0; c < marginals.Length; c++) sum += marginals[c] * (positions[c] - mean) * (positions[c] - mean);
                return 2 * total * sum;
        }
    }

    private double Within(ReadOnlySpan<int> items, double[] positions)
    {
        var sum = 0.0;
        Span<double> unit = raters <= 256 ? stackalloc double[raters] : new double[raters];
        foreach (var item in items)
        {
            var given = 0;
            foreach (var code in codes.AsSpan(item * raters, raters))
                if (code != Missing) unit[given++] = positions[code];
            if (given >= 2) sum += (scale == MeasurementScale.Ratio ? RelativePairs(unit[..given]) : SquaredPairs(unit[..given])) / (given - 1);
        }

        return sum;
    }

    // Σ (x−y)² over ordered pairs is 2n times the squares about the mean.
    private static double SquaredPairs(ReadOnlySpan<double> unit)
    {
        double mean = 0, squares = 0;
        foreach (var x in unit) mean += x;
        mean /= unit.Length;
        foreach (var x in unit) squares += (x - mean) * (x - mean);
        return 2 * unit.Length * squares;
    }

    private static double RelativePairs(ReadOnlySpan<double> unit)
    {
        var sum = 0.0;
        for (var a = 0; a < unit.Length; a++)
            for (var b = 0; b < a; b++) sum += Relative(unit[a], unit[b]);
        return 2 * sum;
    }

    private static double Relative(double x, double y) => x == y ? 0 : (x - y) / (x + y) * ((x - y) / (x + y));

    // Σ over items of the ordered pairs with different codes, divided by ratings − 1; whole numbers until the division.
    private double Mismatches(ReadOnlySpan<int> items)
    {
        var sum = 0.0;
        var seen = new int[values.Length];
        foreach (var item in items)
        {
            var row = codes.AsSpan(item * raters, raters);
            int given = 0, equal = 0;
            foreach (var code in row)
            {
                if (code == Missing) continue;
                equal += seen[code]++;
                given++;
            }

            foreach (var code in row)
                if (code != Missing) seen[code] = 0;
            if (given >= 2) sum += ((long)given * (given - 1) - 2L * equal) / (double)(given - 1);
        }

        return sum;
    }
}
