namespace Pirogov.Statistics;

/// <summary>The zero of a rising function of a logarithm, to the last bit: quantiles are inverted with it. ∓∞ where e to it has hardly a double.</summary>
internal static class Bisection
{
    public static double Root(Func<double, double> rising)
    {
        double low = -700, high = 700;
        if (rising(low) > 0) return double.NegativeInfinity;
        if (rising(high) < 0) return double.PositiveInfinity;
        while (true)
        {
            var middle = (low + high) / 2;
            if (middle == low || middle == high) return middle;
            if (rising(middle) < 0) low = middle;
            else high = middle;
        }
    }
}
