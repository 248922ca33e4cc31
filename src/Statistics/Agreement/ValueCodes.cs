namespace Pirogov.Statistics;

/// <summary>Numbers the distinct values of a scale from 1 in the order of their coming; 0 is a missing rating.</summary>
internal sealed class ValueCodes(MeasurementScale scale)
{
    // Small whole numbers, the usual codes, need no hash.
    private const int Direct = 1024;

    // A double this large has no fraction: added to a small number it leaves it, rounded, in the low bits. Faster than a conversion.
    private const double Whole = 1L << 52;

    // 0 is unseen.
    private readonly int[] small = new int[Direct];
    private readonly Dictionary<double, int> others = [];
    private readonly List<double> values = [0];

    /// <summary>The value of each code; the first, of no rating, is 0.</summary>
    public double[] Values => [.. values];

    /// <summary>Without a branch that depends on the ratings, but for new and for unusual values: it runs for every rating.</summary>
    /// <param name="ratings">Null is missing.</param>
    /// <param name="codes">Receives a code for each.</param>
    public void Of(ReadOnlySpan<double?> ratings, Span<int> codes)
    {
        var direct = small;
        for (var i = 0; i < ratings.Length; i++)
        {
            ref readonly var rating = ref ratings[i];
            // A missing rating reads as 0, and the product undoes that.
            var value = rating.GetValueOrDefault();
            var given = rating.HasValue ? 1 : 0;
            var whole = (uint)BitConverter.DoubleToUInt64Bits(value + Whole);
            if (whole >= Direct || whole != value)
            {
                codes[i] = CodeOfOther(value);
                continue;
            }

            var code = direct[whole];
            if (code == 0 && given == 1) code = direct[whole] = Next(value);
            codes[i] = code * given;
        }
    }

    private int CodeOfOther(double value)
    {
        if (others.TryGetValue(value, out var code)) return code;
        if (!double.IsFinite(value) || (scale == MeasurementScale.Ratio && value < 0))
            throw new ArgumentException($"A rating of {value} has no place on a scale of kind {scale}; a missing rating is null.", nameof(value));
        others.Add(value, code = Next(value));
        return code;
    }

    private int Next(double value)
    {
        values.Add(value);
        return values.Count - 1;
    }
}
