using Pirogov.Imaging;

namespace Pirogov.Labelling.Agreement;

/// <summary>A cut of a frame, enlarged or reduced to a list's size, on which contours are drawn in the colours of the readings' letters.</summary>
internal sealed class ContourPicture
{
    private const int Side = 256;

    /// <summary>Around the disagreement's own box, as a share of its longer side.</summary>
    private const double Margin = 0.3;
    private const double LeastSide = 16;

    /// <summary>Okabe and Ito's, which people with any colour vision tell apart; from the eighth reading on they repeat.</summary>
    private static readonly byte[][] Colors = [[0xE6, 0x9F, 0x00], [0x56, 0xB4, 0xE9], [0x00, 0x9E, 0x73], [0xF0, 0xE4, 0x42], [0x00, 0x72, 0xB2], [0xD5, 0x5E, 0x00], [0xCC, 0x79, 0xA7]];

    private readonly byte[] pixels = new byte[3 * Side * Side];
    private readonly double left;
    private readonly double top;
    private readonly double scale;
    private readonly int columns;
    private readonly int rows;

    private ContourPicture(double left, double top, double side, int columns, int rows) =>
        (this.left, this.top, scale, this.columns, this.rows) = (left, top, Side / side, columns, rows);

    /// <param name="box">Left, top, right, bottom, px.</param>
    public static ContourPicture Around(IReadOnlyList<double> box, int columns, int rows)
    {
        var side = Math.Max(LeastSide, Math.Max(box[2] - box[0], box[3] - box[1]) * (1 + 2 * Margin));
        return new((box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2, side, columns, rows);
    }

    /// <summary>The nearest pixel of the frame for each of the picture's; outside the frame it stays dark.</summary>
    public void Background(Picture? frame)
    {
        if (frame is null)
            return;
        var channels = frame.IsColor ? 3 : 1;
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (column, row) = ((int)Math.Floor((left + x / scale) * frame.Columns / columns), (int)Math.Floor((top + y / scale) * frame.Rows / rows));
                if (column < 0 || column >= frame.Columns || row < 0 || row >= frame.Rows)
                    continue;
                for (var c = 0; c < 3; c++)
                    pixels[3 * (y * Side + x) + c] = frame.Pixels[channels * (row * frame.Columns + column) + (channels == 3 ? c : 0)];
            }
        }
    }

    /// <summary>The edges between a mask's pixels and what lies beside them.</summary>
    public void Border(RunLengthMask mask, int source)
    {
        var bits = mask.ToBits();
        var (firstRow, lastRow) = (Math.Max(0, (int)top), Math.Min(mask.Rows - 1, (int)(top + Side / scale)));
        var (firstColumn, lastColumn) = (Math.Max(0, (int)left), Math.Min(mask.Columns - 1, (int)(left + Side / scale)));
        for (var row = firstRow; row <= lastRow; row++)
        {
            for (var column = firstColumn; column <= lastColumn; column++)
            {
                if (!Is(row, column))
                    continue;
                if (!Is(row - 1, column))
                    Stroke([column, row], [column + 1, row], source);
                if (!Is(row + 1, column))
                    Stroke([column, row + 1], [column + 1, row + 1], source);
                if (!Is(row, column - 1))
                    Stroke([column, row], [column, row + 1], source);
                if (!Is(row, column + 1))
                    Stroke([column + 1, row], [column + 1, row + 1], source);
            }
        }

        bool Is(int row, int column) => row >= 0 && row < mask.Rows && column >= 0 && column < mask.Columns && bits[row * mask.Columns + column];
    }

    /// <param name="points">px of the frame; one alone becomes a cross.</param>
    public void Line(IReadOnlyList<double[]> points, bool isClosed, int source)
    {
        if (points is [var alone])
        {
            var arm = 6 / scale;
            Stroke([alone[0] - arm, alone[1]], [alone[0] + arm, alone[1]], source);
            Stroke([alone[0], alone[1] - arm], [alone[0], alone[1] + arm], source);
            return;
        }

        for (var i = 0; i + 1 < points.Count; i++)
            Stroke(points[i], points[i + 1], source);
        if (isClosed)
            Stroke(points[^1], points[0], source);
    }

    /// <returns>As CSS writes it.</returns>
    public static string ColorOf(int source) => $"#{Convert.ToHexStringLower(Colors[source % Colors.Length])}";

    public byte[] ToPng() => new Picture(pixels, Side, Side, IsColor: true).ToPng();

    private void Stroke(double[] from, double[] to, int source)
    {
        var (x1, y1, x2, y2) = ((from[0] - left) * scale, (from[1] - top) * scale, (to[0] - left) * scale, (to[1] - top) * scale);
        // Cut to the picture first: a line may run far outside it.
        if (!Clip(ref x1, ref y1, ref x2, ref y2))
            return;
        var steps = (int)Math.Ceiling(Math.Max(Math.Abs(x2 - x1), Math.Abs(y2 - y1))) + 1;
        for (var i = 0; i <= steps; i++)
            Dot((int)Math.Floor(x1 + (x2 - x1) * i / steps), (int)Math.Floor(y1 + (y2 - y1) * i / steps), Colors[source % Colors.Length]);
    }

    /// <summary>Two pixels wide, so that it is seen at half size.</summary>
    private void Dot(int x, int y, byte[] color)
    {
        for (var row = Math.Max(0, y - 1); row <= Math.Min(Side - 1, y); row++)
        {
            for (var column = Math.Max(0, x - 1); column <= Math.Min(Side - 1, x); column++)
                color.CopyTo(pixels, 3 * (row * Side + column));
        }
    }

    /// <summary>Liang and Barsky (1984).</summary>
    private static bool Clip(ref double x1, ref double y1, ref double x2, ref double y2)
    {
        var (from, to, dx, dy) = (0.0, 1.0, x2 - x1, y2 - y1);
        foreach (var (p, q) in new[] { (-dx, x1), (dx, Side - x1), (-dy, y1), (dy, Side - y1) })
        {
            if (p == 0 && q < 0)
                return false;
            if (p < 0)
                from = Math.Max(from, q / p);
            else if (p > 0)
                to = Math.Min(to, q / p);
        }

        if (from > to)
            return false;
        (x1, y1, x2, y2) = (x1 + from * dx, y1 + from * dy, x1 + to * dx, y1 + to * dy);
        return true;
    }
}
