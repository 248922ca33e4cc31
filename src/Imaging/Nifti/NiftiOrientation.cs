namespace Pirogov.Imaging;

/// <summary>The qform of NIfTI-1: a unit quaternion (b, c, d; a ≥ 0 implied), voxel sizes, an offset and qfac = ±1 in pixdim[0].</summary>
internal static class NiftiOrientation
{
    public static VoxelAffine FromQuaternion(NiftiHeader.Fields read)
    {
        double b = read.Float(256), c = read.Float(260), d = read.Float(264);
        var rest = 1 - (b * b + c * c + d * d);
        double a = 0;
        if (rest < 1e-7)
        {
            // Rounding of float32 may leave b² + c² + d² a little over 1.
            var norm = Math.Sqrt(b * b + c * c + d * d);
            (b, c, d) = (b / norm, c / norm, d / norm);
        }
        else
        {
            a = Math.Sqrt(rest);
        }

        var qfac = read.Float(76) < 0 ? -1.0 : 1.0;
        double x = read.Float(80), y = read.Float(84), z = read.Float(88) * qfac;
        return new VoxelAffine(
        [
            (a * a + b * b - c * c - d * d) * x, 2 * (b * c - a * d) * y, 2 * (b * d + a * c) * z, read.Float(268),
            2 * (b * c + a * d) * x, (a * a + c * c - b * b - d * d) * y, 2 * (c * d - a * b) * z, read.Float(272),
            2 * (b * d - a * c) * x, 2 * (c * d + a * b) * y, (a * a + d * d - b * b - c * c) * z, read.Float(276),
        ]);
    }

    /// <summary>b, c, d and qfac of the rotation nearest to the affine: a quaternion cannot hold the shear of a tilted gantry.</summary>
    public static (double B, double C, double D, double Qfac) ToQuaternion(VoxelAffine affine)
    {
        var (i, j, k) = affine.Spacing;
        var qfac = affine.Determinant < 0 ? -1.0 : 1.0;
        var r = new double[3, 3];
        for (var row = 0; row < 3; row++)
        {
            r[row, 0] = affine[row, 0] / i;
            r[row, 1] = affine[row, 1] / j;
            r[row, 2] = affine[row, 2] / k * qfac;
        }

        Orthogonalise(r);
        return QuaternionOf(r) is var (b, c, d) ? (b, c, d, qfac) : default;
    }

    // Polar decomposition by Newton's iteration (Higham 1986): X ← (X + X⁻ᵀ) / 2 converges to the nearest rotation.
    private static void Orthogonalise(double[,] x)
    {
        for (var round = 0; round < 20; round++)
        {
            var cofactors = new double[3, 3];
            for (var row = 0; row < 3; row++)
                for (var column = 0; column < 3; column++)
                {
                    int r1 = (row + 1) % 3, r2 = (row + 2) % 3, c1 = (column + 1) % 3, c2 = (column + 2) % 3;
                    cofactors[row, column] = x[r1, c1] * x[r2, c2] - x[r1, c2] * x[r2, c1];
                }

            var determinant = x[0, 0] * cofactors[0, 0] + x[0, 1] * cofactors[0, 1] + x[0, 2] * cofactors[0, 2];
            var change = 0.0;
            for (var row = 0; row < 3; row++)
                for (var column = 0; column < 3; column++)
                {
                    var next = (x[row, column] + cofactors[row, column] / determinant) / 2;
                    change = Math.Max(change, Math.Abs(next - x[row, column]));
                    x[row, column] = next;
                }

            if (change < 1e-15) return;
        }
    }

    private static (double B, double C, double D) QuaternionOf(double[,] r)
    {
        var trace = r[0, 0] + r[1, 1] + r[2, 2] + 1;
        double a, b, c, d;
        if (trace > 0.5)
        {
            a = 0.5 * Math.Sqrt(trace);
            b = 0.25 * (r[2, 1] - r[1, 2]) / a;
            c = 0.25 * (r[0, 2] - r[2, 0]) / a;
            d = 0.25 * (r[1, 0] - r[0, 1]) / a;
            return (b, c, d);
        }

        var xd = 1 + r[0, 0] - (r[1, 1] + r[2, 2]);
        var yd = 1 + r[1, 1] - (r[0, 0] + r[2, 2]);
        var zd = 1 + r[2, 2] - (r[0, 0] + r[1, 1]);
        if (xd > 1)
        {
            b = 0.5 * Math.Sqrt(xd);
            (c, d, a) = (0.25 * (r[0, 1] + r[1, 0]) / b, 0.25 * (r[0, 2] + r[2, 0]) / b, 0.25 * (r[2, 1] - r[1, 2]) / b);
        }
        else if (yd > 1)
        {
            c = 0.5 * Math.Sqrt(yd);
            (b, d, a) = (0.25 * (r[0, 1] + r[1, 0]) / c, 0.25 * (r[1, 2] + r[2, 1]) / c, 0.25 * (r[0, 2] - r[2, 0]) / c);
        }
        else
        {
            d = 0.5 * Math.Sqrt(zd);
            (b, c, a) = (0.25 * (r[0, 2] + r[2, 0]) / d, 0.25 * (r[1, 2] + r[2, 1]) / d, 0.25 * (r[1, 0] - r[0, 1]) / d);
        }

        return a < 0 ? (-b, -c, -d) : (b, c, d);
    }
}
