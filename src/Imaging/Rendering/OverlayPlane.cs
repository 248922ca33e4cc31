namespace Pirogov.Imaging;

/// <summary>Marks drawn over an image (PS3.3 C.9.2): one bit a pixel, the first pixel in the lowest bit, rows without padding between them.</summary>
/// <param name="Rows">Of the overlay.</param>
/// <param name="Columns">Of the overlay.</param>
/// <param name="OriginRow">Image row on which the overlay's first one lies, from 1.</param>
/// <param name="OriginColumn">Likewise.</param>
public sealed record OverlayPlane(int Rows, int Columns, int OriginRow, int OriginColumn, byte[] Bits)
{
    public bool this[int row, int column] => (Bits[(row * Columns + column) >> 3] >> ((row * Columns + column) & 7) & 1) != 0;

    /// <summary>One frame out of Overlay Data.</summary>
    /// <param name="data">Overlay Data of all frames.</param>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">The data end before this frame.</exception>
    public static OverlayPlane FromData(int rows, int columns, int originRow, int originColumn, ReadOnlySpan<byte> data, int frame)
    {
        var count = (long)rows * columns;
        if (rows < 1 || columns < 1 || (frame + 1) * count > 8L * data.Length)
            throw new ImagingException(ImagingFault.Truncated, $"An overlay of {rows} × {columns} has {data.Length} bytes.");
        return new OverlayPlane(rows, columns, originRow, originColumn, PackedSamples.Align(data, frame * count, count));
    }

    /// <summary>The retired kind (PS3.5 8.1.2) in a bit that the pixel values leave unused.</summary>
    /// <param name="frame">Native, one sample a pixel.</param>
    /// <param name="bit">Overlay Bit Position.</param>
    /// <exception cref="ImagingException">The bit is one of the pixel value, or outside the cell.</exception>
    public static OverlayPlane FromUnusedBits(DecodedFrame frame, int bit)
    {
        var description = frame.Description;
        var lowest = description.HighBit + 1 - description.BitsStored;
        if (description.SamplesPerPixel != 1 || description.BitsAllocated is not (8 or 16) || bit < 0 || bit >= description.BitsAllocated || (bit >= lowest && bit <= description.HighBit))
            throw new ImagingException(ImagingFault.Mismatch, $"Bit {bit} of the pixel cells is no overlay.");
        var (width, bits) = (description.BitsAllocated / 8, new byte[(description.PixelCount + 7) / 8]);
        for (var i = 0; i < description.PixelCount; i++)
            if ((frame.Samples[i * width + bit / 8] >> (bit % 8) & 1) != 0) bits[i >> 3] |= (byte)(1 << (i & 7));
        return new OverlayPlane(description.Rows, description.Columns, 1, 1, bits);
    }
}
