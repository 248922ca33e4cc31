using JpegLibrary;

namespace Pirogov.Imaging;

/// <summary>DCT JPEG of 12 bits (processes 2&amp;4, and the retired progressive ones): JpegLibrary, whose samples have to be clamped.</summary>
internal static class JpegExtendedCodec
{
    public static DecodedFrame Decode(PixelDescription description, ReadOnlyMemory<byte> stream)
    {
        var decoder = new JpegDecoder();
        var samples = SampleWriter.Allocate(description);
        try
        {
            decoder.SetInput(stream);
            decoder.Identify();
            if (decoder.NumberOfComponents != 1)
                throw new ImagingException(ImagingFault.Unsupported, "DCT JPEG of more than 8 bits is decoded for gray images only.");
            decoder.SetOutputWriter(new Writer(samples, description, decoder.Precision));
            decoder.Decode();
        }
        catch (Exception damaged) when (damaged is not (ImagingException or OutOfMemoryException))
        {
            // The library answers damage with whatever exception its code runs into.
            throw new ImagingException(ImagingFault.Malformed, "The JPEG stream is damaged.", damaged);
        }

        return new DecodedFrame(samples, SampleWriter.Written(description, decoder.Precision));
    }

    private sealed class Writer(byte[] samples, PixelDescription description, int precision) : JpegBlockOutputWriter
    {
        public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            var writer = new SampleWriter(samples, description, precision);
            var block = System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref blockRef, 64);
            var most = (1 << precision) - 1;
            int rows = Math.Min(8, description.Rows - y), columns = Math.Min(8, description.Columns - x);
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                    writer.Put((y + row) * description.Columns + x + column, Math.Clamp((int)block[8 * row + column], 0, most));
        }
    }
}
