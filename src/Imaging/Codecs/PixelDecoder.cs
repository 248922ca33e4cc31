using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>Turns one frame of pixel data, as it stands in a file, into native little-endian samples.</summary>
public static class PixelDecoder
{
    /// <summary>True for every transfer syntax <see cref="Decode"/> knows.</summary>
    public static bool CanDecode(string transferSyntaxUid) => CodecOf(transferSyntaxUid) is not null;

    /// <param name="transferSyntaxUid">
    /// Of the bytes: a reader that has already turned big-endian values round passes Explicit VR Little Endian here.
    /// </param>
    /// <param name="description">What the data set says of its pixels.</param>
    /// <param name="frame">All bytes of one frame; the fragments of an encapsulated frame are joined before. Padding after it is ignored.</param>
    /// <exception cref="ImagingException">
    /// The bytes are damaged, do not show an image of that description, or are over the limits; malformed input has no other effect.
    /// </exception>
    public static DecodedFrame Decode(string transferSyntaxUid, PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        description.Validated();
        var codec = CodecOf(transferSyntaxUid)
            ?? throw new ImagingException(ImagingFault.Unsupported, $"Transfer syntax {transferSyntaxUid} is not decoded.");
        try
        {
            return codec(description, frame);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new ImagingException(ImagingFault.CodecMissing, $"The system library for {transferSyntaxUid} is not installed.", missing);
        }
    }

    private static Func<PixelDescription, ReadOnlyMemory<byte>, DecodedFrame>? CodecOf(string transferSyntaxUid) => transferSyntaxUid switch
    {
        "1.2.840.10008.1.2" or "1.2.840.10008.1.2.1" or "1.2.840.10008.1.2.1.98" or "1.2.840.10008.1.2.1.99" => Native,
        "1.2.840.10008.1.2.2" => NativeBigEndian,
        "1.2.840.10008.1.2.5" => RleCodec.Decode,
        "1.2.840.10008.1.2.8.1" => DeflatedFrame,
        "1.2.840.10008.1.2.4.50" or "1.2.840.10008.1.2.4.51" or "1.2.840.10008.1.2.4.53" or "1.2.840.10008.1.2.4.55"
            or "1.2.840.10008.1.2.4.57" or "1.2.840.10008.1.2.4.70" => Jpeg,
        "1.2.840.10008.1.2.4.80" or "1.2.840.10008.1.2.4.81" => JpegLsCodec.Decode,
        "1.2.840.10008.1.2.4.90" or "1.2.840.10008.1.2.4.91" or "1.2.840.10008.1.2.4.201"
            or "1.2.840.10008.1.2.4.202" or "1.2.840.10008.1.2.4.203" => Jpeg2000Codec.Decode,
        _ => null,
    };

    // The process is taken from the codestream: files whose syntax names another JPEG process than the one used are common.
    private static DecodedFrame Jpeg(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var header = JpegHeader.Parse(frame.Span);
        header.CheckAgainst(description);
        return header switch
        {
            { IsLossless: true } => JpegLosslessCodec.Decode(description, frame.Span, header),
            { Precision: 8 } => JpegTurboCodec.Decode(description, frame.Span, header),
            _ => JpegExtendedCodec.Decode(description, frame),
        };
    }

    private static DecodedFrame Native(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var length = description.FrameLength;
        if (frame.Length < length) throw Short(frame.Length, length);
        return new DecodedFrame(frame[..length].ToArray(), description);
    }

    private static DecodedFrame NativeBigEndian(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var decoded = Native(description, frame);
        var samples = decoded.Samples.AsSpan();
        switch (description.BitsAllocated)
        {
            case 16:
                for (var at = 0; at < samples.Length; at += 2)
                    BinaryPrimitives.WriteUInt16LittleEndian(samples[at..], BinaryPrimitives.ReadUInt16BigEndian(samples[at..]));
                break;
            case 32 or 64:
                for (var at = 0; at < samples.Length; at += description.BitsAllocated / 8) samples.Slice(at, description.BitsAllocated / 8).Reverse();
                break;
        }

        return decoded;
    }

    private static DecodedFrame DeflatedFrame(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var samples = new byte[description.FrameLength];
        using var inflate = new DeflateStream(new MemoryStream(frame.ToArray()), CompressionMode.Decompress);
        try
        {
            var read = inflate.ReadAtLeast(samples, samples.Length, throwOnEndOfStream: false);
            if (read < samples.Length) throw Short(read, samples.Length);
        }
        catch (InvalidDataException damaged)
        {
            throw new ImagingException(ImagingFault.Malformed, "The deflated frame is damaged.", damaged);
        }

        return new DecodedFrame(samples, description);
    }

    private static ImagingException Short(int given, int needed) =>
        new(ImagingFault.Truncated, $"The frame has {given} bytes of {needed}.");
}
