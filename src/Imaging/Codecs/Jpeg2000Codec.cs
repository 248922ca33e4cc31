using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>JPEG 2000 and HTJ2K (ITU-T T.800, T.814) by OpenJPEG 2.5, not in strict mode: streams cut after their last needed byte are common.</summary>
internal static partial class Jpeg2000Codec
{
    private const int CodestreamFormat = 0;

    public static unsafe DecodedFrame Decode(PixelDescription description, ReadOnlyMemory<byte> stream)
    {
        var usesTransform = CheckHeader(description, stream.Span);
        var codec = opj_create_decompress(CodestreamFormat);
        if (codec == 0) throw new InvalidOperationException("OpenJPEG gave no decoder.");
        OpjImage* image = null;
        nint input = 0;
        try
        {
            using var pinned = stream.Pin();
            var source = new OpjSource { Bytes = (byte*)pinned.Pointer, Length = stream.Length };
            input = OpjSource.Open(&source);

            // opj_dparameters_t: 8.2 kB, mostly paths; the library fills it itself.
            var parameters = stackalloc byte[16 * 1024];
            opj_set_default_decoder_parameters(parameters);
            if (opj_setup_decoder(codec, parameters) == 0 || opj_decoder_set_strict_mode(codec, 0) == 0)
                throw new InvalidOperationException("OpenJPEG refused its own default parameters.");
            if (opj_read_header(input, codec, &image) == 0 || image == null || opj_decode(codec, input, image) == 0)
                throw new ImagingException(ImagingFault.Malformed, "The JPEG 2000 stream is damaged.");
            return Arrange(description, image, usesTransform);
        }
        finally
        {
            if (image != null) opj_image_destroy(image);
            if (input != 0) opj_stream_destroy(input);
            opj_destroy_codec(codec);
        }
    }

    private static unsafe DecodedFrame Arrange(PixelDescription description, OpjImage* image, bool usesTransform)
    {
        if (image->ComponentCount != description.SamplesPerPixel) throw Incomplete();
        var samples = SampleWriter.Allocate(description);
        for (var c = 0; c < description.SamplesPerPixel; c++)
        {
            ref var component = ref image->Components[c];
            if (component.Data == null || component.Width != description.Columns || component.Height != description.Rows) throw Incomplete();
            var writer = new SampleWriter(samples, description, (int)component.Precision);
            for (int i = 0, to = c; i < description.PixelCount; i++, to += description.SamplesPerPixel) writer.Put(to, component.Data[i]);
        }

        // Undoing the component transform (RCT, ICT) of the codestream leaves RGB, whatever the data set calls it; and what it calls by
        // the name of such a transform was RGB before, whether the codestream says so or not.
        return new DecodedFrame(samples, SampleWriter.Written(description, (int)image->Components[0].Precision) with
        {
            PlanarConfiguration = 0,
            PhotometricInterpretation = description.PhotometricInterpretation is "YBR_RCT" or "YBR_ICT"
                || (usesTransform && description.PhotometricInterpretation.StartsWith("YBR", StringComparison.Ordinal))
                ? "RGB" : description.IsSubsampled ? "YBR_FULL" : description.PhotometricInterpretation,
        });
    }

    // DICOM asks for a bare codestream (PS3.5 A.4.4); some writers leave the JP2 boxes around it.
    public static ReadOnlyMemory<byte> Codestream(ReadOnlyMemory<byte> frame)
    {
        var span = frame.Span;
        if (span is [0xFF, 0x4F, 0xFF, 0x51, ..]) return frame;
        for (long at = 0; at + 8 <= span.Length;)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(span[(int)at..]);
            if (span.Slice((int)at + 4, 4).SequenceEqual("jp2c"u8)) return frame[((int)at + 8)..];
            if (length < 8) break;
            at += length;
        }

        throw new ImagingException(ImagingFault.Malformed, "The frame is not a JPEG 2000 codestream.");
    }

    /// <returns>True when the codestream uses a multiple component transform.</returns>
    public static bool CheckHeader(PixelDescription description, ReadOnlySpan<byte> stream)
    {
        if (stream.Length < 42 || stream is not [0xFF, 0x4F, 0xFF, 0x51, ..]) throw Cut();
        uint At(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
        long columns = (long)At(stream, 8) - At(stream, 16), rows = (long)At(stream, 12) - At(stream, 20);
        long tileColumns = At(stream, 24), tileRows = At(stream, 28);
        int components = BinaryPrimitives.ReadUInt16BigEndian(stream[40..]), end = 4 + BinaryPrimitives.ReadUInt16BigEndian(stream[4..]);
        if (columns != description.Columns || rows != description.Rows || components != description.SamplesPerPixel)
        {
            throw new ImagingException(
                ImagingFault.Mismatch,
                $"The JPEG 2000 stream is {columns} × {rows} × {components}; the data set says {description.Columns} × {description.Rows} × {description.SamplesPerPixel}.");
        }

        if (end < 42 + 3 * components || end > stream.Length) throw Cut();
        CheckTileParts(stream[end..]);
        if (tileColumns == 0 || tileRows == 0 || (columns / tileColumns + 2) * (rows / tileRows + 2) > 65_535)
            throw new ImagingException(ImagingFault.Malformed, "The JPEG 2000 stream has more tiles than it may.");
        for (var c = 0; c < components; c++)
        {
            var precision = (stream[42 + 3 * c] & 0x7F) + 1;
            if (precision > description.BitsAllocated || precision > 16)
                throw new ImagingException(ImagingFault.Mismatch, $"{precision} bits a sample do not fit Bits Allocated {description.BitsAllocated}.");
            if (stream[43 + 3 * c] != 1 || stream[44 + 3 * c] != 1)
                throw new ImagingException(ImagingFault.Unsupported, "Subsampled JPEG 2000 components are not decoded.");
        }

        return UsesTransform(stream[end..]);
    }

    /// <summary>
    /// Tile-parts whose length (Psot) leads beyond the end were cut, and OpenJPEG makes a picture of what is left of them without a word. Streams
    /// without their end marker are common, and some writers count it in.
    /// </summary>
    private static void CheckTileParts(ReadOnlySpan<byte> segments)
    {
        while (segments.Length >= 4 && segments[0] == 0xFF && segments[1] is not (0x90 or 0xD9))
        {
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(segments[2..]);
            if (length > segments.Length) throw Cut();
            segments = segments[length..];
        }

        // SOT (FF90): Lsot 2, Isot 2, Psot 4; nought leads to the end of the codestream.
        while (segments.Length >= 12 && segments[0] == 0xFF && segments[1] == 0x90 && BinaryPrimitives.ReadUInt32BigEndian(segments[6..]) is > 0 and var part)
        {
            if (part > segments.Length + 2L) throw new ImagingException(ImagingFault.Truncated, "The JPEG 2000 stream ends within a tile-part.");
            segments = segments[(int)Math.Min(part, segments.Length)..];
        }
    }

    // COD (FF52): Lcod 2, Scod 1, progression 1, layers 2, then the component transform.
    private static bool UsesTransform(ReadOnlySpan<byte> segments)
    {
        while (segments.Length >= 4 && segments[0] == 0xFF && segments[1] != 0x90)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(segments[2..]);
            if (segments[1] == 0x52) return segments.Length > 8 && segments[8] == 1;
            if (length < 2 || 2 + length > segments.Length) break;
            segments = segments[(2 + length)..];
        }

        throw Cut();
    }

    private static ImagingException Cut() => new(ImagingFault.Truncated, "The JPEG 2000 header is cut.");

    private static ImagingException Incomplete() => new(ImagingFault.Truncated, "The JPEG 2000 stream lacks a component.");

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial nint opj_create_decompress(int format);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_set_default_decoder_parameters(byte* parameters);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial int opj_setup_decoder(nint codec, byte* parameters);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial int opj_decoder_set_strict_mode(nint codec, int strict);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial int opj_read_header(nint stream, nint codec, OpjImage** image);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial int opj_decode(nint codec, nint stream, OpjImage* image);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_image_destroy(OpjImage* image);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_destroy(nint stream);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_destroy_codec(nint codec);
}
