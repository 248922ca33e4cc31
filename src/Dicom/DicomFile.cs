namespace Pirogov.Dicom;

/// <summary>
/// A Part 10 file (PS3.10 clause 7), or a bare data set read as one: then <see cref="Meta"/> is empty and
/// <see cref="HasPreamble"/> false.
/// </summary>
public sealed class DicomFile
{
    /// <summary>Implementation Class UID of this library, a UUID-derived UID.</summary>
    public const string ImplementationClassUid = "2.25.302604873119417285905367198207553163094";

    public const string ImplementationVersionName = "PIROGOV_DICOM_1";

    internal static readonly ReadOnlyMemory<byte> BlankPreamble = new byte[128];

    internal DicomFile(DicomDataset meta, DicomDataset dataset, DicomTransferSyntax syntax)
    {
        Meta = meta;
        Dataset = dataset;
        TransferSyntax = syntax;
    }

    /// <summary>File Meta Information, group 0002.</summary>
    public DicomDataset Meta { get; }

    public DicomDataset Dataset { get; }

    public DicomTransferSyntax TransferSyntax { get; }

    public bool HasPreamble { get; internal init; } = true;

    /// <summary>The 128 bytes before "DICM"; zero in files made here.</summary>
    public ReadOnlyMemory<byte> Preamble { get; internal init; } = BlankPreamble;

    /// <summary>Reading stopped before the pixel data, as asked.</summary>
    public bool StoppedBeforePixelData { get; internal init; }

    public IReadOnlyList<DicomWarning> Warnings { get; internal init; } = [];

    /// <summary>SOP Class UID of the data set, or of the meta header where the data set leaves it blank.</summary>
    public string? SopClassUid =>
        Dataset.GetString(DicomTags.SopClassUid) ?? Meta.GetString(DicomTags.MediaStorageSopClassUid);

    /// <summary>SOP Instance UID of the data set, or of the meta header where the data set leaves it blank.</summary>
    public string? SopInstanceUid =>
        Dataset.GetString(DicomTags.SopInstanceUid) ?? Meta.GetString(DicomTags.MediaStorageSopInstanceUid);

    /// <summary>A file with a meta header of ours around a data set (PS3.10 Table 7.1-1).</summary>
    public static DicomFile Create(DicomDataset dataset, string transferSyntaxUid, string? sopClassUid = null, string? sopInstanceUid = null)
    {
        var meta = new DicomDataset()
            .Set(DicomTags.FileMetaInformationVersion, DicomVr.OB, new byte[] { 0, 1 })
            .Set(DicomTags.MediaStorageSopClassUid, sopClassUid ?? dataset.GetString(DicomTags.SopClassUid) ?? "")
            .Set(DicomTags.MediaStorageSopInstanceUid, sopInstanceUid ?? dataset.GetString(DicomTags.SopInstanceUid) ?? "")
            .Set(DicomTags.TransferSyntaxUid, transferSyntaxUid)
            .Set(DicomTags.ImplementationClassUid, ImplementationClassUid)
            .Set(DicomTags.ImplementationVersionName, ImplementationVersionName);
        return new DicomFile(meta, dataset, DicomTransferSyntax.Of(transferSyntaxUid));
    }

    /// <summary>The same content to be written in another transfer syntax; pixels are not converted.</summary>
    public DicomFile InTransferSyntax(string uid) => new(Meta, Dataset, DicomTransferSyntax.Of(uid)) { HasPreamble = HasPreamble, Preamble = Preamble, Warnings = Warnings };

    /// <summary>
    /// Copies a file through a change of its elements. Pixel data pass from stream to stream in chunks (deflated data sets
    /// excepted, which are held whole).
    /// </summary>
    /// <param name="source">Can seek; read from its position to its end.</param>
    /// <param name="change">Gets the file with <see cref="DicomStreamedPixelData"/> for pixels and gives what is to be written.</param>
    /// <exception cref="DicomFormatException">The source cannot be read as DICOM; nothing was written.</exception>
    public static void Copy(Stream source, Stream target, Func<DicomFile, DicomFile> change, DicomReaderOptions? options = null) =>
        DicomWriter.Write(change(DicomReader.Read(source, (options ?? DicomReaderOptions.Default) with { LeavePixelDataInStream = true })), target);

    internal DicomFile Finished() => new(Meta, Dataset, TransferSyntax) { HasPreamble = HasPreamble, Preamble = Preamble, Warnings = Warnings };

    /// <summary>The meta header with what PS3.10 Table 7.1-1 demands and the true transfer syntax; a bare data set has none of it.</summary>
    internal DicomDataset CompleteMeta()
    {
        var complete = new DicomDataset()
            .Set(DicomTags.FileMetaInformationVersion, DicomVr.OB, new byte[] { 0, 1 })
            .Set(DicomTags.MediaStorageSopClassUid, DicomVr.UI, Dataset.Find(DicomTags.SopClassUid)?.Bytes ?? default)
            .Set(DicomTags.MediaStorageSopInstanceUid, DicomVr.UI, Dataset.Find(DicomTags.SopInstanceUid)?.Bytes ?? default)
            .Set(DicomTags.ImplementationClassUid, ImplementationClassUid);
        foreach (var element in Meta)
        {
            complete.Set(element);
        }

        return Meta.GetString(DicomTags.TransferSyntaxUid) == TransferSyntax.Uid ? complete : complete.Set(DicomTags.TransferSyntaxUid, TransferSyntax.Uid);
    }
}
