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
    private const int HeadOfStream = 1 << 16;

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

    /// <summary>
    /// Whether an answer can be one to this call. A decoder gives as many samples as were described; an encoder may make noise longer than it
    /// was, none of ours twice as long, and adds a head.
    /// </summary>
    public bool TakesAnswer(PixelDescription answered, int length)
    {
        var samples = ((long)Description.SampleCount * Description.BitsAllocated + 7) / 8;
        return answered.Rows == Description.Rows && answered.Columns == Description.Columns && answered.BitsAllocated == Description.BitsAllocated
            && answered.SamplesPerPixel == Description.SamplesPerPixel
            && (Operation < CodecOperation.EncodeJpeg ? length == samples : length > 0 && length <= 2 * samples + HeadOfStream);
    }

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

    private const int LongestMessage = 1 << 16;
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

    /// <summary>Reads what a worker says. Its codecs have read foreign bytes: it is believed no length but that of the frame in question.</summary>
    /// <exception cref="ImagingException">The codec refused, its worker broke, or its answer is no answer to this call.</exception>
    /// <exception cref="IOException">The worker ended.</exception>
    public static CodecAnswer ReadAnswer(Stream output, CodecCall call)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        output.ReadExactly(head);
        var (verdict, fault, description, length) = ReadHead(head);
        if (verdict == Done ? !call.TakesAnswer(description, length) : length is < 0 or > LongestMessage)
            throw new ImagingException(ImagingFault.CodecFailed, $"The codec's process answered with {length} bytes, which this frame cannot be.");
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        output.ReadExactly(bytes);
        return verdict switch
        {
            Done => new CodecAnswer(bytes, description),
            Refused when Enum.IsDefined((ImagingFault)fault) => throw new ImagingException((ImagingFault)fault, Encoding.UTF8.GetString(bytes)),
            _ => throw new ImagingException(ImagingFault.CodecFailed, "The codec's process broke: " + Encoding.UTF8.GetString(bytes)),
        };
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
