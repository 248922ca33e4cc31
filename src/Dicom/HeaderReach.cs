using System.Buffers.Binary;
using System.Numerics;

namespace Pirogov.Dicom;

/// <summary>
/// Walks from element to element of a file by tags and lengths alone, to tell how far the header goes. What it tells is a guess that costs
/// little, by which reading and keeping are measured out: the parser has the last word on what it is given.
/// </summary>
internal sealed class HeaderReach
{
    /// <summary>Bytes that tell an element's length, whatever its VR.</summary>
    public const int Head = 12;

    private int depth;
    private bool? isExplicit;

    /// <summary>Where the next element begins: in the end, the pixel data.</summary>
    public long At { get; private set; }

    public bool IsFound { get; private set; }

    /// <summary>What stands there is not what this understands.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Bytes up to the pixel data and with the head of their element.</summary>
    public long Length => At + 8;

    /// <param name="first">The first bytes of a file.</param>
    public static HeaderReach Of(ReadOnlySpan<byte> first)
    {
        var isPart10 = first.Length >= 140 && first.Slice(128, 4).SequenceEqual("DICM"u8);
        var reach = new HeaderReach { At = 132, IsLost = !isPart10 };
        reach.Walk(first, 0);
        return reach;
    }

    /// <summary>Goes on through a piece of the file, as far as whole heads of elements stand in it.</summary>
    public void Walk(ReadOnlySpan<byte> piece, long start)
    {
        while (!IsLost && At - start <= piece.Length - Head)
        {
            var bytes = piece[(int)(At - start)..];
            var head = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            var tag = new DicomTag(BitOperations.RotateLeft((uint)head, 16));
            IsFound = depth == 0 && tag.IsPixelData;
            if (IsFound)
            {
                return;
            }

            if (tag.Group == 0xFFFE)
            {
                // Only items have a length; what ends closes what was opened.
                depth -= tag.Value == DicomTag.ItemValue ? 0 : 1;
                Step(8, tag.Value == DicomTag.ItemValue ? (uint)(head >> 32) : 0);
                continue;
            }

            var vr = (DicomVr)BinaryPrimitives.ReverseEndianness((ushort)(head >> 32));
            if (tag.Group == 0x0002 || (isExplicit ??= vr.Exists()))
            {
                IsLost = !vr.Exists();
                Step(vr.HasLongLength() ? Head : 8, vr.HasLongLength() ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) : (uint)(head >> 48));
                continue;
            }

            Step(8, (uint)(head >> 32));
        }
    }

    private void Step(int head, uint length)
    {
        var isOpen = length == DicomParser.Undefined;
        depth += isOpen ? 1 : 0;
        At += head + (isOpen ? 0 : length);
        IsLost |= depth < 0;
    }
}
