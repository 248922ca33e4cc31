namespace Pirogov.Imaging;

/// <summary>Grays that leave no stored value out of the picture, for whoever looks for what a window hides.</summary>
internal static class EveryValue
{
    /// <summary>Of what <see cref="Spread"/> gives.</summary>
    public static readonly VoiWindow Window = new(0.5, 1, VoiFunction.LinearExact);

    /// <summary>Sixteen bits, signed or not.</summary>
    private const int Lowest = short.MinValue, Highest = ushort.MaxValue;

    /// <returns>From 0 to 1; what is no number stays none.</returns>
    public static float[] Spread(float[] values, GrayRange range)
    {
        var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in values)
            if (float.IsFinite(value)) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        return range == GrayRange.Equalised && least >= Lowest && most <= Highest && Array.TrueForAll(values, v => v == (int)v)
            ? Equalised(values) : [.. values.Select(v => most > least ? (v - least) / (most - least) : 0)];
    }

    /// <summary>By the middle of each value's share: neighbours of a value that fills half of the frame are a quarter of the scale away from it at least.</summary>
    private static float[] Equalised(float[] values)
    {
        var grays = new float[Highest - Lowest + 1];
        foreach (var value in values) grays[(int)value - Lowest]++;
        var before = 0f;
        for (var i = 0; i < grays.Length; i++)
        {
            var count = grays[i];
            grays[i] = (before + count / 2) / values.Length;
            before += count;
        }

        return [.. values.Select(v => grays[(int)v - Lowest])];
    }
}
