using System.IO.Compression;

namespace Pirogov.Dicom;

/// <summary>Bounds and choices of <see cref="DicomReader"/>.</summary>
public sealed record DicomReaderOptions
{
    public static DicomReaderOptions Default { get; } = new();

    /// <summary>Reads no further than needed to have everything before Pixel Data: the header of a large file costs little.</summary>
    public bool StopBeforePixelData { get; init; }

    /// <summary>Deepest nesting of sequences.</summary>
    public int MaximumDepth { get; init; } = 64;

    /// <summary>Most bytes taken from a stream.</summary>
    public long MaximumBytes { get; init; } = 2_000_000_000;

    /// <summary>Most bytes that a deflated data set may become.</summary>
    public long MaximumInflatedBytes { get; init; } = 1_000_000_000;
}

/// <summary>
/// Reads Part 10 files and bare data sets in implicit, explicit, big endian and deflated syntaxes. Lenient where the
/// meaning is clear (warnings say what was wrong); otherwise <see cref="DicomFormatException"/>, and nothing else but
/// what the stream itself throws. Values are slices of the bytes read: a declared length allocates nothing.
/// </summary>
public static class DicomReader
{
    private const int FirstChunk = 16 * 1024;

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile Read(ReadOnlyMemory<byte> bytes, DicomReaderOptions? options = null) =>
        Parse(bytes, options ?? DicomReaderOptions.Default, isPrefix: false);

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile ReadFile(string path, DicomReaderOptions? options = null)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        return Read(stream, options);
    }

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile Read(Stream stream, DicomReaderOptions? options = null)
    {
        options ??= DicomReaderOptions.Default;
        var expected = stream.CanSeek ? Math.Clamp(stream.Length - stream.Position + 1, 256, options.MaximumBytes + 1) : FirstChunk;
        var buffer = new byte[(int)Math.Min(options.StopBeforePixelData ? FirstChunk : expected, Array.MaxLength)];
        var length = 0;
        while (true)
        {
            var read = stream.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            length += read;
            if (length < buffer.Length)
            {
                return Parse(buffer.AsMemory(0, length), options, isPrefix: false);
            }

            if (options.StopBeforePixelData && TryParsePrefix(buffer.AsMemory(0, length), options) is { } file)
            {
                return file;
            }

            if (length > options.MaximumBytes || length == Array.MaxLength)
            {
                throw new DicomFormatException(DicomFault.TooLarge, length);
            }

            Array.Resize(ref buffer, (int)Math.Min((long)length * 4, Array.MaxLength));
        }
    }

    /// <summary>Null when the header goes on beyond the prefix.</summary>
    private static DicomFile? TryParsePrefix(ReadOnlyMemory<byte> prefix, DicomReaderOptions options)
    {
        try
        {
            var file = Parse(prefix, options, isPrefix: true);
            return file.StoppedBeforePixelData ? file : null;
        }
        catch (DicomFormatException e) when (e.Fault is DicomFault.Truncated or DicomFault.LengthBeyondEnd or DicomFault.InvalidDeflate)
        {
            return null;
        }
    }

    private static DicomFile Parse(ReadOnlyMemory<byte> bytes, DicomReaderOptions options, bool isPrefix)
    {
        var hasPreamble = bytes.Length >= 132 && bytes.Span.Slice(128, 4).SequenceEqual("DICM"u8);
        var parser = new DicomParser(bytes, options, isPrefix) { Position = hasPreamble ? 132 : 0 };
        if (!hasPreamble && !parser.LooksLikeDataset())
        {
            throw new DicomFormatException(DicomFault.NotDicom, 0);
        }

        var meta = parser.ReadMeta();
        var syntax = meta.GetString(DicomTags.TransferSyntaxUid) is { } uid
            ? DicomTransferSyntax.Of(uid) : parser.GuessSyntax();
        if (syntax.IsDeflated)
        {
            var inflated = Inflate(bytes[parser.Position..], parser.Position, options);
            parser = new DicomParser(inflated, options, isPrefix) { Warnings = parser.Warnings };
        }

        var dataset = parser.ReadTop(syntax);
        return new DicomFile(meta, dataset, syntax)
        {
            HasPreamble = hasPreamble,
            Preamble = hasPreamble ? bytes[..128] : new byte[128],
            StoppedBeforePixelData = parser.StoppedBeforePixelData,
            Warnings = parser.Warnings,
        };
    }

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> deflated, int offset, DicomReaderOptions options)
    {
        try
        {
            using var source = new MemoryStream(deflated.ToArray(), writable: false);
            using var inflater = new DeflateStream(source, CompressionMode.Decompress);
            using var target = new MemoryStream();
            var chunk = new byte[81920];
            for (int read; (read = inflater.Read(chunk)) > 0;)
            {
                if (target.Length + read > options.MaximumInflatedBytes)
                {
                    throw new DicomFormatException(DicomFault.InflatedTooLarge, offset);
                }

                target.Write(chunk, 0, read);
            }

            return target.GetBuffer().AsMemory(0, (int)target.Length);
        }
        catch (InvalidDataException)
        {
            throw new DicomFormatException(DicomFault.InvalidDeflate, offset);
        }
    }
}
