using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>JPEG-LS (ITU-T T.87) by CharLS 2.</summary>
internal static partial class JpegLsCodec
{
    public static unsafe DecodedFrame Decode(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var decoder = charls_jpegls_decoder_create();
        if (decoder == 0) throw new InvalidOperationException("CharLS gave no decoder.");
        try
        {
            fixed (byte* source = frame.Span)
            {
                Check(charls_jpegls_decoder_set_source_buffer(decoder, source, (nuint)frame.Length));
                Check(charls_jpegls_decoder_read_header(decoder));
                Check(charls_jpegls_decoder_get_frame_info(decoder, out var info));
                Check(charls_jpegls_decoder_get_interleave_mode(decoder, out var interleave));
                if (info.Width != description.Columns || info.Height != description.Rows || info.ComponentCount != description.SamplesPerPixel
                    || info.BitsPerSample is < 2 or > 16)
                {
                    throw new ImagingException(ImagingFault.Mismatch, "CharLS reads other dimensions than the frame header gives.");
                }

                var wide = info.BitsPerSample > 8;
                var decoded = new byte[checked(description.SampleCount * (wide ? 2 : 1))];
                Check(charls_jpegls_decoder_get_destination_size(decoder, 0, out var needed));
                if (needed != (nuint)decoded.Length) throw new ImagingException(ImagingFault.Mismatch, "CharLS needs another buffer than the dimensions give.");
                fixed (byte* target = decoded) Check(charls_jpegls_decoder_decode_to_buffer(decoder, target, needed, 0));
                return Arrange(description, decoded, info.BitsPerSample, wide, planar: interleave == 0);
            }
        }
        finally
        {
            charls_jpegls_decoder_destroy(decoder);
        }
    }

    private static DecodedFrame Arrange(PixelDescription description, byte[] decoded, int precision, bool wide, bool planar)
    {
        var layout = SampleWriter.Written(description, precision) with
        {
            PlanarConfiguration = 0,
            // Every pixel has its own chrominance in the stream: the name of the half of it would have it looked for in the wrong place.
            PhotometricInterpretation = description.IsSubsampled ? "YBR_FULL" : description.PhotometricInterpretation,
        };
        var isWhole = precision == description.BitsAllocated || !description.IsSigned;
        if (isWhole && !(planar && description.SamplesPerPixel > 1) && description.BitsAllocated == (wide ? 16 : 8)) return new DecodedFrame(decoded, layout);

        var samples = SampleWriter.Allocate(description);
        var writer = new SampleWriter(samples, description, precision);
        int count = description.SampleCount, perPixel = description.SamplesPerPixel, pixels = description.PixelCount;
        for (var i = 0; i < count; i++)
        {
            var to = planar ? i % pixels * perPixel + i / pixels : i;
            writer.Put(to, wide ? BinaryPrimitives.ReadUInt16LittleEndian(decoded.AsSpan(2 * i)) : decoded[i]);
        }

        return new DecodedFrame(samples, layout);
    }

    // SOF55 is FFF7; its body is that of other JPEG frames.
    public static void CheckHeader(PixelDescription description, ReadOnlySpan<byte> stream)
    {
        foreach (var (marker, _, body, end) in JpegHeader.Segments(stream))
        {
            if (marker != 0xF7) continue;
            if (end - body < 6) break;
            var frame = stream[body..];
            int precision = frame[0], rows = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), columns = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
            if (rows != description.Rows || columns != description.Columns || frame[5] != description.SamplesPerPixel || precision > description.BitsAllocated)
            {
                throw new ImagingException(
                    ImagingFault.Mismatch, $"The JPEG-LS stream is {columns} × {rows} × {frame[5]} of {precision} bits; the data set says otherwise.");
            }

            return;
        }

        throw new ImagingException(ImagingFault.Malformed, "The JPEG-LS stream has no frame header.");
    }

    private static void Check(int code)
    {
        if (code != 0) throw new ImagingException(ImagingFault.Malformed, $"The JPEG-LS stream is damaged (CharLS {code}).");
    }

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial nint charls_jpegls_decoder_create();

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial void charls_jpegls_decoder_destroy(nint decoder);

    [LibraryImport(NativeCodecs.CharLs)]
    private static unsafe partial int charls_jpegls_decoder_set_source_buffer(nint decoder, byte* source, nuint length);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_decoder_read_header(nint decoder);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_decoder_get_frame_info(nint decoder, out JpegLsFrameInfo info);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_decoder_get_interleave_mode(nint decoder, out int mode);

    [LibraryImport(NativeCodecs.CharLs)]
    private static partial int charls_jpegls_decoder_get_destination_size(nint decoder, uint stride, out nuint length);

    [LibraryImport(NativeCodecs.CharLs)]
    private static unsafe partial int charls_jpegls_decoder_decode_to_buffer(nint decoder, byte* target, nuint length, uint stride);
}

/// <summary>charls_frame_info of CharLS 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JpegLsFrameInfo
{
    public uint Width;
    public uint Height;
    public int BitsPerSample;
    public int ComponentCount;
}
