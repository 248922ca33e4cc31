namespace Pirogov.Imaging;

/// <summary>Down-scaling where every target pixel is the mean of the area it covers: nothing thin vanishes, nothing moves.</summary>
internal static class AreaAverage
{
    /// <summary>The size whose longer side is at most <paramref name="maxSide"/>; never larger than the source.</summary>
    /// <param name="columns">Of the source.</param>
    /// <param name="rows">Of the source.</param>
    /// <param name="maxSide">At least 1.</param>
    /// <param name="pixelAspect">Height of a pixel over its width: the picture is shown with square pixels.</param>
    public static (int Columns, int Rows) Fit(int columns, int rows, int maxSide, double pixelAspect = 1)
    {
        double width = columns, height = rows * pixelAspect;
        if (pixelAspect > 1) (width, height) = (width / pixelAspect, rows);
        var scale = Math.Min(1, maxSide / Math.Max(width, height));
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    /// <param name="source">rows × columns × channels; NaN is left out of the mean.</param>
    /// <param name="columns">Of the source.</param>
    /// <param name="rows">Of the source.</param>
    /// <param name="channels">Values a pixel.</param>
    /// <param name="toColumns">Of the target, at most those of the source.</param>
    /// <param name="toRows">Of the target.</param>
    public static float[] Scale(ReadOnlySpan<float> source, int columns, int rows, int channels, int toColumns, int toRows)
    {
        if (toColumns == columns && toRows == rows) return source.ToArray();
        var target = new float[toColumns * toRows * channels];
        double xStep = (double)columns / toColumns, yStep = (double)rows / toRows;
        for (var y = 0; y < toRows; y++)
            for (var x = 0; x < toColumns; x++)
                for (var channel = 0; channel < channels; channel++)
                    target[(y * toColumns + x) * channels + channel] =
                        Mean(source, columns, rows, channels, channel, x * xStep, (x + 1) * xStep, y * yStep, (y + 1) * yStep);
        return target;
    }

    private static float Mean(
        ReadOnlySpan<float> source, int columns, int rows, int channels, int channel, double left, double right, double top, double bottom)
    {
        double sum = 0, area = 0;
        int lastRow = Math.Min(rows, (int)Math.Ceiling(bottom - 1e-9)), lastColumn = Math.Min(columns, (int)Math.Ceiling(right - 1e-9));
        for (var row = (int)top; row < lastRow; row++)
        {
            var high = Math.Min(bottom, row + 1) - Math.Max(top, row);
            for (var column = (int)left; column < lastColumn; column++)
            {
                var value = source[(row * columns + column) * channels + channel];
                if (float.IsNaN(value)) continue;
                var part = high * (Math.Min(right, column + 1) - Math.Max(left, column));
                sum += part * value;
                area += part;
            }
        }

        return area > 0 ? (float)(sum / area) : float.NaN;
    }
}
