namespace Pirogov.Statistics;

/// <summary>
/// Ratings of items as codes of their values, 0 for a missing one, so that α of any draw of the items needs no search. Sums
/// run without branches on the codes: those would be guessed wrong as often as ratings are missing.
/// </summary>
internal sealed class CodedRatings
{
    // Half a thousand million pairs of values: about a second.
    private const int MostRatioValues = 32_768;

    // Up to so many, comparing all pairs is faster than counting.
    private const int FewRaters = 8;

    private const int Tallies = 4;

    // A table of all pairs of so many values takes half a megabyte; looking up is twice as fast as dividing.
    private const int TabledValues = 256;

    private readonly int[] codes;
    private readonly double[] values;
    private readonly int raters;
    private readonly MeasurementScale scale;

    private CodedRatings(int[] codes, int items, double[] values, int raters, MeasurementScale scale)
    {
        this.codes = codes;
        Items = items;
        this.values = values;
        this.raters = raters;
        this.scale = scale;
    }

    public int Items { get; }

    /// <param name="ratings">items × raters, item after item; null is missing.</param>
    /// <param name="codes">Room for a code of each rating, at least as long; it belongs to the result.</param>
    public static CodedRatings Of(ReadOnlySpan<double?> ratings, int[] codes, int raters, MeasurementScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(raters);
        if (ratings.Length % raters != 0)
            throw new ArgumentException($"{ratings.Length} ratings are not a whole number of items with {raters} each.", nameof(ratings));

        var found = new ValueCodes(scale);
        found.Of(ratings, codes);
        var values = found.Values;
        if (scale == MeasurementScale.Ratio && values.Length > MostRatioValues)
            throw new ArgumentException($"{values.Length - 1} distinct values on a ratio scale; fewer than {MostRatioValues} are compared pair by pair.", nameof(ratings));
        return new CodedRatings(codes, ratings.Length / raters, values, raters, scale);
    }

    public AlphaEstimate Alpha(ReadOnlySpan<int> items)
    {
        var marginals = new int[values.Length];
        var (paired, total, mismatches) = scale == MeasurementScale.Nominal ? Compare(items, marginals) : Count(items, marginals);
        marginals[0] = 0;
        if (items.Length == 0) return new(null, null, null, 0, 0, AgreementUndefined.NoItems);
        if (paired == 0) return new(null, null, null, 0, 0, AgreementUndefined.NoPairs);
        if (marginals.Contains(total)) return new(null, 0, 0, paired, total, AgreementUndefined.NoVariation);

        var (within, among) = Pairs(items, marginals, total, mismatches);
        var (observed, expected) = (within / total, among / ((double)total * (total - 1)));
        if (!double.IsFinite(observed / expected))
            throw new ArgumentException("The values are too large, or too close together, for their squared differences.", nameof(items));
        return new(1 - observed / expected, observed, expected, paired, total, AgreementUndefined.No);
    }

    // Σ δ² over the ordered pairs of ratings within items, over ratings − 1 there, and over those of all ratings.
    private (double Within, double Among) Pairs(ReadOnlySpan<int> items, int[] marginals, int total, double mismatches)
    {
        if (scale == MeasurementScale.Nominal) return (mismatches, Mismatches(marginals, total));
        if (scale == MeasurementScale.Ratio) return (RelativePairs(items), RelativePairs(marginals, values));
        var positions = scale == MeasurementScale.Ordinal ? MidRanks(marginals) : values;
        var (mean, pairs) = SquaredPairs(marginals, positions, total);
        return (SquaredPairs(items, positions, mean), pairs);
    }

    // On an ordinal scale Krippendorff's δ is the squared difference of mid-ranks, of the ratings that are in.
    private double[] MidRanks(int[] marginals)
    {
        var ranks = new double[values.Length];
        var below = 0.0;
        foreach (var code in Enumerable.Range(1, values.Length - 1).OrderBy(code => values[code]))
        {
            ranks[code] = below + marginals[code] / 2.0;
            below += marginals[code];
        }

        return ranks;
    }

    private static double Mismatches(int[] marginals, double total)
    {
        var sum = 0.0;
        foreach (var count in marginals) sum += count * (total - count);
        return sum;
    }

    private static double RelativePairs(int[] marginals, double[] positions)
    {
        var sum = 0.0;
        for (var c = 1; c < marginals.Length; c++)
            for (var k = 1; k < c; k++) sum += (double)marginals[c] * marginals[k] * Relative(positions[c], positions[k]);
        return 2 * sum;
    }

    private static (double Mean, double Pairs) SquaredPairs(int[] marginals, double[] positions, double total)
    {
        double sum = 0, mean = 0;
        for (var c = 1; c < marginals.Length; c++) mean += marginals[c] * positions[c] / total;
        for (var c = 1; c < marginals.Length; c++) sum += marginals[c] * (positions[c] - mean) * (positions[c] - mean);
        return (mean, 2 * total * sum);
    }

    private (int Paired, int Total, double Mismatches) Count(ReadOnlySpan<int> items, int[] marginals)
    {
        int paired = 0, total = 0;
        var tally = new int[Tallies * values.Length];
        foreach (var item in items)
        {
            var row = codes.AsSpan(item * raters, raters);
            var given = 0;
            foreach (var code in row) given += code != 0 ? 1 : 0;
            if (given < 2) continue;
            Tally(row, tally);
            paired++;
            total = checked(total + given);
        }

        Add(tally, marginals);
        return (paired, total, 0);
    }

    // With the ordered pairs of different codes over ratings − 1, summed over items; whole numbers until that division.
    private (int Paired, int Total, double Mismatches) Compare(ReadOnlySpan<int> items, int[] marginals)
    {
        int paired = 0, total = 0;
        var sum = 0.0;
        var tally = new int[Tallies * values.Length];
        var seen = new int[values.Length];
        foreach (var item in items)
        {
            var row = codes.AsSpan(item * raters, raters);
            long missing = 0;
            foreach (var code in row) missing += code == 0 ? 1 : 0;
            var given = raters - missing;
            if (given < 2) continue;
            var equal = raters <= FewRaters ? EqualPairs(row) : EqualPairs(row, seen);
            Tally(row, tally);
            paired++;
            total = checked(total + (int)given);
            sum += (given * (given - 1) - 2 * equal + missing * (missing - 1)) / (double)(given - 1);
        }

        Add(tally, marginals);
        return (paired, total, sum);
    }

    private static long EqualPairs(ReadOnlySpan<int> row)
    {
        var equal = 0;
        for (var a = 1; a < row.Length; a++)
            for (var b = 0; b < a; b++) equal += row[a] == row[b] ? 1 : 0;
        return equal;
    }

    private static long EqualPairs(ReadOnlySpan<int> row, int[] seen)
    {
        long equal = 0;
        foreach (var code in row) equal += seen[code]++;
        foreach (var code in row) seen[code] = 0;
        return equal;
    }

    // Raters side by side count in tables of their own: a count that follows another in one place has to wait for it.
    private void Tally(ReadOnlySpan<int> row, int[] tally)
    {
        for (var r = 0; r < row.Length; r++) tally[(r & (Tallies - 1)) * values.Length + row[r]]++;
    }

    private void Add(int[] tally, int[] marginals)
    {
        for (var i = 0; i < tally.Length; i++) marginals[i % values.Length] += tally[i];
    }

    // Σ (x−y)² over an item's ordered pairs is 2 (n Σx² − (Σx)²). About the mean of all, at which a missing rating counts 0,
    // rounding stays within 1e-15 of expected disagreement.
    private double SquaredPairs(ReadOnlySpan<int> items, ReadOnlySpan<double> positions, double mean)
    {
        var centred = new double[positions.Length];
        for (var c = 1; c < centred.Length; c++) centred[c] = positions[c] - mean;
        var sum = 0.0;
        foreach (var item in items)
        {
            var given = 0;
            double first = 0, second = 0;
            foreach (var code in codes.AsSpan(item * raters, raters))
            {
                var x = centred[code];
                given += code != 0 ? 1 : 0;
                first += x;
                second += x * x;
            }

            if (given >= 2) sum += 2 * Math.Max(0, given * second - first * first) / (given - 1);
        }

        return sum;
    }

    private double RelativePairs(ReadOnlySpan<int> items)
    {
        if (values.Length <= TabledValues && items.Length >= values.Length * values.Length) return TabledPairs(items);
        var sum = 0.0;
        Span<double> unit = raters <= 256 ? stackalloc double[raters] : new double[raters];
        foreach (var item in items)
        {
            var given = 0;
            foreach (var code in codes.AsSpan(item * raters, raters))
            {
                unit[given] = values[code];
                given += code != 0 ? 1 : 0;
            }

            var pairs = 0.0;
            for (var a = 1; a < given; a++)
                for (var b = 0; b < a; b++) pairs += Relative(unit[a], unit[b]);
            if (given >= 2) sum += 2 * pairs / (given - 1);
        }

        return sum;
    }

    // A missing rating is as far from any other as the table says: 0.
    private double TabledPairs(ReadOnlySpan<int> items)
    {
        var (size, sum) = (values.Length, 0.0);
        var table = new double[size * size];
        for (var c = 1; c < size; c++)
            for (var k = 1; k < size; k++) table[c * size + k] = Relative(values[c], values[k]);
        foreach (var item in items)
        {
            var row = codes.AsSpan(item * raters, raters);
            var (given, pairs) = (0, 0.0);
            for (var a = 0; a < row.Length; a++)
            {
                given += row[a] != 0 ? 1 : 0;
                var near = table.AsSpan(row[a] * size, size);
                for (var b = 0; b < a; b++) pairs += near[row[b]];
            }

            if (given >= 2) sum += 2 * pairs / (given - 1);
        }

        return sum;
    }

    private static double Relative(double x, double y)
    {
        // 0 and 0 are equal; nothing else here has the sum 0.
        var ratio = (x - y) / Math.Max(x + y, double.Epsilon);
        return ratio * ratio;
    }
}
