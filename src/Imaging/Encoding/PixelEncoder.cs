namespace Pirogov.Imaging;

/// <summary>An encoded frame, and the description that a data set of such frames states.</summary>
public sealed record EncodedFrame(byte[] Bytes, PixelDescription Description);

/// <summary>Turns native frames into frames of a lossless compressed syntax; what it writes decodes to the same values.</summary>
public static class PixelEncoder
{
    /// <summary>RLE Lossless, JPEG-LS Lossless and JPEG 2000 (lossless only).</summary>
    public static bool CanEncode(string transferSyntaxUid) => transferSyntaxUid is TransferSyntaxes.Rle or TransferSyntaxes.JpegLsLossless or TransferSyntaxes.Jpeg2000Lossless;

    /// <param name="transferSyntaxUid">One that <see cref="CanEncode"/> names.</param>
    /// <param name="frame">Little-endian samples, as <see cref="PixelDecoder"/> gives them.</param>
    /// <exception cref="ImagingException">
    /// <see cref="ImagingFault.Unsupported"/>: the syntax cannot hold such samples (JPEG-LS and JPEG 2000 take 8 and 16 bits allocated).
    /// </exception>
    public static EncodedFrame Encode(string transferSyntaxUid, DecodedFrame frame)
    {
        frame.Description.Validated();
        if (frame.Samples.Length < frame.Description.FrameLength)
            throw new ImagingException(ImagingFault.Truncated, $"The frame has {frame.Samples.Length} bytes of {frame.Description.FrameLength}.");
        if (!CanEncode(transferSyntaxUid))
            throw new ImagingException(ImagingFault.Unsupported, $"Transfer syntax {transferSyntaxUid} is not encoded.");
        if (transferSyntaxUid == TransferSyntaxes.Rle)
        {
            var interleaved = frame.Interleaved();
            return new EncodedFrame(RleEncoder.Encode(interleaved.Description, interleaved.Samples), interleaved.Description);
        }

        var cells = EncoderCells.Of(frame);
        var operation = transferSyntaxUid == TransferSyntaxes.JpegLsLossless ? CodecOperation.EncodeJpegLs : CodecOperation.EncodeJpeg2000;
        var encoded = CodecPool.Shared.Run(new CodecCall(operation, cells.Description, cells.Samples));
        return new EncodedFrame(encoded.Bytes, encoded.Description);
    }
}
