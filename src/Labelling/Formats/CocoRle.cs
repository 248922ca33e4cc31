using System.Text;
using Pirogov.Imaging;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// COCO's run lengths: background and foreground in turn, down the columns from the left. The compressed form writes each length,
/// from the third on less the one two before it, in groups of five bits from the lowest, each plus 48 as a character
/// (cocoapi, common/maskApi.c, rleToString).
/// </summary>
internal static class CocoRle
{
    /// <returns>Null when the lengths do not make up a frame of that size.</returns>
    public static RunLengthMask? ToMask(IReadOnlyList<double> counts, int rows, int columns)
    {
        if (rows is < 1 or > RunLengthMask.MaxSide || columns is < 1 or > RunLengthMask.MaxSide || (long)rows * columns > RunLengthMask.MaxPixels)
            return null;
        var (bits, at, area) = (new bool[rows * columns], 0L, (long)rows * columns);
        foreach (var (place, count) in counts.Index())
        {
            if (count < 0 || count != Math.Floor(count) || at + count > area)
                return null;
            for (var end = at + (long)count; at < end; at++)
            {
                if ((place & 1) == 1)
                    bits[(int)(at % rows) * columns + (int)(at / rows)] = true;
            }
        }

        return at == area ? RunLengthMask.FromBits(bits, rows, columns) : null;
    }

    /// <returns>Null for characters outside the alphabet and for numbers that do not end.</returns>
    public static double[]? Unpack(string compressed)
    {
        var counts = new List<double>();
        for (var at = 0; at < compressed.Length;)
        {
            var (value, shift, more) = (0L, 0, true);
            while (more)
            {
                if (at >= compressed.Length || shift > 50 || compressed[at] is < '0' or > 'o')
                    return null;
                var group = compressed[at++] - 48;
                value |= (long)(group & 0x1F) << shift;
                (more, shift) = ((group & 0x20) != 0, shift + 5);
                if (!more && (group & 0x10) != 0)
                    value |= -1L << shift;
            }

            counts.Add(counts.Count > 2 ? value + counts[^2] : value);
        }

        return [.. counts];
    }

    public static string Pack(RunLengthMask mask)
    {
        var (counts, written) = (ColumnRuns(mask), new StringBuilder());
        for (var i = 0; i < counts.Count; i++)
        {
            var value = counts[i] - (i > 2 ? counts[i - 2] : 0);
            for (var more = true; more;)
            {
                var group = (int)(value & 0x1F);
                value >>= 5;
                more = (group & 0x10) != 0 ? value != -1 : value != 0;
                written.Append((char)(48 + (more ? group | 0x20 : group)));
            }
        }

        return written.ToString();
    }

    private static List<long> ColumnRuns(RunLengthMask mask)
    {
        var (bits, counts, now) = (mask.ToBits(), new List<long> { 0 }, false);
        for (var column = 0; column < mask.Columns; column++)
        {
            for (var row = 0; row < mask.Rows; row++)
            {
                if (bits[row * mask.Columns + column] != now)
                {
                    now = !now;
                    counts.Add(0);
                }

                counts[^1]++;
            }
        }

        return counts;
    }
}
