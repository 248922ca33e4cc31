using Pirogov.Archive.Contracts;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

internal enum FileVerdict
{
    Accepted,
    Duplicate,
    Refused,

    /// <summary>Waits for a person to look at its pixels.</summary>
    Quarantined,
}

/// <summary>Why one file of a batch stays outside; the rest goes on without it.</summary>
/// <param name="Reason">Stable: <c>not-dicom</c>, <c>cut-short</c>, <c>burned-in-annotation</c> ….</param>
/// <param name="Offset">The byte at which it showed, where there is one.</param>
internal sealed record FileRefused(string Reason, long? Offset = null) : Refusal("archive.file." + Reason, 422)
{
    public const string NotDicom = "not-dicom";
    public const string CutShort = "cut-short";
    public const string Unreadable = "unreadable";
    public const string Empty = "empty";
    public const string TooLarge = "too-large";
    public const string DeflateBomb = "deflate-bomb";
    public const string ZipBomb = "zip-bomb";
    public const string ZipDamaged = "zip-damaged";
    public const string ZipTooMuch = "zip-too-much";
    public const string MissingUid = "missing-uid";
    public const string NoPixelData = "no-pixel-data";
    public const string PixelsShort = "pixels-short";
    public const string PixelsIndescribable = "pixels-indescribable";
    public const string UnsupportedTransferSyntax = "unsupported-transfer-syntax";
    public const string SameUidOtherContent = "same-uid-other-content";
}

/// <summary>
/// What became of one file. Its name and its bytes are known only by keyed hashes: names of files hold names of people.
/// </summary>
internal sealed class IncomingFile
{
    public long Id { get; private set; }
    public BatchId BatchId { get; private set; }
    public string ContentHmac { get; private set; } = "";
    public long Size { get; private set; }
    public FileVerdict Verdict { get; private set; }
    public string? SopInstanceUid { get; private set; }
    public string? Reason { get; private set; }
    public long? ReasonOffset { get; private set; }

    /// <summary>Codes, separated by commas.</summary>
    public string Warnings { get; private set; } = "";

    /// <summary>What was done per attribute, until the batch is complete and holds the sums (<see cref="ActionTally"/>).</summary>
    public string Actions { get; private set; } = "";

    /// <summary>How often the same bytes came again.</summary>
    public int Repeats { get; private set; }
    public DateTimeOffset ReceivedAt { get; private set; }

    private IncomingFile()
    {
    }

    public static IncomingFile Of(BatchId batch, FileMark mark, DateTimeOffset now) => new()
    {
        BatchId = batch,
        ContentHmac = mark.ContentHmac,
        Size = mark.Size,
        ReceivedAt = now,
    };

    public IncomingFile Accept(string sopInstanceUid, string actions, IEnumerable<string> warnings)
    {
        (Verdict, SopInstanceUid, Actions, Warnings) = (FileVerdict.Accepted, sopInstanceUid, actions, string.Join(',', warnings));
        return this;
    }

    public IncomingFile Quarantine(string sopInstanceUid, string actions, IEnumerable<string> warnings)
    {
        (Verdict, SopInstanceUid, Actions, Warnings) = (FileVerdict.Quarantined, sopInstanceUid, actions, string.Join(',', warnings));
        return this;
    }

    /// <summary>A person found its pixels clean, or they were masked.</summary>
    public void Release() => Verdict = FileVerdict.Accepted;

    public IncomingFile Repeat(string sopInstanceUid)
    {
        (Verdict, SopInstanceUid, Actions) = (FileVerdict.Duplicate, sopInstanceUid, "");
        return this;
    }

    public IncomingFile Refuse(FileRefused refused)
    {
        (Verdict, Reason, ReasonOffset, Actions) = (FileVerdict.Refused, refused.Reason, refused.Offset, "");
        return this;
    }

    public FileRefused? Refusal => Reason is null ? null : new(Reason, ReasonOffset);
}

/// <summary>By what a file is known again: a keyed hash of the original bytes.</summary>
internal sealed record FileMark(string ContentHmac, long Size);
