namespace Pirogov.Statistics;

/// <summary>Numbers the distinct values in the order of their coming; small whole numbers, the usual codes, need no hash.</summary>
internal sealed class ValueCodes
{
    private const int Direct = 1024;

    // One more than the code; 0 is unseen.
    private readonly int[] small = new int[Direct];
    private readonly Dictionary<double, int> others = [];
    private readonly List<double> values = [];

    public int CodeOf(double value)
    {
        var whole = (int)value;
        if ((uint)whole < Direct && whole == value)
        {
            ref var code = ref small[whole];
            if (code == 0) code = Next(value);
            return code - 1;
        }

        if (!others.TryGetValue(value, out var found)) others.Add(value, found = Next(value));
        return found - 1;
    }

    /// <returns>The values rising, and for each code its place among them.</returns>
    public (double[] Values, int[] Rank) Sorted()
    {
        var sorted = values.ToArray();
        var codes = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, codes);
        var rank = new int[codes.Length];
        for (var place = 0; place < codes.Length; place++) rank[codes[place]] = place;
        return (sorted, rank);
    }

    private int Next(double value)
    {
        values.Add(value);
        return values.Count;
    }
}
