using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

internal enum GatewayVerdict
{
    Queued,

    /// <summary>The same bytes are in the queue, were sent, or were decided about.</summary>
    Known,
    Quarantined,
    Refused,

    /// <summary>Not now: the disk is full.</summary>
    NoRoom,
}

/// <param name="Sha">Of the de-identified bytes, where there are some.</param>
internal sealed record GatewayTaken(GatewayVerdict Verdict, string? Sha = null, string? Reason = null, long? Offset = null);

/// <summary>
/// From an original in memory to de-identified bytes on the disk. When it says so they are flushed: the original may be let go of.
/// </summary>
internal sealed class GatewayIntake(
    GatewayStore store, GatewayJournal journal, CentreDeidentifier deidentifier, PixelChoice pixels, SemaphoreSlim seats, Action queued)
{
    /// <summary>As much as the platform's door takes.</summary>
    public const long LargestFile = 2L << 30;

    /// <summary>Larger ones are not held in memory.</summary>
    public const int LargestHeld = 64 << 20;

    /// <summary>To be held while an original is in memory.</summary>
    public SemaphoreSlim Seats => seats;

    public bool HasRoom => store.HasRoom;

    /// <summary>For an original that turns out too large for memory while it comes.</summary>
    public OriginalSpool Spool() => store.Spool();

    /// <param name="original">Whole, in memory; read from its beginning.</param>
    public GatewayTaken Take(Stream original)
    {
        if (!store.HasRoom)
            return new(GatewayVerdict.NoRoom);
        original.Position = 0;
        var cleaned = Cleaned.From(original, deidentifier, pixels, inMemory: true);
        try
        {
            return cleaned switch
            {
                { Twin: { } twin } => Enqueue(Bytes(twin.File)),
                { Waiting: { } waiting } => SetAside(Bytes(waiting.Result.File), new(waiting.Code, waiting.Suggested)),
                _ => new(GatewayVerdict.Refused, Reason: cleaned.Outcome.Reason, Offset: cleaned.Outcome.Offset),
            };
        }
        catch (IOException)
        {
            // Only our own folders are written here; the original is in memory.
            return new(GatewayVerdict.NoRoom);
        }
    }

    /// <summary>An original too large for memory: its pixels pass from file to file.</summary>
    /// <param name="original">Can seek; stays as it is while this runs, or else <paramref name="isUnchanged"/> says so at the end.</param>
    /// <returns>Null when it has changed meanwhile.</returns>
    /// <exception cref="IOException">It cannot be read to its end, or the disk is full.</exception>
    public GatewayTaken? TakeLarge(Stream original, Func<bool> isUnchanged)
    {
        if (original.Length > LargestFile)
            return new(GatewayVerdict.Refused, Reason: "too-large");
        if (!store.HasRoomFor(original.Length))
            return new(GatewayVerdict.NoRoom);
        original.Position = 0;
        var cleaned = Cleaned.FromLarge(original, deidentifier);
        using var scratch = store.Spool();
        var twin = cleaned.Twin?.File ?? (cleaned.Waiting is null ? null : pixels.Decide(cleaned.Waiting, scratch));
        if ((twin ?? cleaned.Waiting?.Result.File) is not { } file)
            return new(GatewayVerdict.Refused, Reason: cleaned.Outcome.Reason, Offset: cleaned.Outcome.Offset);
        using var begun = store.Begin(Kept(file));
        if (!isUnchanged())
            return null;
        if (twin is null)
            return new(store.SetAside(begun, new(cleaned.Waiting!.Code, cleaned.Waiting.Suggested)) ? GatewayVerdict.Quarantined : GatewayVerdict.Known, begun.Sha, cleaned.Waiting.Code);
        if (IsKnown(begun.Sha))
            return new(GatewayVerdict.Known, begun.Sha);
        store.Enqueue(begun);
        queued();
        return new(GatewayVerdict.Queued, begun.Sha);
    }

    /// <summary>One native syntax: the same instance from a folder and over DIMSE has the same bytes.</summary>
    public static DicomFile Kept(DicomFile file) => file.TransferSyntax.IsEncapsulated ? file : DicomFile.Create(file.Dataset, DicomUids.ExplicitVRLittleEndian);

    public static byte[] Bytes(DicomFile file) => DicomWriter.ToBytes(Kept(file));

    /// <summary>Sent, or refused by the platform and lying where a person sees it: taken out of there, it may come again.</summary>
    private bool IsKnown(string sha) => journal.WasSent(sha) || (journal.WasRefusedThere(sha) && store.IsRefused(sha));

    /// <summary>
    /// Whether these bytes lie on the disk or on the platform. Those that a person rejected, or released in another form, do not: an original
    /// that is known by them alone stays where it is.
    /// </summary>
    public bool IsKept(string? sha) => sha is not null && (store.IsQueued(sha) || journal.WasSent(sha) || store.IsRefused(sha));

    private GatewayTaken Enqueue(byte[] bytes)
    {
        var sha = GatewayStore.Sha(bytes);
        if (IsKnown(sha))
            return new(GatewayVerdict.Known, sha);
        store.Enqueue(sha, bytes);
        queued();
        return new(GatewayVerdict.Queued, sha);
    }

    private GatewayTaken SetAside(byte[] bytes, GatewayWaiting why)
    {
        var sha = GatewayStore.Sha(bytes);
        return new(store.SetAside(sha, bytes, why) ? GatewayVerdict.Quarantined : GatewayVerdict.Known, sha, why.Reason);
    }
}
