using System.Buffers.Binary;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom.Geometry;

namespace Pirogov.Archive.Phantom;

/// <summary>Where the voxels of one slice lie: centre of the first pixel and pixel distance in mm, LPS, axial.</summary>
internal sealed record SliceGrid(int Index, int Size, double Spacing, Vector3D Origin);

/// <summary>
/// The body in millimetres: x to the patient's left, y to the back, z to the head from the lowest slice at 0 to 240.
/// Values are Hounsfield units of the portal venous phase.
/// </summary>
internal sealed class PhantomAnatomy
{
    public const double Extent = 240;

    private const double NoiseDeviation = 12;
    private const double BodyHalfWidth = 165;
    private const double BodyHalfDepth = 112;

    private readonly SeededNoise _noise;
    private readonly double _girth;
    private readonly Ellipsoid[] _organs;
    private readonly Ellipsoid[] _nodules;

    private readonly record struct Ellipsoid(PhantomOrgan Organ, Vector3D Centre, Vector3D Radii, double Hounsfield)
    {
        public bool Contains(double x, double y, double z)
        {
            var (dx, dy, dz) = ((x - Centre.X) / Radii.X, (y - Centre.Y) / Radii.Y, (z - Centre.Z) / Radii.Z);
            return dx * dx + dy * dy + dz * dz <= 1;
        }
    }

    public PhantomAnatomy(int seed, int nodules)
    {
        _noise = new SeededNoise(seed);
        _girth = _noise.Between(1, 0.92, 1.06);
        // The first that contains a voxel has it: the liver's dome and the heart press into the lungs.
        (PhantomOrgan, Vector3D, Vector3D, double)[] plan =
        [
            (PhantomOrgan.Aorta, new(12, 36, 120), new(11, 11, 900), 150),
            (PhantomOrgan.KidneyRight, new(-62, 48, 48), new(26, 29, 50), 170),
            (PhantomOrgan.KidneyLeft, new(64, 48, 56), new(26, 29, 52), 170),
            (PhantomOrgan.Liver, new(-66, -14, 96), new(76, 72, 52), 110),
            (PhantomOrgan.Spleen, new(98, 30, 108), new(27, 40, 34), 125),
            (PhantomOrgan.Heart, new(26, -30, 176), new(52, 46, 48), 130),
            (PhantomOrgan.LungRight, new(-78, 0, 208), new(56, 78, 106), -840),
            (PhantomOrgan.LungLeft, new(80, 2, 210), new(52, 76, 100), -850),
        ];
        _organs = [.. plan.Select((p, n) => Vary(new Ellipsoid(p.Item1, p.Item2, p.Item3, p.Item4), 10 + 8 * n))];
        // Placing asks what lies where, with no nodule there yet.
        _nodules = [];
        _nodules = PlaceNodules(nodules);
    }

    /// <summary>Stored values (unsigned 16 bit little endian, HU + 1024) and labels of one slice, row by row.</summary>
    public void Paint(SliceGrid grid, Span<byte> pixels, Span<byte> labels)
    {
        var (z, at) = (grid.Origin.Z, 0);
        for (var row = 0; row < grid.Size; row++)
        {
            var y = grid.Origin.Y + row * grid.Spacing;
            for (var column = 0; column < grid.Size; column++, at++)
            {
                var (organ, hounsfield) = At(grid.Origin.X + column * grid.Spacing, y, z);
                var counter = 1_000_000L + ((long)grid.Index * grid.Size + row) * grid.Size + column;
                var value = Math.Clamp((int)Math.Round(hounsfield + NoiseDeviation * _noise.Normal(counter)) + 1024, 0, 4095);
                BinaryPrimitives.WriteUInt16LittleEndian(pixels[(2 * at)..], (ushort)value);
                labels[at] = (byte)organ;
            }
        }
    }

    private (PhantomOrgan Organ, double Hounsfield) At(double x, double y, double z)
    {
        var (bx, by) = (x / (BodyHalfWidth * _girth), y / (BodyHalfDepth * _girth));
        var body = bx * bx + by * by;
        if (body > 1)
        {
            // The patient table below the back, else air.
            return (PhantomOrgan.None, y is > 126 and < 134 && Math.Abs(x) < 190 ? -300 : -1000);
        }

        if (Spine(x, y, z) is { } bone)
        {
            return (bone > 0 ? PhantomOrgan.Spine : PhantomOrgan.None, Math.Abs(bone));
        }

        foreach (var nodule in _nodules)
        {
            if (nodule.Contains(x, y, z))
            {
                return (nodule.Organ, nodule.Hounsfield);
            }
        }

        foreach (var organ in _organs)
        {
            if (organ.Contains(x, y, z) && body < 0.8)
            {
                return (organ.Organ, organ.Hounsfield + Texture(organ.Organ, x, y, z));
            }
        }

        var isRib = body is > 0.8 and < 0.87 && z > 80 && (z + 0.35 * Math.Abs(x) + 1000) % 30 < 10;
        return (PhantomOrgan.None, isRib ? 420 : body > 0.87 ? -100 : 55);
    }

    /// <summary>Vertebral body with a dense rim, discs every 32 mm, and the canal behind (negative: not bone).</summary>
    private static double? Spine(double x, double y, double z)
    {
        var (vx, vy) = (x / 21, (y - 62) / 16);
        var vertebra = vx * vx + vy * vy;
        if (vertebra <= 1)
        {
            return z % 32 < 5 ? -85 : vertebra > 0.75 ? 520 : 190;
        }

        var (cx, cy) = (x / 9, (y - 86) / 9);
        var canal = cx * cx + cy * cy;
        return canal <= 1 ? -30 : canal <= 2.6 || (Math.Abs(x) < 5 && y is > 86 and < 104) ? 480 : null;
    }

    /// <summary>Vessels in the lungs and a faint grain elsewhere: value noise on an 8 mm lattice.</summary>
    private double Texture(PhantomOrgan organ, double x, double y, double z)
    {
        var value = Lattice(x / 8, y / 8, z / 8);
        return organ is PhantomOrgan.LungLeft or PhantomOrgan.LungRight
            ? value > 0.82 ? 2400 * (value - 0.82) : 60 * (value - 0.5) : 16 * (value - 0.5);
    }

    private double Lattice(double x, double y, double z)
    {
        var (i, j, k) = (Math.Floor(x), Math.Floor(y), Math.Floor(z));
        var (fx, fy, fz) = (x - i, y - j, z - k);
        var sum = 0.0;
        for (var corner = 0; corner < 8; corner++)
        {
            var (a, b, c) = (corner & 1, (corner >> 1) & 1, corner >> 2);
            var weight = (a == 1 ? fx : 1 - fx) * (b == 1 ? fy : 1 - fy) * (c == 1 ? fz : 1 - fz);
            sum += weight * _noise.Uniform(-1 - (((long)(k + c) + 512) * 1024 * 1024 + ((long)(j + b) + 512) * 1024 + (long)(i + a) + 512));
        }

        return sum;
    }

    private Ellipsoid Vary(Ellipsoid e, long counter)
    {
        var shift = new Vector3D(_noise.Between(counter, -4, 4), _noise.Between(counter + 1, -4, 4), _noise.Between(counter + 2, -6, 6));
        var scale = _noise.Between(counter + 3, 0.93, 1.06);
        return e with
        {
            Centre = _girth * e.Centre + shift,
            Radii = scale * _girth * e.Radii,
        };
    }

    /// <summary>Spheres wholly inside a lung and apart from every other organ; draws until there are enough.</summary>
    private Ellipsoid[] PlaceNodules(int count)
    {
        var placed = new List<Ellipsoid>();
        for (var attempt = 0L; placed.Count < count && attempt < 2000; attempt++)
        {
            var counter = 1000 + 8 * attempt;
            var centre = new Vector3D(
                _noise.Between(counter, -125, 125), _noise.Between(counter + 1, -70, 70), _noise.Between(counter + 2, 125, 225));
            var radius = _noise.Between(counter + 3, 4, 9);
            var nodule = new Ellipsoid(PhantomOrgan.Nodule, centre, new Vector3D(radius, radius, radius), 30);
            if (LiesInLung(centre, radius) && placed.All(p => (p.Centre - centre).Length > p.Radii.X + radius + 10))
            {
                placed.Add(nodule);
            }
        }

        return [.. placed];
    }

    private bool LiesInLung(Vector3D centre, double radius) =>
        Enumerable.Range(0, 27).All(n =>
        {
            var (x, y, z) = (centre.X + (n % 3 - 1) * radius, centre.Y + (n / 3 % 3 - 1) * radius, centre.Z + (n / 9 - 1) * radius);
            return At(x, y, z).Organ is PhantomOrgan.LungLeft or PhantomOrgan.LungRight;
        });
}
