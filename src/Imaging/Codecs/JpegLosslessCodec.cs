using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>JPEG lossless, Huffman (ITU-T T.81 Annex H, SOF3): predictors 1 to 7, point transform, restart intervals, 2 to 16 bits.</summary>
internal static class JpegLosslessCodec
{
    public static DecodedFrame Decode(PixelDescription description, ReadOnlySpan<byte> stream, JpegHeader header)
    {
        if (header.Precision is < 2 or > 16 || header.Components.Any(component => component is not (_, 1, 1)))
            throw new ImagingException(ImagingFault.Unsupported, $"Lossless JPEG of {header.Precision} bits or with subsampled components is not decoded.");

        var samples = SampleWriter.Allocate(description);
        var writer = new SampleWriter(samples, description, header.Precision);
        var tables = new HuffmanTable?[4];
        var restartInterval = 0;
        var pending = new HashSet<int>(Enumerable.Range(0, header.Components.Length));
        for (var at = 2; pending.Count > 0;)
        {
            var (marker, body, end) = NextSegment(stream, at);
            at = end;
            switch (marker)
            {
                case 0xC4:
                    ReadTables(stream[body..end], tables);
                    break;
                case 0xDD:
                    if (end - body < 2) throw new ImagingException(ImagingFault.Malformed, "The restart interval is cut.");
                    restartInterval = BinaryPrimitives.ReadUInt16BigEndian(stream[body..]);
                    break;
                case 0xDA:
                    var scan = Scan.Parse(stream[body..end], header, tables, restartInterval);
                    var bits = new LosslessBitReader(stream, end);
                    scan.Decode(ref bits, header, writer);
                    at = bits.MarkerPosition();
                    pending.ExceptWith(scan.Components);
                    break;
            }
        }

        return new DecodedFrame(samples, SampleWriter.Written(description, header.Precision) with
        {
            PlanarConfiguration = 0,
            PhotometricInterpretation = description.IsSubsampled ? "YBR_FULL" : description.PhotometricInterpretation,
        });
    }

    private static (byte Marker, int Body, int End) NextSegment(ReadOnlySpan<byte> stream, int at)
    {
        while (at + 1 < stream.Length && (stream[at] != 0xFF || stream[at + 1] is 0xFF or 0)) at++;
        if (at + 4 > stream.Length || stream[at + 1] == 0xD9) throw new ImagingException(ImagingFault.Truncated, "The JPEG stream ends before all components.");
        var length = BinaryPrimitives.ReadUInt16BigEndian(stream[(at + 2)..]);
        if (length < 2 || at + 2 + length > stream.Length) throw new ImagingException(ImagingFault.Truncated, "A JPEG segment is cut.");
        return (stream[at + 1], at + 4, at + 2 + length);
    }

    private static void ReadTables(ReadOnlySpan<byte> body, HuffmanTable?[] tables)
    {
        while (body.Length > 0)
        {
            if (body.Length < 17) throw new ImagingException(ImagingFault.Malformed, "A Huffman table is cut.");
            var count = 0;
            foreach (var codes in body.Slice(1, 16)) count += codes;
            if ((body[0] & 15) > 3 || body.Length < 17 + count) throw new ImagingException(ImagingFault.Malformed, "A Huffman table is malformed.");
            if (body[0] >> 4 == 0) tables[body[0] & 15] = new HuffmanTable(body.Slice(1, 16), body.Slice(17, count));
            body = body[(17 + count)..];
        }
    }

    private sealed record Scan(int[] Components, HuffmanTable[] Tables, int Predictor, int PointTransform, int RestartInterval)
    {
        public static Scan Parse(ReadOnlySpan<byte> body, JpegHeader header, HuffmanTable?[] tables, int restartInterval)
        {
            var count = body.Length > 0 ? body[0] : 0;
            if (count is < 1 or > 4 || body.Length < 4 + 2 * count) throw new ImagingException(ImagingFault.Malformed, "A scan header is malformed.");
            var components = new int[count];
            var chosen = new HuffmanTable[count];
            for (var i = 0; i < count; i++)
            {
                var id = body[1 + 2 * i];
                components[i] = Array.FindIndex(header.Components, component => component.Id == id);
                if (components[i] < 0 || components.AsSpan(0, i).Contains(components[i]))
                    throw new ImagingException(ImagingFault.Malformed, $"A scan names component {id}.");
                chosen[i] = tables[(body[2 + 2 * i] >> 4) & 3] ?? throw new ImagingException(ImagingFault.Malformed, "A scan uses a Huffman table that was not given.");
            }

            int predictor = body[1 + 2 * count], pointTransform = body[3 + 2 * count] & 15;
            if (predictor is < 1 or > 7 || pointTransform >= header.Precision)
                throw new ImagingException(ImagingFault.Unsupported, $"Predictor {predictor} with point transform {pointTransform} is not decoded.");
            if (restartInterval % header.Columns != 0)
                throw new ImagingException(ImagingFault.Malformed, "The restart interval is not a whole number of lines (T.81 H.1.1).");
            return new Scan(components, chosen, predictor, pointTransform, restartInterval);
        }

        public void Decode(ref LosslessBitReader bits, JpegHeader header, SampleWriter writer)
        {
            var columns = header.Columns;
            var start = 1 << (header.Precision - PointTransform - 1);
            var restartLines = RestartInterval / columns;
            var above = new int[Components.Length][];
            var line = new int[Components.Length][];
            for (var c = 0; c < line.Length; c++) (above[c], line[c]) = (new int[columns], new int[columns]);

            for (var row = 0; row < header.Rows; row++)
            {
                var first = row == 0 || (restartLines > 0 && row % restartLines == 0);
                if (first && row > 0) bits.Restart();
                for (var column = 0; column < columns; column++)
                {
                    for (var c = 0; c < line.Length; c++)
                    {
                        var prediction = first ? column == 0 ? start : line[c][column - 1]
                            : column == 0 ? above[c][0]
                            : Predict(line[c][column - 1], above[c][column], above[c][column - 1]);
                        var value = (prediction + bits.ReadDifference(Tables[c])) & 0xFFFF;
                        line[c][column] = value;
                        writer.Put((row * columns + column) * header.Components.Length + Components[c], value << PointTransform);
                    }
                }

                (above, line) = (line, above);
            }
        }

        private int Predict(int left, int up, int upLeft) => Predictor switch
        {
            1 => left,
            2 => up,
            3 => upLeft,
            4 => left + up - upLeft,
            5 => left + ((up - upLeft) >> 1),
            6 => up + ((left - upLeft) >> 1),
            _ => (left + up) >> 1,
        };
    }
}
