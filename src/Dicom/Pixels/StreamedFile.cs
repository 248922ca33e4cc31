using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>Reads what stands around the pixel data of a stream that can seek, and notes where they are.</summary>
internal static class StreamedFile
{
    public static DicomFile Read(Stream stream, DicomReaderOptions options)
    {
        if (!stream.CanSeek)
        {
            throw new NotSupportedException("Pixel data can be left only in a stream that can seek.");
        }

        var origin = stream.Position;
        var parsed = Parse(stream, options);
        var (file, parser) = (parsed.File, parsed.Parser);
        if (!file.StoppedBeforePixelData)
        {
            return file;
        }

        var pixels = Locate(stream, origin + parser.Position, origin, file, parser.Found, options, out var end);
        file.Dataset.Set(pixels);
        var behind = ReadRest(stream, end, options);
        var rest = new DicomParser(behind, options with { LeavePixelDataInStream = false }, isPrefix: false, end - origin) { Warnings = parser.Warnings };
        rest.ReadOn(file.Dataset, file.TransferSyntax, parser.Found);
        return file.Finished();
    }

    private static DicomFileParser.Parsed Parse(Stream stream, DicomReaderOptions options)
    {
        var (origin, length) = (stream.Position, 16L * 1024);
        while (true)
        {
            stream.Position = origin;
            var isWhole = stream.Length - origin <= length;
            var bytes = new byte[Math.Min(length, stream.Length - origin)];
            stream.ReadExactly(bytes);
            if (isWhole)
            {
                return DicomFileParser.Parse(bytes, options, isPrefix: false);
            }

            if (DicomFileParser.TryParsePrefix(bytes, options) is { } parsed)
            {
                return parsed;
            }

            if (length > options.MaximumBytes || length >= Array.MaxLength)
            {
                throw new DicomFormatException(DicomFault.TooLarge, length);
            }

            length = Math.Min(length * 4, Array.MaxLength);
        }
    }

    private static DicomStreamedPixelData Locate(
        Stream stream, long at, long origin, DicomFile file, DicomParser.Encoding encoding, DicomReaderOptions options, out long end)
    {
        var head = new byte[Math.Min(12, stream.Length - at)];
        stream.Position = at;
        stream.ReadExactly(head);
        var parser = new DicomParser(head, DicomReaderOptions.Default, isPrefix: false, at - origin) { Available = stream.Length - at };
        var header = parser.ReadPixelHeader(file.Dataset, encoding);
        var start = at + parser.Position;
        if (header.Length == DicomParser.Undefined)
        {
            if (!file.TransferSyntax.IsEncapsulated)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, at - origin);
            }

            return new DicomStreamedPixelData(header.Tag, DicomVr.OB, stream, encoding.BigEndian, true, Fragments(stream, start, origin, options.MaximumElements, out end));
        }

        end = start + header.Length;
        return end > stream.Length
            ? throw new DicomFormatException(DicomFault.LengthBeyondEnd, at - origin)
            : new DicomStreamedPixelData(header.Tag, NativeVr(header), stream, encoding.BigEndian, false, [(start, header.Length)]);
    }

    /// <summary>Pixels sent as UN are words, as they are where no VR is written (PS3.5 A.1).</summary>
    private static DicomVr NativeVr(DicomParser.Header header) => header.Vr != DicomVr.UN ? header.Vr
        : DicomDictionary.VrsOf(header.Tag) is (DicomVr.OB, DicomVr.OW) ? DicomVr.OW : DicomDictionary.VrsOf(header.Tag).Vr;

    private static List<(long Offset, long Length)> Fragments(Stream stream, long start, long origin, int most, out long end)
    {
        var parts = new List<(long, long)>();
        var item = new byte[8];
        for (end = start; ;)
        {
            if (stream.Length - end < 8)
            {
                throw new DicomFormatException(DicomFault.Truncated, end - origin);
            }

            stream.Position = end;
            stream.ReadExactly(item);
            // Only explicit little endian syntaxes encapsulate (PS3.5 A.4).
            var tag = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(item) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(item.AsSpan(2));
            var length = BinaryPrimitives.ReadUInt32LittleEndian(item.AsSpan(4));
            if (tag == DicomTag.SequenceDelimitationValue)
            {
                end += 8;
                return parts;
            }

            if (tag != DicomTag.ItemValue)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, end - origin);
            }

            if (stream.Length - end - 8 < length)
            {
                throw new DicomFormatException(DicomFault.LengthBeyondEnd, end - origin);
            }

            if (parts.Count > most)
            {
                throw new DicomFormatException(DicomFault.TooManyElements, end - origin);
            }

            parts.Add((end + 8, length));
            end += 8 + length;
        }
    }

    private static byte[] ReadRest(Stream stream, long start, DicomReaderOptions options)
    {
        var length = stream.Length - start;
        if (length > options.MaximumBytes || length > Array.MaxLength)
        {
            throw new DicomFormatException(DicomFault.TooLarge, start);
        }

        var bytes = new byte[length];
        stream.Position = start;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
