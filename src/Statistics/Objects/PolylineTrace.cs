namespace Pirogov.Statistics;

/// <summary>The distance to one polyline while another is walked along.</summary>
internal sealed class PolylineTrace
{
    private const double Fineness = 1e-9;
    private const int Halvings = 40;
    private const int LeastHalvings = 2;

    private readonly Position[] walked;
    private readonly Position[] other;
    private readonly double tolerance;
    private double largest;

    /// <param name="walked">Corners, at least two.</param>
    /// <param name="other">Corners, at least two.</param>
    public PolylineTrace(Position[] walked, Position[] other)
    {
        this.walked = walked;
        this.other = other;
        Position[] all = [.. walked, .. other];
        var extent = new Position(all.Max(p => p.X), all.Max(p => p.Y), all.Max(p => p.Z)).DistanceTo(new(all.Min(p => p.X), all.Min(p => p.Y), all.Min(p => p.Z)));
        tolerance = Fineness * extent;
    }

    public double Largest()
    {
        int[] all = [.. Enumerable.Range(0, other.Length - 1)];
        foreach (var corner in walked) largest = Math.Max(largest, Nearest(corner, all));
        for (var i = 0; i + 1 < walked.Length; i++) Climb(walked[i], walked[i + 1], all, Halvings);
        return largest;
    }

    public double Mean()
    {
        int[] all = [.. Enumerable.Range(0, other.Length - 1)];
        double length = 0, sum = 0;
        for (var i = 0; i + 1 < walked.Length; i++)
        {
            var (a, b) = (walked[i], walked[i + 1]);
            length += a.DistanceTo(b);
            if (a != b) sum += Piecewise(a, b, Near(a, b, all));
        }

        return length > 0 ? sum / length : Nearest(walked[0], all);
    }

    private void Climb(Position a, Position b, int[] segments, int left)
    {
        var bound = double.PositiveInfinity;
        foreach (var s in segments) bound = Math.Min(bound, Math.Max(To(s, a), To(s, b)));
        if (bound <= largest + tolerance || left == 0) return;
        var (middle, near) = (Middle(a, b), Near(a, b, segments));
        largest = Math.Max(largest, Nearest(middle, near));
        Climb(a, middle, near, left - 1);
        Climb(middle, b, near, left - 1);
    }

    // Between places where some segment is nearest to the line walked along, the distance has no valley: none can hide between two samples.
    private double Piecewise(Position a, Position b, int[] segments)
    {
        double[] places = [0, .. segments.Select(s => Closest(a, b, s)).Order(), 1];
        var (sum, from) = (0.0, a);
        for (var i = 1; i < places.Length; i++)
        {
            if (places[i] - places[i - 1] < Fineness && i < places.Length - 1) places[i] = places[i - 1];
            if (places[i] == places[i - 1]) continue;
            var to = places[i] == 1 ? b : Along(a, b, places[i]);
            var near = Near(from, to, segments);
            sum += Integral(from, to, Nearest(from, near), Nearest(Middle(from, to), near), Nearest(to, near), near, 0);
            from = to;
        }

        return sum;
    }

    // Where on the way from a to b, 0 to 1, a segment of the other is nearest (Ericson 2005, section 5.1.9).
    private double Closest(Position a, Position b, int segment)
    {
        var (p, q) = (other[segment], other[segment + 1]);
        double way = Dot(a, b, a, b), length = Dot(p, q, p, q), both = Dot(a, b, p, q), fromP = Dot(a, b, p, a), along = Dot(p, q, p, a);
        var apart = way * length - both * both;
        var t = apart > 0 ? Math.Clamp((both * along - fromP * length) / apart, 0, 1) : 0;
        var u = length > 0 ? (both * t + along) / length : 0;
        return u is > 0 and < 1 ? t : Math.Clamp(((u >= 1 ? both : 0) - fromP) / way, 0, 1);
    }

    private double Integral(Position a, Position b, double atA, double atMiddle, double atB, int[] segments, int depth)
    {
        var (length, middle) = (a.DistanceTo(b), Middle(a, b));
        double left = Nearest(Middle(a, middle), segments), right = Nearest(Middle(middle, b), segments);
        var rough = length / 6 * (atA + 4 * atMiddle + atB);
        var fine = length / 12 * (atA + 4 * left + 2 * atMiddle + 4 * right + atB);
        if (depth >= LeastHalvings && (Math.Abs(fine - rough) <= tolerance * length || depth == Halvings)) return fine + (fine - rough) / 15;
        int[] nearA = Near(a, middle, segments), nearB = Near(middle, b, segments);
        return Integral(a, middle, atA, left, atMiddle, nearA, depth + 1) + Integral(middle, b, atMiddle, right, atB, nearB, depth + 1);
    }

    // The segments that can be nearest somewhere between: half the piece from its middle, none comes nearer or goes farther.
    private int[] Near(Position a, Position b, int[] segments)
    {
        if (segments.Length == 1) return segments;
        var middle = Middle(a, b);
        var reach = Nearest(middle, segments) + a.DistanceTo(b) * (1 + Fineness);
        return Array.FindAll(segments, s => To(s, middle) <= reach);
    }

    private double Nearest(Position from, int[] segments)
    {
        var nearest = double.PositiveInfinity;
        foreach (var s in segments) nearest = Math.Min(nearest, To(s, from));
        return nearest;
    }

    private double To(int segment, Position from)
    {
        var (a, b) = (other[segment], other[segment + 1]);
        double x = b.X - a.X, y = b.Y - a.Y, z = b.Z - a.Z, squared = x * x + y * y + z * z;
        if (squared == 0) return from.DistanceTo(a);
        var t = Math.Clamp(((from.X - a.X) * x + (from.Y - a.Y) * y + (from.Z - a.Z) * z) / squared, 0, 1);
        return from.DistanceTo(new(a.X + t * x, a.Y + t * y, a.Z + t * z));
    }

    private static double Dot(Position a, Position b, Position c, Position d) => (b.X - a.X) * (d.X - c.X) + (b.Y - a.Y) * (d.Y - c.Y) + (b.Z - a.Z) * (d.Z - c.Z);

    private static Position Along(Position a, Position b, double t) => new(a.X + t * (b.X - a.X), a.Y + t * (b.Y - a.Y), a.Z + t * (b.Z - a.Z));

    private static Position Middle(Position a, Position b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2, (a.Z + b.Z) / 2);
}
