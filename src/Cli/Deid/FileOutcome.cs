using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

internal enum FileState
{
    Written,

    /// <summary>The same instance with the same bytes was written from another file.</summary>
    Duplicate,

    /// <summary>Left out until a person has looked at its pixels.</summary>
    NeedsLook,
    Refused,
}

/// <summary>What became of a file; no value of the patient.</summary>
/// <param name="Reason">Stable code; null of what was written.</param>
/// <param name="Offset">The byte at which it showed, where there is one.</param>
internal sealed record FileOutcome(FileState State, string? Reason = null, long? Offset = null)
{
    /// <summary>The program failed where it should have judged; a newer one may do better.</summary>
    public const string Defect = "defect";
    public const string NotReadable = "not-readable";
    public const string SameUidOtherContent = "same-uid-other-content";

    public static readonly FileOutcome Done = new(FileState.Written);
    public static readonly FileOutcome Repeated = new(FileState.Duplicate, "duplicate");

    public string InWords => Words.Of["cli.reason." + Reason] + (Offset is { } offset ? Words.Of["cli.reason-at", new { offset }] : "");
}

/// <summary>From an original in a stream to its de-identified twin.</summary>
/// <param name="Twin">Null when the outcome is another than written; its pixels may still be in the stream.</param>
/// <param name="Waiting">What waits for a look: its header is clean.</param>
internal sealed record Cleaned(FileOutcome Outcome, Deidentified? Twin, DeidentificationNeedsReview? Waiting = null)
{
    /// <summary>Most bytes beside the pixels of a file that is not held.</summary>
    private static readonly DicomReaderOptions LargeBounds = new() { LeavePixelDataInStream = true, MaximumBytes = 32 << 20, MaximumInflatedBytes = 64 << 20 };

    /// <summary>Reads, judges and de-identifies. Pixels stay in the stream unless they have to be changed.</summary>
    public static Cleaned From(Stream original, CentreDeidentifier deidentifier, PixelChoice pixels, bool inMemory = false) => OrReason(() =>
    {
        var cleaned = Judge(DicomReader.Read(original, new() { LeavePixelDataInStream = !inMemory }), deidentifier, pixels);
        if (cleaned.Waiting is null || !pixels.Masks || inMemory)
            return cleaned;
        original.Position = 0;
        return Judge(DicomReader.Read(original), deidentifier, pixels);
    });

    /// <summary>Of an original too large for memory; nothing is decided about its pixels, which stay in the stream.</summary>
    public static Cleaned FromLarge(Stream original, CentreDeidentifier deidentifier) =>
        OrReason(() => Judge(DicomReader.Read(original, LargeBounds), deidentifier, PixelChoice.Undecided));

    private static Cleaned OrReason(Func<Cleaned> read)
    {
        try
        {
            return read();
        }
        catch (DicomFormatException fault)
        {
            return new(new(FileState.Refused, fault.Code, fault.Offset), null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new(new(FileState.Refused, FileOutcome.NotReadable), null);
        }
    }

    private static Cleaned Judge(DicomFile file, CentreDeidentifier deidentifier, PixelChoice pixels)
    {
        BlankUids.Fill(file);
        switch (deidentifier.Apply(file))
        {
            case DeidentificationRefused refused:
                return new(new(FileState.Refused, refused.Code), null);
            case DeidentificationNeedsReview waiting:
                var isHeld = !file.Dataset.Any(e => e is DicomStreamedPixelData);
                return (isHeld || !pixels.Masks) && pixels.Decide(waiting) is { } decided
                    ? new(FileOutcome.Done, waiting.Result with { File = decided })
                    : new(new(FileState.NeedsLook, waiting.Code), null, waiting);
            case Deidentified done:
                return new(FileOutcome.Done, done);
            default:
                throw new InvalidOperationException("An outcome of another kind.");
        }
    }
}
