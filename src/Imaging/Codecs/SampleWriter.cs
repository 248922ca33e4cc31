using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>
/// Writes decoded samples in the width of Bits Allocated. A codestream of fewer bits than are allocated is sign-extended when Pixel
/// Representation says signed, whatever the codestream says of its sign: DICOM's word counts (PS3.5 8.2.4).
/// </summary>
internal readonly ref struct SampleWriter
{
    private readonly Span<byte> _target;
    private readonly int _width;
    private readonly int _shift;
    private readonly bool _signed;

    public SampleWriter(Span<byte> target, PixelDescription description, int precision)
    {
        if (description.BitsAllocated is not (1 or 8 or 16) || precision > description.BitsAllocated)
            throw new ImagingException(ImagingFault.Mismatch, $"{precision} bits a sample do not fit Bits Allocated {description.BitsAllocated}.");
        _target = target;
        _width = description.BitsAllocated / 8;
        _shift = 32 - precision;
        _signed = description.IsSigned;
    }

    public static byte[] Allocate(PixelDescription description) =>
        new byte[((long)description.SampleCount * description.BitsAllocated + 7) / 8];

    public void Put(int index, int value)
    {
        value = _signed ? value << _shift >> _shift : (int)((uint)value << _shift >> _shift);
        if (_width == 1) _target[index] = (byte)value;
        else if (_width == 0) _target[index >> 3] |= (byte)((value & 1) << (index & 7));
        else BinaryPrimitives.WriteInt16LittleEndian(_target[(2 * index)..], (short)value);
    }
}
