using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Pirogov.Dicom.Network;

/// <summary>Items of a negotiation PDU as they are read: every length is checked against what is left.</summary>
internal ref struct PduFields(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool IsEmpty => rest.IsEmpty;

    public readonly int Length => rest.Length;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw DicomNetworkException.Malformed("An item is longer than what holds it.");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>An application entity title: sixteen bytes, spaces at either end mean nothing.</summary>
    public string Title() => Text(Take(16));

    /// <returns>The item's type.</returns>
    public byte Item(out PduFields body)
    {
        var type = Byte();
        Take(1);
        body = new PduFields(Take(UInt16()));
        return type;
    }

    public string Text()
    {
        var text = Text(rest);
        rest = default;
        return text;
    }

    /// <summary>Digits and dots; whatever else stands there would end up in files and answers.</summary>
    public string Uid()
    {
        var uid = Text();
        return LooksLikeUid(uid) ? uid : throw DicomNetworkException.Malformed("A UID is none.");
    }

    public static bool LooksLikeUid(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiDigit(c) || c == '.');

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).Trim(' ', '\0');
}

/// <summary>Writes PDUs and their items; lengths are set when an item is complete.</summary>
internal sealed class PduWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(1024);

    public PduWriter Byte(int value)
    {
        buffer.GetSpan(1)[0] = (byte)value;
        buffer.Advance(1);
        return this;
    }

    public PduWriter UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(buffer.GetSpan(2), (ushort)value);
        buffer.Advance(2);
        return this;
    }

    public PduWriter UInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
        return this;
    }

    public PduWriter Title(string title) => Text(title.Length > 16 ? title[..16] : title.PadRight(16));

    public PduWriter Text(string text)
    {
        buffer.Write(Encoding.Latin1.GetBytes(text));
        return this;
    }

    public PduWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        buffer.Write(bytes);
        return this;
    }

    public PduWriter Zeros(int count)
    {
        buffer.GetSpan(count)[..count].Clear();
        buffer.Advance(count);
        return this;
    }

    public PduWriter Item(byte type, Action<PduWriter> body)
    {
        var inner = new PduWriter();
        body(inner);
        Byte(type).Byte(0).UInt16(inner.buffer.WrittenCount);
        buffer.Write(inner.buffer.WrittenSpan);
        return this;
    }

    public byte[] ToPdu(PduType type)
    {
        var pdu = new byte[PduStream.HeaderLength + buffer.WrittenCount];
        pdu[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(pdu.AsSpan(2), buffer.WrittenCount);
        buffer.WrittenSpan.CopyTo(pdu.AsSpan(PduStream.HeaderLength));
        return pdu;
    }
}
