using System.Diagnostics.CodeAnalysis;

namespace Pirogov.Imaging;

/// <summary>
/// A binary mask of one frame, kept as alternating background/foreground run lengths, row by row from the top left.
/// The form is canonical: only the first (background) run may be zero, so equal masks have equal bytes and equal hashes.
/// </summary>
public sealed class RunLengthMask : IEquatable<RunLengthMask>
{
    /// <summary>The longest side a frame may declare: the range of DICOM Rows and Columns (US).</summary>
    public const int MaxSide = 65_535;

    /// <summary>The most pixels a frame may declare; keeps a forged header from allocating gigabytes.</summary>
    public const int MaxPixels = 1 << 28;

    private readonly int[] runs;

    private RunLengthMask(int rows, int columns, int[] runs)
    {
        Rows = rows;
        Columns = columns;
        this.runs = runs;
        for (var i = 1; i < runs.Length; i += 2) PixelCount += runs[i];
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The number of foreground pixels.</summary>
    public int PixelCount { get; }

    public bool IsEmpty => PixelCount == 0;

    /// <summary>Background, foreground, background … lengths; they sum to Rows × Columns.</summary>
    public ReadOnlySpan<int> Runs => runs;

    public static RunLengthMask Empty(int rows, int columns) => new(rows, columns, [CheckedArea(rows, columns)]);

    /// <summary>Reads unsigned LEB128 run lengths.</summary>
    /// <exception cref="ImagingException">The bytes are not the canonical runs of a rows × columns frame.</exception>
    public static RunLengthMask Decode(ReadOnlySpan<byte> encoded, int rows, int columns) =>
        TryDecode(encoded, rows, columns, out var mask, out var fault)
            ? mask
            : throw new ImagingException(ImagingFault.Malformed, fault);

    /// <summary>As <see cref="Decode"/>, with the reason as a value: masks come from a browser, and a bad one is an expected refusal.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> encoded,
        int rows,
        int columns,
        [NotNullWhen(true)] out RunLengthMask? mask,
        [NotNullWhen(false)] out string? fault)
    {
        mask = null;
        if (!IsArea(rows, columns))
        {
            fault = $"A frame of {rows} rows and {columns} columns is outside the limits.";
            return false;
        }

        var area = rows * columns;
        // Every run after the first is at least one pixel, and every run at least one byte.
        var runs = new List<int>(Math.Min(encoded.Length, area));
        long covered = 0;
        while (!encoded.IsEmpty)
        {
            if (!TryReadVarint(ref encoded, out var length))
            {
                fault = $"Run {runs.Count} is not a minimal unsigned LEB128 number of at most 32 bits.";
                return false;
            }

            if (length == 0 && runs.Count > 0)
            {
                fault = $"Run {runs.Count} is empty; only the first run may be.";
                return false;
            }

            covered += length;
            if (covered > area) break;
            runs.Add((int)length);
        }

        if (covered != area)
        {
            fault = $"The runs cover {covered} pixels{(covered > area ? " or more" : "")}, the frame has {area}.";
            return false;
        }

        fault = null;
        mask = new RunLengthMask(rows, columns, [.. runs]);
        return true;
    }

    public byte[] Encode()
    {
        var bytes = new byte[runs.Length * 5];
        var at = 0;
        foreach (var run in runs)
        {
            var rest = (uint)run;
            for (; rest >= 0x80; rest >>= 7) bytes[at++] = (byte)(rest | 0x80);
            bytes[at++] = (byte)rest;
        }

        return bytes[..at];
    }

    /// <param name="bits">rows × columns pixels, row-major.</param>
    /// <param name="rows">Pixels down.</param>
    /// <param name="columns">Pixels across.</param>
    public static RunLengthMask FromBits(ReadOnlySpan<bool> bits, int rows, int columns)
    {
        if (bits.Length != CheckedArea(rows, columns))
            throw new ArgumentException($"{bits.Length} pixels given for {rows} × {columns}.", nameof(bits));

        var runs = new List<int>();
        var foreground = false;
        while (!bits.IsEmpty)
        {
            var length = bits.IndexOf(!foreground);
            if (length < 0) length = bits.Length;
            runs.Add(length);
            bits = bits[length..];
            foreground = !foreground;
        }

        return new RunLengthMask(rows, columns, [.. runs]);
    }

    /// <param name="stretches">Foreground, in row-major order: first pixel and length; they may touch and do not overlap.</param>
    /// <param name="rows">Pixels down.</param>
    /// <param name="columns">Pixels across.</param>
    public static RunLengthMask FromStretches(IEnumerable<(int Start, int Length)> stretches, int rows, int columns)
    {
        var (runs, at, area) = (new List<int> { 0 }, 0, CheckedArea(rows, columns));
        foreach (var (start, length) in stretches)
        {
            if (start < at || length < 1 || start + length > area)
                throw new ArgumentException($"{length} pixels from {start} do not follow {at} in {rows} × {columns}.", nameof(stretches));
            if (start > at || runs.Count == 1)
            {
                runs[^1] += start - at;
                runs.Add(length);
                runs.Add(0);
            }
            else
            {
                runs[^2] += length;
            }

            at = start + length;
        }

        runs[^1] += area - at;
        if (runs[^1] == 0 && runs.Count > 1) runs.RemoveAt(runs.Count - 1);
        return new RunLengthMask(rows, columns, [.. runs]);
    }

    /// <summary>Foreground, in row-major order: first pixel and length.</summary>
    public IEnumerable<(int Start, int Length)> Stretches()
    {
        var at = runs[0];
        for (var i = 1; i < runs.Length; i += 2)
        {
            yield return (at, runs[i]);
            at += runs[i] + (i + 1 < runs.Length ? runs[i + 1] : 0);
        }
    }

    /// <summary>The pixels of <paramref name="labels"/> (rows × columns, row-major) that equal <paramref name="label"/>.</summary>
    public static RunLengthMask FromLabels(ReadOnlySpan<byte> labels, byte label, int rows, int columns)
    {
        var bits = new bool[labels.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = labels[i] == label;
        return FromBits(bits, rows, columns);
    }

    /// <summary>rows × columns pixels, row-major.</summary>
    public bool[] ToBits()
    {
        var bits = new bool[Rows * Columns];
        Paint(bits.AsSpan(), true);
        return bits;
    }

    /// <summary>Writes <paramref name="value"/> over the foreground, leaving the rest of <paramref name="target"/> (rows × columns) as it is.</summary>
    public void Paint<T>(Span<T> target, T value)
    {
        if (target.Length != Rows * Columns)
            throw new ArgumentException($"{target.Length} pixels given for {Rows} × {Columns}.", nameof(target));

        var at = 0;
        for (var i = 0; i < runs.Length; i++)
        {
            if ((i & 1) == 1) target.Slice(at, runs[i]).Fill(value);
            at += runs[i];
        }
    }

    public RunLengthMask Union(RunLengthMask other) => Combine(other, (a, b) => a | b);

    public RunLengthMask Intersection(RunLengthMask other) => Combine(other, (a, b) => a & b);

    /// <summary>The pixels of this mask that are not in <paramref name="other"/>.</summary>
    public RunLengthMask Difference(RunLengthMask other) => Combine(other, (a, b) => a & !b);

    /// <summary>The pixels common to both masks, counted along the runs without unpacking either.</summary>
    public int IntersectionCount(RunLengthMask other)
    {
        var count = 0;
        foreach (var (length, a, b) in Walk(other))
            if (a && b) count += length;
        return count;
    }

    public bool Equals(RunLengthMask? other) =>
        other is not null && Rows == other.Rows && Columns == other.Columns && Runs.SequenceEqual(other.Runs);

    public override bool Equals(object? obj) => Equals(obj as RunLengthMask);

    public override int GetHashCode() => HashCode.Combine(Rows, Columns, PixelCount, runs.Length);

    private RunLengthMask Combine(RunLengthMask other, Func<bool, bool, bool> rule)
    {
        var runs = new List<int> { 0 };
        foreach (var (length, a, b) in Walk(other))
        {
            var currentIsForeground = (runs.Count & 1) == 0;
            if (rule(a, b) == currentIsForeground) runs[^1] += length;
            else runs.Add(length);
        }

        return new RunLengthMask(Rows, Columns, [.. runs]);
    }

    private IEnumerable<(int Length, bool This, bool Other)> Walk(RunLengthMask other)
    {
        if (Rows != other.Rows || Columns != other.Columns)
            throw new ArgumentException($"{other.Rows} × {other.Columns} does not match {Rows} × {Columns}.", nameof(other));

        int i = 0, j = 0, left = runs[0], right = other.runs[0];
        while (true)
        {
            var step = Math.Min(left, right);
            if (step > 0) yield return (step, (i & 1) == 1, (j & 1) == 1);
            left -= step;
            right -= step;
            if (left == 0)
            {
                if (++i == runs.Length) yield break;
                left = runs[i];
            }

            if (right == 0)
            {
                if (++j == other.runs.Length) yield break;
                right = other.runs[j];
            }
        }
    }

    private static bool IsArea(int rows, int columns) =>
        rows is > 0 and <= MaxSide && columns is > 0 and <= MaxSide && (long)rows * columns <= MaxPixels;

    private static int CheckedArea(int rows, int columns) => IsArea(rows, columns)
        ? rows * columns
        : throw new ImagingException(ImagingFault.TooLarge, $"A frame of {rows} rows and {columns} columns is outside the limits.");

    private static bool TryReadVarint(ref ReadOnlySpan<byte> from, out uint value)
    {
        value = 0;
        for (var i = 0; i < from.Length && i < 5; i++)
        {
            var piece = from[i];
            if (i == 4 && piece > 0x0F) return false;
            value |= (uint)(piece & 0x7F) << (7 * i);
            if ((piece & 0x80) != 0) continue;
            if (piece == 0 && i > 0) return false;
            from = from[(i + 1)..];
            return true;
        }

        return false;
    }
}
