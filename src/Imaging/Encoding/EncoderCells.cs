using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>
/// What an encoder of Bits Stored bits takes: pixel by pixel, values in the low bits, zeros above them. Where a frame holds
/// something in its unused bits, these are taken for bits of the value: nothing is lost.
/// </summary>
internal static class EncoderCells
{
    public static DecodedFrame Of(DecodedFrame frame)
    {
        var interleaved = frame.Interleaved();
        var description = interleaved.Description;
        if (description.BitsAllocated is not (8 or 16))
            throw new ImagingException(ImagingFault.Unsupported, $"Bits Allocated {description.BitsAllocated} is not encoded.");

        var right = description.HighBit + 1 - description.BitsStored;
        var used = ((1 << description.BitsStored) - 1) << right;
        if (HoldsMore(interleaved, used))
            return interleaved with { Description = description with { BitsStored = description.BitsAllocated, HighBit = description.BitsAllocated - 1 } };

        var cells = new byte[interleaved.Samples.Length];
        if (description.BitsAllocated == 8)
            for (var i = 0; i < cells.Length; i++) cells[i] = (byte)((interleaved.Samples[i] & used) >> right);
        else
            for (var i = 0; i < cells.Length; i += 2)
                BinaryPrimitives.WriteUInt16LittleEndian(cells.AsSpan(i), (ushort)((Word(interleaved.Samples, i) & used) >> right));
        return new DecodedFrame(cells, description with { HighBit = description.BitsStored - 1 });
    }

    // Above a signed value its sign may be repeated or not: the value is the same.
    private static bool HoldsMore(DecodedFrame frame, int used)
    {
        var description = frame.Description;
        var whole = (1 << description.BitsAllocated) - 1;
        var sign = 1 << description.HighBit;
        var above = whole & ~((sign << 1) - 1);
        if (used == whole) return false;
        var step = description.BitsAllocated / 8;
        for (var i = 0; i < frame.Samples.Length; i += step)
        {
            var cell = step == 1 ? frame.Samples[i] : Word(frame.Samples, i);
            var unused = cell & ~used;
            if (unused != 0 && !(description.IsSigned && unused == above && (cell & sign) != 0)) return true;
        }

        return false;
    }

    private static int Word(byte[] samples, int at) => BinaryPrimitives.ReadUInt16LittleEndian(samples.AsSpan(at));
}
