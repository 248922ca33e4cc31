using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>Lossless JPEG-LS (ITU-T T.87) by CharLS 2.</summary>
internal static partial class JpegLsEncoder
{
    private const int InterleaveByLine = 1;

    /// <param name="description">Of <paramref name="cells"/>, which are as <see cref="EncoderCells"/> makes them; Bits Stored is the precision.</param>
    /// <param name="cells">Right-aligned, colour pixel by pixel, nothing above the precision.</param>
    public static unsafe byte[] Encode(PixelDescription description, ReadOnlySpan<byte> cells)
    {
        var encoder = charls_jpegls_encoder_create();
        if (encoder == 0) throw new InvalidOperationException("CharLS gave no encoder.");
        try
        {
            var info = new JpegLsFrameInfo
            {
                Width = (uint)description.Columns,
                Height = (uint)description.Rows,
                // T.87 knows no precision of a single bit.
                BitsPerSample = Math.Max(2, description.BitsStored),
                ComponentCount = description.SamplesPerPixel,
            };
            Check(charls_jpegls_encoder_set_frame_info(encoder, ref info));
            if (description.SamplesPerPixel > 1)
            {
                // By line CharLS takes the samples pixel by pixel, and most decoders read it.
                Check(charls_jpegls_encoder_set_interleave_mode(encoder, InterleaveByLine));
            }

            Check(charls_jpegls_encoder_get_estimated_destination_size(encoder, out var estimated));
            // Noise of 16 bits grows by run-length and escape codes.
            var encoded = new byte[checked((int)estimated + cells.Length / 2 + 1024)];
            fixed (byte* target = encoded)
            fixed (byte* source = cells)
            {
                Check(charls_jpegls_encoder_set_destination_buffer(encoder, target, (nuint)encoded.Length));
                Check(charls_jpegls_encoder_encode_from_buffer(encoder, source, (nuint)cells.Length, 0));
                Check(charls_jpegls_encoder_get_bytes_written(encoder, out var written));
                return encoded[..(int)written];
            }
        }
        finally
        {
            charls_jpegls_encoder_destroy(encoder);
        }
    }

    private static void Check(int code)
    {
        if (code != 0) throw new ImagingException(ImagingFault.Unsupported, $"CharLS does not encode this frame ({code}).");
    }

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial nint charls_jpegls_encoder_create();

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial void charls_jpegls_encoder_destroy(nint encoder);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_encoder_set_frame_info(nint encoder, ref JpegLsFrameInfo info);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_encoder_set_interleave_mode(nint encoder, int mode);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_encoder_get_estimated_destination_size(nint encoder, out nuint size);

    [LibraryImport(NativeCodecs.CharLs)]
    private static unsafe partial int charls_jpegls_encoder_set_destination_buffer(nint encoder, byte* target, nuint length);

    [LibraryImport(NativeCodecs.CharLs)]
    private static unsafe partial int charls_jpegls_encoder_encode_from_buffer(nint encoder, byte* source, nuint length, uint stride);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_encoder_get_bytes_written(nint encoder, out nuint written);
}
