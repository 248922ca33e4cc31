using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>
/// Writes decoded samples in the width of Bits Allocated. A codestream of fewer bits than are allocated is sign-extended when Pixel
/// Representation says signed, whatever the codestream says of its sign: DICOM's word counts (PS3.5 8.2.4).
/// </summary>
internal readonly ref struct SampleWriter
{
    private readonly Span<byte> target;
    private readonly int width;
    private readonly int shift;
    private readonly bool signed;

    public SampleWriter(Span<byte> target, PixelDescription description, int precision)
    {
        if (description.BitsAllocated is not (1 or 8 or 16) || precision > description.BitsAllocated)
            throw new ImagingException(ImagingFault.Mismatch, $"{precision} bits a sample do not fit Bits Allocated {description.BitsAllocated}.");
        this.target = target;
        width = description.BitsAllocated / 8;
        shift = 32 - precision;
        signed = description.IsSigned;
    }

    public static byte[] Allocate(PixelDescription description) =>
        new byte[((long)description.SampleCount * description.BitsAllocated + 7) / 8];

    /// <summary>What holds for samples of a codestream: values of no more than Bits Stored stand in the low bits, wherever High Bit had them.</summary>
    public static PixelDescription Written(PixelDescription description, int precision) =>
        precision <= description.BitsStored && description.HighBit != description.BitsStored - 1
            ? description with { HighBit = description.BitsStored - 1 } : description;

    public void Put(int index, int value)
    {
        value = signed ? value << shift >> shift : (int)((uint)value << shift >> shift);
        if (width == 1) target[index] = (byte)value;
        else if (width == 0) target[index >> 3] |= (byte)((value & 1) << (index & 7));
        else BinaryPrimitives.WriteInt16LittleEndian(target[(2 * index)..], (short)value);
    }
}
