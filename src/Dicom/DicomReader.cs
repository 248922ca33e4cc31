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
        using var handle = File.OpenHandle(path);
        return GrowingRead.Read((buffer, offset) => RandomAccess.Read(handle, buffer, offset), RandomAccess.GetLength(handle), canJump: true, Whole(options));
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

        return GrowingRead.Read((buffer, _) => stream.Read(buffer), stream.CanSeek ? stream.Length - stream.Position : null, canJump: false, options);
    }

    /// <summary>Without a stream there is nothing that pixel data could stay in.</summary>
    private static DicomReaderOptions Whole(DicomReaderOptions? options) => options is null ? DicomReaderOptions.Default
        : options.LeavePixelDataInStream ? options with { LeavePixelDataInStream = false } : options;
}
