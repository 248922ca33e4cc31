using System.IO.Compression;

namespace Pirogov.Dicom;

/// <summary>From the first byte of a file to its data set: preamble, meta header, and the deflated form of a data set.</summary>
internal static class DicomFileParser
{
    private const int FirstInflated = 32 * 1024;

    /// <summary>A file, with the parser as it stood at the end or before the pixel data.</summary>
    internal readonly record struct Parsed(DicomFile File, DicomParser Parser);

    /// <summary>Null when the header goes on beyond the prefix.</summary>
    public static Parsed? TryParsePrefix(ReadOnlyMemory<byte> prefix, DicomReaderOptions options)
    {
        try
        {
            var parsed = Parse(prefix, options, isPrefix: true);
            return parsed.File.StoppedBeforePixelData ? parsed : null;
        }
        catch (DicomFormatException e) when (e.Fault is DicomFault.Truncated or DicomFault.LengthBeyondEnd or DicomFault.InvalidDeflate
            || (e.Fault == DicomFault.NotDicom && prefix.Length < 256))
        {
            return null;
        }
    }

    public static Parsed Parse(ReadOnlyMemory<byte> bytes, DicomReaderOptions options, bool isPrefix)
    {
        var hasPreamble = bytes.Length >= 132 && bytes.Span.Slice(128, 4).SequenceEqual("DICM"u8);
        // Some writers forget the 128 bytes but not the four letters.
        var start = hasPreamble ? 132 : bytes.Span.StartsWith("DICM"u8) ? 4 : 0;
        var parser = new DicomParser(bytes, options, isPrefix) { Position = start };
        if (start == 0 && !parser.LooksLikeDataset())
        {
            throw new DicomFormatException(DicomFault.NotDicom, 0);
        }

        var meta = parser.ReadMeta();
        var syntax = meta.GetString(DicomTags.TransferSyntaxUid) is { } uid ? DicomTransferSyntax.Of(uid) : parser.GuessSyntax();
        var (dataset, last) = ReadTop(bytes, parser, syntax, options, isPrefix);
        var file = new DicomFile(meta, dataset, syntax)
        {
            HasPreamble = hasPreamble,
            Preamble = hasPreamble ? bytes[..128] : DicomFile.BlankPreamble,
            StoppedBeforePixelData = last.StoppedBeforePixelData,
            Warnings = last.Warnings,
        };
        return new Parsed(file, last);
    }

    public static DicomFile ParseDataset(ReadOnlyMemory<byte> bytes, DicomTransferSyntax syntax, DicomReaderOptions options)
    {
        var (dataset, parser) = ReadTop(bytes, new DicomParser(bytes, options, isPrefix: false), syntax, options, isPrefix: false);
        return new DicomFile(new DicomDataset(), dataset, syntax)
        {
            HasPreamble = false,
            StoppedBeforePixelData = parser.StoppedBeforePixelData,
            Warnings = parser.Warnings,
        };
    }

    private static (DicomDataset Dataset, DicomParser Parser) ReadTop(
        ReadOnlyMemory<byte> bytes, DicomParser parser, DicomTransferSyntax syntax, DicomReaderOptions options, bool isPrefix)
    {
        if (!syntax.IsDeflated)
        {
            return (parser.ReadTop(syntax), parser);
        }

        // What is inflated is no stream that pixels could stay in.
        options = options with { LeavePixelDataInStream = false };
        using var inflater = new Inflater(bytes[parser.Position..], parser.Position, options.MaximumInflatedBytes);
        if (inflater.HasZlibHeader)
        {
            parser.Warnings.Add(new DicomWarning("zlib-header", parser.Position, default));
        }

        // A header is inflated no further than it reaches.
        for (var wanted = FirstInflated; options.StopBeforePixelData && !inflater.IsComplete; wanted = wanted > 1 << 28 ? int.MaxValue : wanted * 8)
        {
            inflater.Inflate(wanted);
            var header = new DicomParser(inflater.Bytes, options, isPrefix: true) { Warnings = [.. parser.Warnings] };
            try
            {
                var dataset = header.ReadTop(syntax);
                if (header.StoppedBeforePixelData)
                {
                    return (dataset, header);
                }
            }
            catch (DicomFormatException e) when (e.Fault is DicomFault.Truncated or DicomFault.LengthBeyondEnd)
            {
                // The header goes on: more of it is inflated.
            }
        }

        inflater.Inflate(int.MaxValue);
        if (inflater.IsCutShort)
        {
            // What came out may end between two elements, and would pass for a smaller data set.
            throw new DicomFormatException(DicomFault.Truncated, inflater.Bytes.Length);
        }

        var inflated = new DicomParser(inflater.Bytes, options, isPrefix) { Warnings = parser.Warnings };
        return (inflated.ReadTop(syntax), inflated);
    }

    /// <summary>Inflates step by step up to a bound. Some writers put the zlib header before the stream that PS3.5 A.5 wants bare.</summary>
    private sealed class Inflater : IDisposable
    {
        private readonly Stream stream;
        private readonly Deflated source;
        private readonly long offset;
        private readonly long bound;
        private readonly DicomOutput output = new(capacity: FirstInflated);

        public Inflater(ReadOnlyMemory<byte> deflated, long offset, long bound)
        {
            (this.offset, this.bound) = (offset, bound);
            // A stored block that begins with 78 would carry its length twice, inverted: no zlib header looks like that.
            HasZlibHeader = deflated.Length >= 2
                && ((deflated.Span[0] << 8) | deflated.Span[1]) % 31 == 0 && deflated.Span[0] == 0x78;
            source = new Deflated(deflated);
            stream = HasZlibHeader ? new ZLibStream(source, CompressionMode.Decompress) : new DeflateStream(source, CompressionMode.Decompress);
        }

        public bool HasZlibHeader { get; }

        public bool IsComplete { get; private set; }

        /// <summary>The bytes came to an end before the stream of RFC 1951 in them did.</summary>
        public bool IsCutShort => source.IsAskedForMore;

        public ReadOnlyMemory<byte> Bytes => output.Gathered;

        public void Inflate(int wanted)
        {
            var chunk = new byte[16 * 1024];
            while (!IsComplete && output.Used < wanted)
            {
                int read;
                try
                {
                    read = stream.Read(chunk);
                }
                catch (InvalidDataException)
                {
                    throw new DicomFormatException(DicomFault.InvalidDeflate, offset);
                }

                if (output.Used + (long)read > bound)
                {
                    throw new DicomFormatException(DicomFault.InflatedTooLarge, offset);
                }

                output.Write(chunk.AsSpan(0, read));
                IsComplete = read == 0;
            }
        }

        public void Dispose() => stream.Dispose();
    }

    /// <summary>Notes that more was wanted than there is: after the last block nothing is.</summary>
    private sealed class Deflated(ReadOnlyMemory<byte> bytes) : ReadOnlyStream
    {
        public bool IsAskedForMore { get; private set; }

        public override long Length => bytes.Length;

        public override int Read(Span<byte> buffer)
        {
            var some = bytes.Span[(int)Position..];
            some = some[..Math.Min(some.Length, buffer.Length)];
            IsAskedForMore |= some.IsEmpty;
            some.CopyTo(buffer);
            Position += some.Length;
            return some.Length;
        }
    }
}
