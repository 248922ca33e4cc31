using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Cases;

/// <summary>A de-identified instance in the store. While its batch is open it belongs to no case and nobody is shown it.</summary>
internal sealed class Instance
{
    public long Id { get; private set; }
    public BatchId BatchId { get; private set; }
    public CaseId? CaseId { get; private set; }
    public string StudyInstanceUid { get; private set; } = "";
    public string SeriesInstanceUid { get; private set; } = "";
    public string SopInstanceUid { get; private set; } = "";
    public string SopClassUid { get; private set; } = "";
    public int InstanceNumber { get; private set; }
    public int Frames { get; private set; }
    public int Rows { get; private set; }
    public int Columns { get; private set; }
    public int BitsAllocated { get; private set; }
    public string TransferSyntaxUid { get; private set; } = "";
    public string Md5 { get; private set; } = "";
    public string Sha256 { get; private set; } = "";
    public long Size { get; private set; }

    /// <summary>
    /// Of the de-identified bytes before a review, which masks and marks them; null where there was none. The same original again is known by it.
    /// </summary>
    public string? SentSha256 { get; private set; }

    /// <summary>
    /// The SOP Instance UID once the instance is in a case, null before: unique, so that of two batches that brought the
    /// same instance at once one becomes its home.
    /// </summary>
    public string? ArchivedUid { get; private set; }

    private Instance()
    {
    }

    /// <param name="sentSha256">Of a reviewed file before the review.</param>
    public static Instance Of(BatchId batch, DicomFile file, StoredObject stored, string? sentSha256 = null)
    {
        var dataset = file.Dataset;
        return new()
        {
            BatchId = batch,
            StudyInstanceUid = dataset.GetString(DicomTags.StudyInstanceUid)!,
            SeriesInstanceUid = dataset.GetString(DicomTags.SeriesInstanceUid)!,
            SopInstanceUid = file.SopInstanceUid!,
            SopClassUid = file.SopClassUid!,
            InstanceNumber = dataset.GetInt(DicomTags.InstanceNumber) ?? 0,
            Frames = Math.Max(1, dataset.GetInt(DicomTags.NumberOfFrames) ?? 1),
            Rows = dataset.GetInt(DicomTags.Rows) ?? 0,
            Columns = dataset.GetInt(DicomTags.Columns) ?? 0,
            BitsAllocated = dataset.GetInt(DicomTags.BitsAllocated) ?? 0,
            TransferSyntaxUid = file.TransferSyntax.Uid,
            Md5 = stored.Md5,
            Sha256 = stored.Sha256,
            Size = stored.Size,
            SentSha256 = sentSha256,
        };
    }

    public void Archive(CaseId home) => (CaseId, ArchivedUid) = (home, SopInstanceUid);
}
