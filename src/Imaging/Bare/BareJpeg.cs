using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>
/// A JPEG or JPEG-LS stream of nothing but what its samples are decoded from. Comments and application data (EXIF, XMP, thumbnails, profiles)
/// go, and all behind the end of the image; of JFIF and Adobe, which say what the colours are, the fixed fields stay.
/// </summary>
internal static class BareJpeg
{
    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    /// <exception cref="ImagingException">It is no such stream: nothing can be said of what is in it.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> frame)
    {
        var stream = frame.Span;
        var pieces = new StreamPieces(frame);
        pieces.Keep(0, 2);
        var (at, isLs) = (2, false);
        foreach (var (marker, start, body, end) in JpegHeader.Segments(stream))
        {
            isLs |= marker == 0xF7;
            Segment(pieces, stream, marker, start, body, end);
            at = end;
        }

        Scans(pieces, stream, at, isLs);
        return pieces.Join();
    }

    /// <param name="at">Where the entropy-coded data of the first scan begin.</param>
    private static void Scans(StreamPieces pieces, ReadOnlySpan<byte> stream, int at, bool isLs)
    {
        while (true)
        {
            var next = EndOfScan(stream, at, isLs);
            pieces.Keep(at, next);
            for (at = next; ; at = next)
            {
                // Stray bytes before a marker are passed over; a stream that is cut ends here.
                var stray = stream[at..].IndexOf((byte)0xFF);
                if (stray < 0) return;
                var name = at += stray;
                while (name < stream.Length && stream[name] == 0xFF) name++;
                if (name >= stream.Length) return;
                var marker = stream[name];
                if (marker == EndOfImage)
                {
                    pieces.Keep(at, name + 1);
                    return;
                }

                next = name + 3 <= stream.Length ? name + 1 + BinaryPrimitives.ReadUInt16BigEndian(stream[(name + 1)..]) : int.MaxValue;
                if (!IsAllowed(marker) || next < name + 3 || next > stream.Length)
                {
                    // No decoder goes on here.
                    pieces.Put([0xFF, EndOfImage]);
                    return;
                }

                Segment(pieces, stream, marker, at, name + 3, next);
                if (marker == StartOfScan) break;
            }

            at = next;
        }
    }

    /// <summary>In JPEG FF is data before a zero and restarts the coder before D0 to D7; in JPEG-LS it is data before a byte below 80.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> stream, int at, bool isLs)
    {
        while (true)
        {
            var found = stream[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= stream.Length) return stream.Length;
            at += found;
            var next = stream[at + 1];
            // Below C0 nothing of JPEG has a name: decoders pass over such bytes.
            if (next == 0xFF) at++;
            else if (next is < 0xC0 or (>= 0xD0 and <= 0xD7) && !(isLs && next >= 0x80 && next < 0xD0)) at += 2;
            else return at;
        }
    }

    private static bool IsAllowed(byte marker) => marker is 0xC4 or 0xCC or (>= 0xDA and <= 0xDD) or 0xF8 or 0xFE or (>= 0xE0 and <= 0xEF);

    private static void Segment(StreamPieces pieces, ReadOnlySpan<byte> stream, byte marker, int start, int body, int end)
    {
        var content = stream[body..end];
        switch (marker)
        {
            case 0xE0 when content.Length >= 14 && content[..5].SequenceEqual("JFIF\0"u8):
                // Width and height of a thumbnail, which stands behind them.
                if (content.Length == 14 && content[12] == 0 && content[13] == 0) pieces.Keep(start, end);
                else pieces.Put([0xFF, 0xE0, 0, 16, .. content[..12], 0, 0]);
                break;
            case 0xEE when content.Length >= 12 && content[..5].SequenceEqual("Adobe"u8):
                if (content.Length == 12) pieces.Keep(start, end);
                else pieces.Put([0xFF, 0xEE, 0, 14, .. content[..12]]);
                break;
            case 0xE8 when content.Length == 5 && content[..4].SequenceEqual("mrfx"u8):
                // The colour transform of HP's JPEG-LS, which CharLS undoes.
                pieces.Keep(start, end);
                break;
            case (>= 0xC0 and <= 0xCF) or (>= 0xDA and <= 0xDF) or 0xF7 or 0xF8:
                pieces.Keep(start, end);
                break;
        }
    }
}
