using System.Buffers.Binary;
using System.Text;

namespace Pirogov.Imaging;

internal enum CodecOperation : byte
{
    DecodeJpeg,
    DecodeJpegExtended,
    DecodeJpegLs,
    DecodeJpeg2000,
    EncodeJpeg,
    EncodeJpegLs,
    EncodeJpeg2000,
}

/// <summary>One frame for a codec: bytes of the stream to decode, or samples to encode.</summary>
/// <param name="Quality">Of lossy encoding, 1 to 100.</param>
internal sealed record CodecCall(CodecOperation Operation, PixelDescription Description, ReadOnlyMemory<byte> Bytes, int Quality = 0)
{
    /// <summary>Runs the codec in this process.</summary>
    public CodecAnswer Run() => Operation switch
    {
        CodecOperation.DecodeJpeg => Decoded(JpegTurboCodec.Decode(Description, Bytes.Span, JpegHeader.Parse(Bytes.Span))),
        CodecOperation.DecodeJpegExtended => Decoded(JpegExtendedCodec.Decode(Description, Bytes)),
        CodecOperation.DecodeJpegLs => Decoded(JpegLsCodec.Decode(Description, Bytes)),
        CodecOperation.DecodeJpeg2000 => Decoded(Jpeg2000Codec.Decode(Description, Bytes)),
        CodecOperation.EncodeJpeg => new(JpegTurboCodec.Encode(Bytes.Span, Description.Columns, Description.Rows, Description.SamplesPerPixel == 3, Quality), Description),
        CodecOperation.EncodeJpegLs => new(JpegLsEncoder.Encode(Description, Bytes.Span), Description),
        CodecOperation.EncodeJpeg2000 => new(
            Jpeg2000Encoder.Encode(Description, Bytes.Span),
            Jpeg2000Encoder.UsesTransform(Description) ? Description with { PhotometricInterpretation = "YBR_RCT" } : Description),
        var unknown => throw new InvalidOperationException($"No codec runs {unknown}."),
    };

    private static CodecAnswer Decoded(DecodedFrame frame) => new(frame.Samples, frame.Description);
}

internal sealed record CodecAnswer(byte[] Bytes, PixelDescription Description);

/// <summary>
/// What goes through the pipes between the pool and its workers: a head of fixed length (verdict or operation, quality or
/// fault, the description, the length of the rest), then the bytes. Both ends are the same assembly: no version, no names.
/// </summary>
internal static class CodecWire
{
    public const int HeadLength = 64;

    /// <summary>First byte of an answer; a question has its operation there.</summary>
    public const byte Done = 0;
    public const byte Refused = 1;
    public const byte Broken = 2;

    private const int TextAt = 44;
    private const int TextLength = 20;

    public static void WriteHead(Span<byte> head, byte verb, int number, PixelDescription? description, int length)
    {
        head.Clear();
        head[0] = verb;
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], number);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], length);
        if (description is null) return;
        ReadOnlySpan<int> numbers =
        [
            description.Rows, description.Columns, description.BitsAllocated, description.BitsStored, description.HighBit,
            description.PixelRepresentation, description.SamplesPerPixel, description.PlanarConfiguration,
        ];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(head[(12 + 4 * i)..], numbers[i]);
        var text = description.PhotometricInterpretation;
        Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, TextLength)), head[TextAt..]);
    }

    public static (byte Verb, int Number, PixelDescription Description, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        var text = head.Slice(TextAt, TextLength);
        var end = text.IndexOf((byte)0);
        return (head[0], Number(head, 4), new PixelDescription(
            Number(head, 12), Number(head, 16), Number(head, 20), Number(head, 24), Number(head, 28), Number(head, 32), Number(head, 36), Number(head, 40),
            Encoding.ASCII.GetString(end < 0 ? text : text[..end])), Number(head, 8));

        static int Number(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadInt32LittleEndian(head[at..]);
    }
}
