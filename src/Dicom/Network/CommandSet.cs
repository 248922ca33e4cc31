using System.Buffers.Binary;
using System.Text;

namespace Pirogov.Dicom.Network;

/// <summary>Command Field values of PS3.7 Table E.1-1; a response has the highest bit set.</summary>
internal static class CommandField
{
    public const ushort Store = 0x0001;
    public const ushort Find = 0x0020;
    public const ushort Move = 0x0021;
    public const ushort Echo = 0x0030;
    public const ushort Cancel = 0x0FFF;
    public const ushort Response = 0x8000;
}

/// <summary>Elements of group 0000, always implicit little endian (PS3.7 6.3.1).</summary>
internal sealed class CommandSet
{
    public const ushort AffectedSopClassUid = 0x0002;
    public const ushort Field = 0x0100;
    public const ushort MessageId = 0x0110;
    public const ushort RespondedMessageId = 0x0120;
    public const ushort MoveDestination = 0x0600;
    public const ushort Priority = 0x0700;
    public const ushort DataSetType = 0x0800;
    public const ushort Status = 0x0900;
    public const ushort ErrorComment = 0x0902;
    public const ushort AffectedSopInstanceUid = 0x1000;
    public const ushort Remaining = 0x1020;
    public const ushort Completed = 0x1021;
    public const ushort Failed = 0x1022;
    public const ushort Warning = 0x1023;
    public const ushort MoveOriginatorTitle = 0x1030;
    public const ushort MoveOriginatorMessageId = 0x1031;

    private const ushort NoDataSet = 0x0101;
    private const int LongestComment = 64;

    private readonly SortedDictionary<ushort, byte[]> elements = [];

    public bool HasDataSet => UInt16(DataSetType) != NoDataSet;

    public static CommandSet Parse(ReadOnlySpan<byte> bytes)
    {
        var command = new CommandSet();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < 8 || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != 0)
                throw DicomNetworkException.Malformed("A command holds what is no command element.");
            var (element, length) = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            if (length > bytes.Length - 8)
                throw DicomNetworkException.Malformed("A command element is longer than its command.");
            command.elements[element] = bytes.Slice(8, (int)length).ToArray();
            bytes = bytes[(8 + (int)length)..];
        }

        return command;
    }

    public static CommandSet Request(ushort field, ushort messageId, string sopClassUid, bool hasDataSet) => new CommandSet()
        .Set(AffectedSopClassUid, sopClassUid).Set(Field, field).Set(MessageId, messageId).Set(DataSetType, hasDataSet ? (ushort)1 : NoDataSet);

    public static CommandSet ResponseTo(CommandSet request, DimseStatus status, bool hasDataSet = false)
    {
        var response = new CommandSet();
        foreach (var uid in (ushort[])[AffectedSopClassUid, AffectedSopInstanceUid])
        {
            if (request.elements.TryGetValue(uid, out var value))
                response.elements[uid] = value;
        }

        response.Set(Field, (ushort)(request.UInt16(Field) | CommandField.Response)).Set(RespondedMessageId, request.UInt16(MessageId))
            .Set(DataSetType, hasDataSet ? (ushort)1 : NoDataSet).Set(Status, status.Code);
        return status.Comment is { } comment ? response.Set(ErrorComment, comment[..Math.Min(comment.Length, LongestComment)]) : response;
    }

    public ushort UInt16(ushort element) =>
        elements.TryGetValue(element, out var value) && value.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(value) : (ushort)0;

    public string Text(ushort element) => elements.TryGetValue(element, out var value) ? Encoding.Latin1.GetString(value).Trim(' ', '\0') : "";

    public CommandSet Set(ushort element, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(elements[element] = new byte[2], value);
        return this;
    }

    /// <summary>UIDs are padded with a zero byte, other texts with a space (PS3.5 6.2).</summary>
    public CommandSet Set(ushort element, string value)
    {
        var pad = element is AffectedSopClassUid or AffectedSopInstanceUid ? '\0' : ' ';
        elements[element] = Encoding.Latin1.GetBytes(value.Length % 2 == 0 ? value : value + pad);
        return this;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[12 + elements.Values.Sum(v => 8 + v.Length)];
        var position = Put(bytes, 0, 0, [0, 0, 0, 0]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), bytes.Length - 12);
        foreach (var (element, value) in elements)
            position = Put(bytes, position, element, value);
        return bytes;
    }

    private static int Put(byte[] bytes, int position, ushort element, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(position + 2), element);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position + 4), value.Length);
        value.CopyTo(bytes.AsSpan(position + 8));
        return position + 8 + value.Length;
    }
}
