using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>Turns one frame of pixel data, as it stands in a file, into native little-endian samples.</summary>
public static class PixelDecoder
{
    private delegate DecodedFrame Codec(PixelDescription description, ReadOnlyMemory<byte> frame, CodecPool pool);

    /// <summary>True for every transfer syntax <see cref="Decode"/> knows.</summary>
    public static bool CanDecode(string transferSyntaxUid) => CodecOf(transferSyntaxUid) is not null;

    /// <param name="transferSyntaxUid">
    /// Of the bytes: a reader that has already turned big-endian values round passes Explicit VR Little Endian here.
    /// </param>
    /// <param name="description">What the data set says of its pixels.</param>
    /// <param name="frame">All bytes of one frame; the fragments of an encapsulated frame are joined before. Padding after it is ignored.</param>
    /// <param name="pool">Where codecs that are not ours run; null: <see cref="CodecPool.Shared"/>.</param>
    /// <exception cref="ImagingException">
    /// The bytes are damaged, do not show an image of that description, or are over the limits; malformed input has no other effect.
    /// </exception>
    public static DecodedFrame Decode(string transferSyntaxUid, PixelDescription description, ReadOnlyMemory<byte> frame, CodecPool? pool = null)
    {
        description.Validated();
        var codec = CodecOf(transferSyntaxUid)
            ?? throw new ImagingException(ImagingFault.Unsupported, $"Transfer syntax {transferSyntaxUid} is not decoded.");
        return codec(description, frame, pool ?? CodecPool.Shared);
    }

    private static Codec? CodecOf(string transferSyntaxUid) => transferSyntaxUid switch
    {
        TransferSyntaxes.ImplicitLittleEndian or TransferSyntaxes.ExplicitLittleEndian or TransferSyntaxes.EncapsulatedUncompressed
            or TransferSyntaxes.Deflated => static (description, frame, _) => Native(description, frame),
        TransferSyntaxes.ExplicitBigEndian => static (description, frame, _) => NativeBigEndian(description, frame),
        TransferSyntaxes.Rle => static (description, frame, _) => RleCodec.Decode(description, frame),
        TransferSyntaxes.DeflatedFrame => static (description, frame, _) => DeflatedFrame(description, frame),
        TransferSyntaxes.JpegBaseline or TransferSyntaxes.JpegExtended or TransferSyntaxes.JpegSpectralSelection or TransferSyntaxes.JpegProgressive
            or TransferSyntaxes.JpegLossless or TransferSyntaxes.JpegLosslessFirstOrder => Jpeg,
        TransferSyntaxes.JpegLsLossless or TransferSyntaxes.JpegLsNearLossless => static (description, frame, pool) =>
        {
            JpegLsCodec.CheckHeader(description, frame.Span);
            return InWorker(CodecOperation.DecodeJpegLs, description, frame, pool);
        }
        ,
        TransferSyntaxes.Jpeg2000Lossless or TransferSyntaxes.Jpeg2000 or TransferSyntaxes.HighThroughputLossless
            or TransferSyntaxes.HighThroughputLosslessRpcl or TransferSyntaxes.HighThroughput => static (description, frame, pool) =>
        {
            var stream = Jpeg2000Codec.Codestream(frame);
            Jpeg2000Codec.CheckHeader(description, stream.Span);
            return InWorker(CodecOperation.DecodeJpeg2000, description, stream, pool);
        }
        ,
        _ => null,
    };

    // The process is taken from the codestream: files whose syntax names another JPEG process than the one used are common.
    private static DecodedFrame Jpeg(PixelDescription description, ReadOnlyMemory<byte> frame, CodecPool pool)
    {
        var header = JpegHeader.Parse(frame.Span);
        header.CheckAgainst(description);
        return header switch
        {
            { IsLossless: true } => JpegLosslessCodec.Decode(description, frame.Span, header),
            { Precision: 8 } => InWorker(CodecOperation.DecodeJpeg, description, frame, pool),
            _ => InWorker(CodecOperation.DecodeJpegExtended, description, frame, pool),
        };
    }

    // Not ours: a stream that breaks them must break a process that nobody misses.
    private static DecodedFrame InWorker(CodecOperation operation, PixelDescription description, ReadOnlyMemory<byte> frame, CodecPool pool)
    {
        var answer = pool.Run(new CodecCall(operation, description, frame));
        return new DecodedFrame(answer.Bytes, answer.Description);
    }

    private static DecodedFrame Native(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var length = description.FrameLength;
        if (frame.Length < length) throw Short(frame.Length, length);
        return PackedSamples.IsPacked(description.BitsAllocated)
            ? PackedSamples.Widen(frame.Span[..length], description) : new DecodedFrame(frame[..length].ToArray(), description);
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
