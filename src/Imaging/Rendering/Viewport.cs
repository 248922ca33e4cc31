namespace Pirogov.Imaging;

/// <summary>A region of a frame, to be shown as large as fits (PS3.18 8.3.5.1.3).</summary>
/// <param name="Width">Of the place where it is shown, pixels.</param>
/// <param name="Height">Of the same.</param>
/// <param name="Left">Of the region in the frame, pixels; fractions cut through pixels.</param>
/// <param name="Top">Of the same.</param>
/// <param name="RegionWidth">Null: to the frame's right edge.</param>
/// <param name="RegionHeight">Null: to its lower edge.</param>
public sealed record Viewport(
    int Width, int Height, double Left = 0, double Top = 0, double? RegionWidth = null, double? RegionHeight = null, bool IsMirrored = false, bool IsUpsideDown = false)
{
    /// <summary>Crops, scales until one side is that of the viewport, and flips.</summary>
    /// <param name="picture">Of the whole frame.</param>
    /// <param name="columns">Of the frame as stored; a picture of pixels that are not square is narrower or lower.</param>
    /// <param name="rows">Of the frame as stored.</param>
    /// <returns>Null when the region lies outside of the frame.</returns>
    public Picture? Show(Picture picture, int columns, int rows)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var (right, bottom) = (Math.Min(columns, Left + (RegionWidth ?? columns)), Math.Min(rows, Top + (RegionHeight ?? rows)));
        if (right <= Left || bottom <= Top)
            return null;
        double x = (double)picture.Columns / columns, y = (double)picture.Rows / rows;
        double width = (right - Left) * x, height = (bottom - Top) * y;
        var scale = Math.Min(Width / width, Height / height);
        var across = Weights(Left * x, width, Math.Clamp((int)Math.Round(width * scale), 1, Width), picture.Columns, IsMirrored);
        var down = Weights(Top * y, height, Math.Clamp((int)Math.Round(height * scale), 1, Height), picture.Rows, IsUpsideDown);
        return Resample(picture, across, down);
    }

    /// <summary>Of every target pixel the source pixels that make it: their shares where it shrinks, the two nearest where it grows.</summary>
    private static (int First, float[] Shares)[] Weights(double from, double length, int count, int limit, bool isBackwards)
    {
        var step = length / count;
        var weights = new (int, float[])[count];
        for (var i = 0; i < count; i++)
            weights[isBackwards ? count - 1 - i : i] = step >= 1 ? Covered(from + (i * step), from + ((i + 1) * step), limit) : Between(from + ((i + 0.5) * step) - 0.5, from, from + length, limit);
        return weights;
    }

    private static (int First, float[] Shares) Covered(double start, double end, int limit)
    {
        var first = Math.Min((int)start, limit - 1);
        var last = Math.Clamp((int)Math.Ceiling(end - 1e-9), first + 1, limit);
        var shares = new float[last - first];
        for (var pixel = first; pixel < last; pixel++)
            shares[pixel - first] = (float)Math.Max(0, (Math.Min(end, pixel + 1) - Math.Max(start, pixel)) / (end - start));
        return (first, shares);
    }

    /// <summary>Nothing from outside of the region shines in.</summary>
    private static (int First, float[] Shares) Between(double at, double from, double to, int limit)
    {
        var (least, most) = ((int)from, Math.Min((int)Math.Ceiling(to - 1e-9), limit) - 1);
        at = Math.Clamp(at, least, Math.Max(least, most));
        var first = Math.Min((int)at, Math.Max(least, most - 1));
        return first + 1 > most ? (first, [1]) : (first, [(float)(first + 1 - at), (float)(at - first)]);
    }

    private static Picture Resample(Picture picture, (int First, float[] Shares)[] across, (int First, float[] Shares)[] down)
    {
        var channels = picture.IsColor ? 3 : 1;
        var pixels = new byte[across.Length * down.Length * channels];
        var line = new float[picture.Columns * channels];
        var at = 0;
        foreach (var (top, shares) in down)
        {
            Array.Clear(line);
            for (var row = 0; row < shares.Length; row++)
            {
                var source = picture.Pixels.AsSpan((top + row) * line.Length, line.Length);
                for (var i = 0; i < line.Length; i++)
                    line[i] += shares[row] * source[i];
            }

            foreach (var (left, parts) in across)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    var sum = 0f;
                    for (var column = 0; column < parts.Length; column++)
                        sum += parts[column] * line[((left + column) * channels) + channel];
                    pixels[at++] = (byte)Math.Clamp(MathF.Round(sum), 0, 255);
                }
            }
        }

        return new Picture(pixels, across.Length, down.Length, picture.IsColor);
    }
}
