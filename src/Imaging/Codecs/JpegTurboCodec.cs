using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>8-bit DCT JPEG by libjpeg-turbo.</summary>
internal static partial class JpegTurboCodec
{
    private const int PixelFormatRgb = 0;
    private const int PixelFormatGray = 6;
    private const int AccurateDct = 4096;
    private const int LimitScans = 32768;

    public static DecodedFrame Decode(PixelDescription description, ReadOnlySpan<byte> stream, JpegHeader header)
    {
        var color = header.Components.Length switch
        {
            1 => false,
            3 => true,
            var count => throw new ImagingException(ImagingFault.Unsupported, $"JPEG of {count} components is not decoded."),
        };
        var source = color ? WithColorSpace(stream, IsYbr(description, header)) : stream;
        var bytes = new byte[checked(description.PixelCount * (color ? 3 : 1))];
        Decompress(source, bytes, description.Columns, description.Rows, color ? PixelFormatRgb : PixelFormatGray);

        var layout = description with
        {
            PlanarConfiguration = 0,
            PhotometricInterpretation = color ? "RGB" : description.PhotometricInterpretation,
        };
        if (description.BitsAllocated == 8) return new DecodedFrame(bytes, layout);

        var samples = new byte[bytes.Length * 2];
        var writer = new SampleWriter(samples, description, 8);
        for (var i = 0; i < bytes.Length; i++) writer.Put(i, bytes[i]);
        return new DecodedFrame(samples, layout);
    }

    /// <param name="samples">rows × columns of gray, or of RGB triples.</param>
    /// <param name="columns">Pixels a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="color">RGB; gray otherwise.</param>
    /// <param name="quality">1 to 100.</param>
    public static byte[] Encode(ReadOnlySpan<byte> samples, int columns, int rows, bool color, int quality)
    {
        if (columns < 1 || rows < 1 || samples.Length != checked(columns * rows * (color ? 3 : 1)))
            throw new ArgumentException($"{samples.Length} samples given for {columns} × {rows}.", nameof(samples));

        var handle = tjInitCompress();
        nint encoded = 0;
        try
        {
            // Subsampling 0 = 4:4:4, 3 = gray.
            if (handle == 0 || tjCompress2(handle, ref MemoryMarshal.GetReference(samples), columns, 0, rows, color ? PixelFormatRgb : PixelFormatGray,
                    ref encoded, out var length, color ? 0 : 3, quality, AccurateDct) != 0)
            {
                throw new InvalidOperationException(Error(handle));
            }

            var bytes = new byte[(int)length.Value];
            Marshal.Copy(encoded, bytes, 0, bytes.Length);
            return bytes;
        }
        finally
        {
            if (encoded != 0) tjFree(encoded);
            if (handle != 0) _ = tjDestroy(handle);
        }
    }

    // An Adobe marker says what the encoder did; without one the data set decides. JFIF would make libjpeg assume YCbCr.
    private static bool IsYbr(PixelDescription description, JpegHeader header) =>
        header.AdobeTransform is { } transform ? transform == 1 : description.PhotometricInterpretation.StartsWith("YBR", StringComparison.Ordinal);

    private static byte[] WithColorSpace(ReadOnlySpan<byte> stream, bool ybr)
    {
        using var target = new MemoryStream(stream.Length + 16);
        target.Write([0xFF, 0xD8, 0xFF, 0xEE, 0, 14]);
        target.Write("Adobe"u8);
        target.Write([0, 100, 0, 0, 0, 0, (byte)(ybr ? 1 : 0)]);
        var rest = 2;
        foreach (var (marker, start, _, end) in JpegHeader.Segments(stream))
        {
            if (marker is not (0xE0 or 0xEE)) target.Write(stream[start..end]);
            rest = end;
        }

        target.Write(stream[rest..]);
        return target.ToArray();
    }

    private static void Decompress(ReadOnlySpan<byte> stream, Span<byte> target, int columns, int rows, int format)
    {
        var handle = tjInitDecompress();
        try
        {
            if (handle == 0) throw new InvalidOperationException(Error(0));
            if (tjDecompress2(handle, ref MemoryMarshal.GetReference(stream), new CULong((nuint)stream.Length), ref MemoryMarshal.GetReference(target),
                    columns, 0, rows, format, AccurateDct | LimitScans) == 0)
            {
                return;
            }

            // Warnings leave a picture (stray bytes before a marker, say), except that missing data become gray: never silently.
            var error = Error(handle);
            if (tjGetErrorCode(handle) != 0 || error.Contains("remature", StringComparison.Ordinal) || error.Contains("bad Huffman", StringComparison.Ordinal))
                throw new ImagingException(error.Contains("remature", StringComparison.Ordinal) ? ImagingFault.Truncated : ImagingFault.Malformed, $"The JPEG stream is damaged: {error}.");
        }
        finally
        {
            if (handle != 0) _ = tjDestroy(handle);
        }
    }

    private static string Error(nint handle) => Marshal.PtrToStringUTF8(tjGetErrorStr2(handle)) ?? "unknown";

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial nint tjInitDecompress();

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial nint tjInitCompress();

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial int tjDestroy(nint handle);

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial void tjFree(nint buffer);

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial nint tjGetErrorStr2(nint handle);

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial int tjGetErrorCode(nint handle);

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial int tjDecompress2(
        nint handle, ref byte source, CULong sourceLength, ref byte target, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(NativeCodecs.TurboJpeg)]
    private static partial int tjCompress2(
        nint handle, ref byte source, int width, int pitch, int height, int pixelFormat, ref nint target, out CULong targetLength, int subsampling, int quality, int flags);
}
