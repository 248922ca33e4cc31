using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>DICOM RLE Lossless (PS3.5 Annex G): byte planes, the most significant first, each row packed for itself.</summary>
internal static class RleEncoder
{
    private const int HeaderLength = 64;
    private const int MostSegments = 15;

    /// <param name="description">Planar Configuration 0; Bits Allocated a multiple of 8.</param>
    /// <param name="samples">Little endian, of one frame.</param>
    public static byte[] Encode(PixelDescription description, ReadOnlySpan<byte> samples)
    {
        var (bytesPerSample, perPixel) = (description.BitsAllocated / 8, description.SamplesPerPixel);
        var planes = bytesPerSample * perPixel;
        if (description.BitsAllocated % 8 != 0 || planes > MostSegments)
            throw new ImagingException(ImagingFault.Unsupported, $"{perPixel} samples of {description.BitsAllocated} bits are not encoded as RLE.");

        using var encoded = new MemoryStream(samples.Length / 2 + HeaderLength);
        var header = new byte[HeaderLength];
        encoded.Write(header);
        BinaryPrimitives.WriteInt32LittleEndian(header, planes);
        var row = new byte[description.Columns];
        for (var plane = 0; plane < planes; plane++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4 + 4 * plane), (uint)encoded.Length);
            var first = plane / bytesPerSample * bytesPerSample + (bytesPerSample - 1 - plane % bytesPerSample);
            for (var y = 0; y < description.Rows; y++)
            {
                for (int x = 0, from = y * description.Columns * planes + first; x < row.Length; x++, from += planes) row[x] = samples[from];
                Pack(row, encoded);
            }

            if (encoded.Length % 2 == 1) encoded.WriteByte(0);
        }

        encoded.Position = 0;
        encoded.Write(header);
        return encoded.ToArray();
    }

    // Two equal bytes between literals cost as much either way; a run is begun at three, or at two where no literal is open.
    private static void Pack(ReadOnlySpan<byte> row, MemoryStream target)
    {
        for (int at = 0, literal = 0; at <= row.Length;)
        {
            var run = 1;
            while (at < row.Length && at + run < row.Length && run < 128 && row[at + run] == row[at]) run++;
            if (at < row.Length && run < (literal == at ? 2 : 3))
            {
                at++;
                continue;
            }

            for (; literal < at; literal = Math.Min(at, literal + 128))
            {
                var count = Math.Min(128, at - literal);
                target.WriteByte((byte)(count - 1));
                target.Write(row.Slice(literal, count));
            }

            if (at == row.Length) return;
            target.WriteByte((byte)(1 - run));
            target.WriteByte(row[at]);
            at += run;
            literal = at;
        }
    }
}
