namespace Pirogov.Dicom;

/// <summary>Bounds and choices of <see cref="DicomReader"/>.</summary>
public sealed record DicomReaderOptions
{
    public static DicomReaderOptions Default { get; } = new();

    /// <summary>Reads no further than needed to have everything before Pixel Data: the header of a large file costs little.</summary>
    public bool StopBeforePixelData { get; init; }

    /// <summary>
    /// Leaves pixel data in the stream as <see cref="DicomStreamedPixelData"/> and reads what stands before and behind
    /// them. For streams that can seek; deflated data sets are read whole.
    /// </summary>
    public bool LeavePixelDataInStream { get; init; }

    /// <summary>Deepest nesting of sequences.</summary>
    public int MaximumDepth { get; init; } = 64;

    /// <summary>Most elements, items and fragments: each costs some fifty bytes of memory for eight in the file.</summary>
    public int MaximumElements { get; init; } = 5_000_000;

    /// <summary>Most bytes taken from a stream.</summary>
    public long MaximumBytes { get; init; } = 2_000_000_000;

    /// <summary>Most bytes that a deflated data set may become.</summary>
    public long MaximumInflatedBytes { get; init; } = 1_000_000_000;

    internal bool StopsBeforePixelData => StopBeforePixelData || LeavePixelDataInStream;
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
        DicomFileParser.Parse(bytes, Whole(options), isPrefix: false).File;

    /// <summary>A data set without preamble and meta header whose encoding is known, as in a DIMSE message.</summary>
    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile ReadDataset(ReadOnlyMemory<byte> bytes, DicomTransferSyntax syntax, DicomReaderOptions? options = null) =>
        DicomFileParser.ParseDataset(bytes, syntax, Whole(options));

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile ReadFile(string path, DicomReaderOptions? options = null)
    {
        options = Whole(options);
        if (!options.StopBeforePixelData)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            return Read(stream, options);
        }

        using var handle = File.OpenHandle(path);
        return ReadGrowing((buffer, offset) => RandomAccess.Read(handle, buffer, offset), RandomAccess.GetLength(handle) + 1, options);
    }

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    /// <exception cref="NotSupportedException">Pixel data are to stay in a stream that cannot seek.</exception>
    public static DicomFile Read(Stream stream, DicomReaderOptions? options = null)
    {
        options ??= DicomReaderOptions.Default;
        if (options.LeavePixelDataInStream)
        {
            return StreamedFile.Read(stream, options);
        }

        var expected = stream.CanSeek ? stream.Length - stream.Position + 1 : FirstChunk;
        return ReadGrowing((buffer, _) => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false), expected, options);
    }

    /// <summary>
    /// Reads all, or as a prefix that grows fourfold until the header is in it.
    /// </summary>
    internal static DicomFile ReadGrowing(ReadAt read, long expected, DicomReaderOptions options)
    {
        expected = Math.Clamp(expected, 256, options.MaximumBytes + 1);
        var buffer = new byte[Math.Min(options.StopsBeforePixelData ? Math.Min(FirstChunk, expected) : expected, Array.MaxLength)];
        var length = 0;
        while (true)
        {
            while (length < buffer.Length && read(buffer.AsSpan(length), length) is > 0 and var count)
            {
                length += count;
            }

            if (length < buffer.Length)
            {
                return DicomFileParser.Parse(buffer.AsMemory(0, length), options, isPrefix: false).File;
            }

            if (options.StopsBeforePixelData && DicomFileParser.TryParsePrefix(buffer.AsMemory(0, length), options) is { } file)
            {
                return file.File;
            }

            if (length > options.MaximumBytes || length == Array.MaxLength)
            {
                throw new DicomFormatException(DicomFault.TooLarge, length);
            }

            Array.Resize(ref buffer, (int)Math.Min((long)length * 4, Array.MaxLength));
        }
    }

    internal delegate int ReadAt(Span<byte> buffer, long offset);

    /// <summary>Without a stream there is nothing that pixel data could stay in.</summary>
    private static DicomReaderOptions Whole(DicomReaderOptions? options) => options is null ? DicomReaderOptions.Default
        : options.LeavePixelDataInStream ? options with { LeavePixelDataInStream = false } : options;
}
