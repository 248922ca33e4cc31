using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pirogov.Dicom.Network;

/// <summary>Passes a data set on while it arrives and keeps its beginning, where its SOP Class and Instance UID stand (0008,0016 and 0008,0018).</summary>
internal sealed class NamedDataSet(Stream target, string transferSyntaxUid) : WriteOnlyStream
{
    private const int MostKept = 16 * 1024;
    private const uint SopClass = 0x00080016, SopInstance = 0x00080018;
    private readonly MemoryStream beginning = new();

    public override long Length => throw new NotSupportedException();

    /// <summary>False too where the data set leaves them blank, or what stands before them cannot be followed.</summary>
    public bool IsOfAnother(string sopClassUid, string sopInstanceUid)
    {
        var found = Uids();
        return (found.Class is { Length: > 0 } sopClass && sopClass != sopClassUid) || (found.Instance is { Length: > 0 } instance && instance != sopInstanceUid);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Keep(buffer.Span);
        await target.WriteAsync(buffer, cancellationToken);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Keep(buffer);
        target.Write(buffer);
    }

    public override void Flush() => target.Flush();

    private void Keep(ReadOnlySpan<byte> bytes) => beginning.Write(bytes[..(int)Math.Min(bytes.Length, MostKept - beginning.Length)]);

    /// <summary>Elements stand in the order of their tags: nothing behind them is looked at.</summary>
    private (string? Class, string? Instance) Uids()
    {
        var syntax = DicomTransferSyntax.Of(transferSyntaxUid);
        var bytes = transferSyntaxUid == DicomUids.DeflatedExplicitVRLittleEndian ? Inflated() : beginning.GetBuffer().AsSpan(0, (int)beginning.Length);
        (string? Class, string? Instance) found = default;
        while (bytes.Length >= 8)
        {
            var tag = ((uint)UInt16(bytes, syntax) << 16) | UInt16(bytes[2..], syntax);
            var isLong = syntax.IsExplicit && DicomVrTraits.TryParse(bytes[4..6], out var vr) && vr.HasLongLength();
            var head = isLong ? 12 : 8;
            if (tag > SopInstance || bytes.Length < head)
                break;
            var length = !syntax.IsExplicit ? UInt32(bytes[4..], syntax) : isLong ? UInt32(bytes[8..], syntax) : UInt16(bytes[6..], syntax);
            if (length > bytes.Length - head)
                break;
            var value = bytes.Slice(head, (int)length);
            if (tag is SopClass or SopInstance)
                found = tag == SopClass ? (Text(value), found.Instance) : (found.Class, Text(value));
            bytes = bytes[(head + (int)length)..];
        }

        return found;
    }

    private Span<byte> Inflated()
    {
        var inflated = new byte[MostKept];
        using var source = new DeflateStream(new MemoryStream(beginning.GetBuffer(), 0, (int)beginning.Length), CompressionMode.Decompress);
        try
        {
            return inflated.AsSpan(0, source.ReadAtLeast(inflated, inflated.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value).Trim(' ', '\0');

    private static ushort UInt16(ReadOnlySpan<byte> bytes, DicomTransferSyntax syntax) =>
        syntax.IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, DicomTransferSyntax syntax) =>
        syntax.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
