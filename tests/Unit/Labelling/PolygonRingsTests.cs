using CsCheck;
using Pirogov.Labelling.Schemas;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class PolygonRingsTests
{
    [Theory]
    [InlineData("0,0 10,0 10,10 0,10", null)]
    [InlineData("0,0 10,10 10,0 0,10", "polygon-crosses-itself")]
    // A bow tie whose crossing is a corner of both wings, and two triangles that only touch there.
    [InlineData("0,0 5,5 10,10 10,0 5,5 0,10", "polygon-crosses-itself")]
    [InlineData("0,0 5,5 10,0 10,10 5,5 0,10", null)]
    // A corner that rests on an edge, and one that passes through it.
    [InlineData("0,0 10,0 10,10 5,0 0,10", null)]
    [InlineData("0,0 10,0 10,10 5,-1 0,10", "polygon-crosses-itself")]
    [InlineData("0,0 4,0 5,0 6,-3 8,5 5,0 2,-9", "polygon-crosses-itself")]
    [InlineData("0,0 4,0 5,0 6,-3 8,5 5,0 2,9", null)]
    // A spike of no width, as outlines of single pixels have.
    [InlineData("0,0 5,0 5,-4 5,0 10,0 10,10", null)]
    // The first corner again at the end, and corners twice.
    [InlineData("0,0 0,0 10,0 10,10 10,10 0,0", null)]
    [InlineData("0,0 10,0 0,0", "points-unfit")]
    public void Crossing_is_told_from_touching(string corners, string? fault) => Assert.Equal(fault, Fault(Parse(corners)));

    [Fact]
    public void What_every_pair_of_edges_tells_is_what_the_grid_tells() =>
        Gen.Select(Gen.Int[0, 4096], Gen.Int[0, 4096], (x, y) => new[] { x / 64.0, y / 64.0 }).Array[3, 9].Sample(ring =>
        {
            // Multiples of 1/64 px and orientations in plain doubles: exact on both sides. Corners on edges have tests of their own.
            if (CrossesByPairs(ring) is { } crosses)
                Assert.Equal(crosses, Fault(ring) == "polygon-crosses-itself");
        }, iter: 20_000, seed: "0000JnV4ZbR1");

    [Theory]
    [InlineData(10_000)]
    [InlineData(20_000)]
    public void A_rough_outline_of_many_corners_is_looked_through_with_few_comparisons(int corners)
    {
        var ring = Enumerable.Range(0, corners).Select(i => (Angle: i * 2 * Math.PI / corners, Radius: 3_000 + 40 * (i * 7919 % 101) / 101.0))
            .Select(p => new[] { 4_000 + p.Radius * Math.Cos(p.Angle), 4_000 + p.Radius * Math.Sin(p.Angle) }).ToArray();
        long work = 60L * corners;
        Assert.Null(PolygonRings.Fault([ring], ref work));
        (ring[10], ring[corners / 2]) = (ring[corners / 2], ring[10]);
        work = 60L * corners;
        Assert.Equal("polygon-crosses-itself", PolygonRings.Fault([ring], ref work));
    }

    [Fact]
    public void What_would_take_too_long_is_refused()
    {
        var comb = Enumerable.Range(0, 10_000).Select(i => new[] { i * 0.5, i % 2 * 5_000.0 }).Append([5_000, 6_000]).Append([-1, 6_000]).ToArray();
        long work = 1_000_000;
        Assert.Equal("polygon-too-tangled", PolygonRings.Fault([comb], ref work));
        work = 100_000_000;
        Assert.Null(PolygonRings.Fault([comb], ref work));
    }

    private static string? Fault(IReadOnlyList<double[]> ring)
    {
        long work = 1_000_000;
        return PolygonRings.Fault([ring], ref work);
    }

    private static double[][] Parse(string corners) => [.. corners.Split(' ').Select(c => c.Split(',').Select(double.Parse).ToArray())];

    /// <returns>Null when three corners lie on one line, where a pair of edges alone does not tell.</returns>
    private static bool? CrossesByPairs(double[][] ring)
    {
        var crosses = false;
        for (var i = 0; i < ring.Length; i++)
        {
            for (var j = 0; j < ring.Length; j++)
            {
                var (a, b, c, d) = (ring[i], ring[(i + 1) % ring.Length], ring[j], ring[(j + 1) % ring.Length]);
                if (c != a && c != b && Side(a, b, c) == 0)
                    return null;
                crosses |= c != a && c != b && d != a && Side(a, b, c) * Side(a, b, d) < 0 && Side(c, d, a) * Side(c, d, b) < 0;
            }
        }

        return crosses;
    }

    private static int Side(double[] a, double[] b, double[] p) => Math.Sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
}
