namespace Pirogov.Labelling.Agreement;

/// <summary>
/// Areas of two outlines and of what they share, in horizontal bands that no corner lies inside of: exact for each outline, and for what they
/// share but for the bands in which their edges cross. Bands are a quarter of a pixel high at most, as long as 1,024 are enough; with more
/// corners than that, corners inside bands cost below a thousandth of an outline's area.
/// </summary>
internal static class PolygonOverlap
{
    private const int MostLines = 1_024;
    private const int FewestLines = 64;
    private const double LinesPerPixel = 4;

    /// <param name="first">The outline and its holes, points [x, y]; filled by the even-odd rule.</param>
    /// <returns>In squares of the points' unit.</returns>
    public static (double First, double Second, double Both) Areas(IReadOnlyList<IReadOnlyList<double[]>> first, IReadOnlyList<IReadOnlyList<double[]>> second)
    {
        var borders = Borders([.. first.Concat(second).SelectMany(r => r).Select(p => p[1])]);
        if (borders.Length < 2)
            return (0, 0, 0);
        var (a, b) = (Crossings(first, borders), Crossings(second, borders));
        double areaA = 0, areaB = 0, both = 0;
        for (var band = 0; band < borders.Length - 1; band++)
        {
            var height = borders[band + 1] - borders[band];
            areaA += height * Length(a[band]);
            areaB += height * Length(b[band]);
            both += height * Shared(a[band], b[band]);
        }

        return (areaA, areaB, both);
    }

    private static double[] Borders(double[] corners)
    {
        var (top, bottom) = (corners.Min(), corners.Max());
        if (!(bottom > top))
            return [];
        var lines = (int)Math.Clamp(Math.Ceiling((bottom - top) * LinesPerPixel), FewestLines, MostLines);
        var even = Enumerable.Range(0, lines + 1).Select(i => i == lines ? bottom : top + (bottom - top) * i / lines);
        return [.. (corners.Length <= MostLines ? even.Concat(corners) : even).Distinct().Order()];
    }

    /// <returns>For the middle of each band, where the rings cross it, sorted: inside between the first and the second, the third and the fourth …</returns>
    private static List<double>?[] Crossings(IReadOnlyList<IReadOnlyList<double[]>> rings, double[] borders)
    {
        var found = new List<double>?[borders.Length - 1];
        foreach (var ring in rings)
        {
            for (var i = 0; i < ring.Count; i++)
            {
                var (from, to) = (ring[i], ring[(i + 1) % ring.Count]);
                if (from[1] > to[1])
                    (from, to) = (to, from);
                var at = Array.BinarySearch(borders, from[1]);
                var slope = (to[0] - from[0]) / (to[1] - from[1]);
                for (var band = at < 0 ? ~at - 1 : at; band < found.Length && borders[band] < to[1]; band++)
                {
                    var middle = (borders[band] + borders[band + 1]) / 2;
                    if (middle >= from[1] && middle < to[1])
                        (found[band] ??= []).Add(from[0] + slope * (middle - from[1]));
                }
            }
        }

        foreach (var band in found)
            band?.Sort();
        return found;
    }

    private static double Length(List<double>? crossings)
    {
        var length = 0.0;
        for (var i = 0; i + 1 < (crossings?.Count ?? 0); i += 2)
            length += crossings![i + 1] - crossings[i];
        return length;
    }

    private static double Shared(List<double>? a, List<double>? b)
    {
        var shared = 0.0;
        for (int i = 0, j = 0; i + 1 < (a?.Count ?? 0) && j + 1 < (b?.Count ?? 0);)
        {
            shared += Math.Max(0, Math.Min(a![i + 1], b![j + 1]) - Math.Max(a[i], b[j]));
            if (a[i + 1] < b[j + 1])
                i += 2;
            else
                j += 2;
        }

        return shared;
    }
}
