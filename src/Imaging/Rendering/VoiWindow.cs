namespace Pirogov.Imaging;

public enum VoiFunction
{
    /// <summary>LINEAR, the default (PS3.3 C.11.2.1.2.1).</summary>
    Linear,

    /// <summary>LINEAR_EXACT (C.11.2.1.3.2).</summary>
    LinearExact,

    /// <summary>SIGMOID (C.11.2.1.3.1).</summary>
    Sigmoid,
}

/// <summary>A window over modality values: Window Center, Window Width, VOI LUT Function.</summary>
public sealed record VoiWindow(double Center, double Width, VoiFunction Function = VoiFunction.Linear)
{
    /// <summary>The window from the 1st to the 99th percentile of the values; one value wide at least.</summary>
    /// <param name="values">Modality values; NaN (padding) is left out.</param>
    public static VoiWindow OfPercentiles(ReadOnlySpan<float> values)
    {
        // A regular sample is as good for two percentiles, and a mammogram has 20 million pixels.
        var step = Math.Max(1, values.Length / 65_536);
        var sample = new List<float>(values.Length / step + 1);
        for (var i = 0; i < values.Length; i += step)
            if (float.IsFinite(values[i])) sample.Add(values[i]);
        if (sample.Count == 0) return new VoiWindow(0.5, 1, VoiFunction.LinearExact);

        sample.Sort();
        double low = sample[(int)(0.01 * (sample.Count - 1))], high = sample[(int)Math.Ceiling(0.99 * (sample.Count - 1))];
        return new VoiWindow((low + high) / 2, Math.Max(high - low, 1), VoiFunction.LinearExact);
    }

    /// <summary>The display value 0 … 255 of a modality value.</summary>
    public byte Apply(double value)
    {
        var y = Function switch
        {
            VoiFunction.Sigmoid => 1 / (1 + Math.Exp(-4 * (value - Center) / Math.Max(Width, 1e-9))),
            VoiFunction.LinearExact => (value - Center) / Math.Max(Width, 1e-9) + 0.5,
            // Width 1 is a threshold: values up to Center − 0.5 are black, all above are white.
            _ => Width <= 1 ? (value <= Center - 0.5 ? 0 : 1) : (value - (Center - 0.5)) / (Width - 1) + 0.5,
        };
        return (byte)Math.Round(255 * Math.Clamp(y, 0, 1));
    }
}
