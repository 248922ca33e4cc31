using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>What the markers before the first scan of a JPEG stream say (ITU-T T.81 Annex B).</summary>
/// <param name="Process">The second byte of the SOF marker: C0 baseline, C1 extended, C2 progressive, C3 lossless …</param>
/// <param name="Precision">Bits a sample.</param>
/// <param name="Rows">Lines.</param>
/// <param name="Columns">Samples a line.</param>
/// <param name="Components">Identifier and sampling factors of each component.</param>
/// <param name="AdobeTransform">Of the APP14 marker: 0 RGB or unknown, 1 YCbCr; null without one.</param>
internal sealed record JpegHeader(
    byte Process,
    int Precision,
    int Rows,
    int Columns,
    (byte Id, int Horizontal, int Vertical)[] Components,
    int? AdobeTransform)
{
    public bool IsLossless => Process == 0xC3;

    public static JpegHeader Parse(ReadOnlySpan<byte> stream)
    {
        JpegHeader? header = null;
        int? adobe = null;
        foreach (var segment in Segments(stream))
        {
            var body = stream[segment.Body..segment.End];
            switch (segment.Marker)
            {
                case 0xEE when body.Length >= 12 && body[..5].SequenceEqual("Adobe"u8):
                    adobe = body[11];
                    break;
                case 0xC0 or 0xC1 or 0xC2 or 0xC3:
                    if (header is not null) throw new ImagingException(ImagingFault.Malformed, "The JPEG stream has two frame headers.");
                    header = Frame(segment.Marker, body);
                    break;
                case > 0xC3 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                    throw new ImagingException(ImagingFault.Unsupported, $"JPEG process SOF{segment.Marker & 15} is not decoded.");
                case 0xDA:
                    return header is null
                        ? throw new ImagingException(ImagingFault.Malformed, "The JPEG stream has a scan before its frame header.")
                        : header with { AdobeTransform = adobe };
            }
        }

        throw new ImagingException(ImagingFault.Truncated, "The JPEG stream has no scan.");
    }

    /// <summary>The marker segments up to and including the first SOS.</summary>
    public static List<(byte Marker, int Start, int Body, int End)> Segments(ReadOnlySpan<byte> stream)
    {
        if (stream is not [0xFF, 0xD8, ..]) throw new ImagingException(ImagingFault.Malformed, "The frame is not a JPEG stream.");
        var segments = new List<(byte, int, int, int)>();
        for (var at = 2; ;)
        {
            var start = at;
            if (at >= stream.Length) throw Cut();
            if (stream[at++] != 0xFF) throw new ImagingException(ImagingFault.Malformed, $"No JPEG marker at byte {start}.");
            while (at < stream.Length && stream[at] == 0xFF) at++;
            if (at + 3 > stream.Length) throw Cut();
            var marker = stream[at++];
            if (marker is 0x01 or (>= 0xD0 and <= 0xD9)) throw new ImagingException(ImagingFault.Malformed, $"Marker FF{marker:X2} before the first scan.");
            var length = BinaryPrimitives.ReadUInt16BigEndian(stream[at..]);
            if (length < 2 || at + length > stream.Length) throw Cut();
            segments.Add((marker, start, at + 2, at + length));
            at += length;
            if (marker == 0xDA) return segments;
        }
    }

    /// <summary>A native codec is called only for a stream that says of itself what the data set says of it.</summary>
    public void CheckAgainst(PixelDescription description)
    {
        if (Rows != description.Rows || Columns != description.Columns || Components.Length != description.SamplesPerPixel || Precision > description.BitsAllocated)
        {
            throw new ImagingException(
                ImagingFault.Mismatch,
                $"The JPEG stream is {Columns} × {Rows} × {Components.Length} of {Precision} bits; the data set says "
                + $"{description.Columns} × {description.Rows} × {description.SamplesPerPixel} of {description.BitsAllocated}.");
        }
    }

    private static JpegHeader Frame(byte process, ReadOnlySpan<byte> body)
    {
        if (body.Length < 6 || body.Length < 6 + 3 * body[5]) throw Cut();
        var components = new (byte, int, int)[body[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var sampling = body[7 + 3 * i];
            components[i] = (body[6 + 3 * i], sampling >> 4, sampling & 15);
            if (sampling >> 4 is < 1 or > 4 || (sampling & 15) is < 1 or > 4)
                throw new ImagingException(ImagingFault.Malformed, $"Sampling factors {sampling:X2} are not of JPEG.");
        }

        return new JpegHeader(
            process, body[0], BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]), components, null);
    }

    private static ImagingException Cut() => new(ImagingFault.Truncated, "The JPEG header is cut.");
}
