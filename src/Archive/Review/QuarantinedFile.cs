using System.Text.Json;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Review;

internal enum ReviewDecision
{
    /// <summary>Nobody has decided yet, or the decision was taken back.</summary>
    Waiting,
    Accepted,
    Masked,
    Rejected,
}

internal sealed record MaskIsEmpty() : Refusal("archive.review.mask-is-empty", 422);

internal sealed record MaskHasTooMany(int Most) : Refusal("archive.review.mask-has-too-many", 422);

internal sealed record MaskIsOutside(int Columns, int Rows) : Refusal("archive.review.mask-is-outside", 422);

/// <summary>A frame that bears a name may be any of them, or the only one.</summary>
internal sealed record FramesNotSeen(int Seen, int Frames) : Refusal("archive.review.frames-not-seen", 422);

internal sealed record MaskIsImpossible() : Refusal("archive.review.mask-is-impossible", 422);

/// <summary>The disk is full, on which a large file is masked; the file waits as before.</summary>
internal sealed record MaskNotStored() : Refusal("archive.not-stored", 503)
{
    public override string WordsKey => "reason.archive.not-stored.mask";
}

/// <summary>
/// A file whose header is clean and whose pixels may show the patient. Its bytes lie sealed in the store and are shown to
/// reviewers alone; what was decided is done when the batch completes, until then it can be taken back.
/// </summary>
internal sealed class QuarantinedFile
{
    public const int MostRegions = PixelRules.MostRegions;

    public long Id { get; private set; }
    public BatchId BatchId { get; private set; }
    public string SopInstanceUid { get; private set; } = "";
    public string Reason { get; private set; } = "";
    public string Modality { get; private set; } = "";
    public int Rows { get; private set; }
    public int Columns { get; private set; }
    public int Frames { get; private set; }

    /// <summary>Of the sealed bytes.</summary>
    public string Md5 { get; private set; } = "";

    /// <summary>Of the bytes before they were sealed: the same instance again is known by it.</summary>
    public string Sha256 { get; private set; } = "";
    public ReviewDecision Decision { get; private set; }
    public Guid? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>Regions to blacken, as JSON; those a filter suggests until somebody draws.</summary>
    public string RegionsJson { get; private set; } = "[]";

    /// <summary>Two reviewers at once: the second is told.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<PixelRegion> Regions => JsonSerializer.Deserialize<PixelRegion[]>(RegionsJson, JsonSerializerOptions.Web) ?? [];

    private QuarantinedFile()
    {
    }

    public static QuarantinedFile Of(BatchId batch, AdmittedFile file, string sealedMd5, string sha256)
    {
        var dataset = file.File.Dataset;
        return new()
        {
            BatchId = batch,
            SopInstanceUid = file.File.SopInstanceUid!,
            Reason = file.Review!.Code,
            Modality = dataset.GetColumn(Dicom.DicomTags.Modality, 16) ?? "OT",
            Rows = dataset.GetInt(Dicom.DicomTags.Rows) ?? 0,
            Columns = dataset.GetInt(Dicom.DicomTags.Columns) ?? 0,
            Frames = Math.Max(1, dataset.GetInt(Dicom.DicomTags.NumberOfFrames) ?? 1),
            Md5 = sealedMd5,
            Sha256 = sha256,
            RegionsJson = Write(file.Review.Suggested),
        };
    }

    public Refusal? Decide(ReviewDecision decision, IReadOnlyList<PixelRegion> regions, Guid by, DateTimeOffset now)
    {
        if (decision == ReviewDecision.Masked)
        {
            if (regions.Count == 0)
                return new MaskIsEmpty();
            if (regions.Count > MostRegions)
                return new MaskHasTooMany(MostRegions);
            // In 64 bits: a far edge that overflows would lie inside, and blacken nothing.
            if (regions.Any(r => r.Width < 1 || r.Height < 1 || r.X < 0 || r.Y < 0 || (long)r.X + r.Width > Columns || (long)r.Y + r.Height > Rows))
                return new MaskIsOutside(Columns, Rows);
            RegionsJson = Write(regions);
        }

        (Decision, DecidedBy, DecidedAt, Version) = (decision, decision == ReviewDecision.Waiting ? null : by, decision == ReviewDecision.Waiting ? null : now, Version + 1);
        return null;
    }

    private static string Write(IReadOnlyList<PixelRegion> regions) => JsonSerializer.Serialize(regions, JsonSerializerOptions.Web);
}
