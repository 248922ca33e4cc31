using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Intake;

/// <summary>A series and the header of its first instance.</summary>
internal sealed record AssembledSeries(Series Series, DicomDataset First);

/// <summary>
/// Reads a series' headers once and keeps what everybody asks for later: its metadata as DICOM JSON, a thumbnail, whether
/// it is a volume. Everything goes into the content-addressed store, so doing it twice changes nothing.
/// </summary>
internal sealed class SeriesAssembly(ObjectStore store)
{
    public const int ThumbnailSide = 256;

    /// <summary>To be raised when a series is read otherwise than before.</summary>
    public const int Reading = 1;

    /// <param name="instances">Of one series, in any order.</param>
    public async Task<AssembledSeries> Assemble(IEnumerable<Instance> instances, CancellationToken cancellation)
    {
        Instance[] ordered = [.. InOrder(instances)];
        var headers = new List<DicomDataset>(ordered.Length);
        foreach (var instance in ordered)
        {
            await using var bytes = await store.OpenRead(instance.Md5, cancellation);
            var header = DicomReader.Read(bytes, new DicomReaderOptions { LeavePixelDataInStream = true }).Dataset;
            headers.Add(header.Set(DicomTags.AvailableTransferSyntaxUid, instance.TransferSyntaxUid));
        }

        var volume = VolumeGeometry.Assess(headers);
        var metadata = await store.Put(SeriesMetadata.Write(headers), cancellation);
        return new(Describe(ordered, headers, volume, metadata.Md5, await MakeThumbnail(ordered, volume.Geometry, cancellation)), headers[0]);
    }

    public static IEnumerable<Instance> InOrder(IEnumerable<Instance> instances) =>
        instances.OrderBy(i => i.InstanceNumber).ThenBy(i => i.SopInstanceUid, StringComparer.Ordinal);

    private static Series Describe(
        Instance[] instances, List<DicomDataset> headers, VolumeAssessment volume, string metadataMd5, string? thumbnailMd5)
    {
        var (first, grid) = (headers[0], volume.Geometry is { Slices: > 1 } g ? g : null);
        return new()
        {
            StudyInstanceUid = instances[0].StudyInstanceUid,
            SeriesInstanceUid = instances[0].SeriesInstanceUid,
            SeriesNumber = first.GetInt(DicomTags.SeriesNumber),
            Modality = first.GetColumn(DicomTags.Modality, 16) ?? "OT",
            Description = first.GetColumn(DicomTags.SeriesDescription) ?? "",
            BodyPart = first.GetColumn(DicomTags.BodyPartExamined) ?? "",
            Manufacturer = first.GetColumn(DicomTags.Manufacturer) ?? "",
            ManufacturerModel = first.GetColumn(DicomTags.ManufacturerModelName) ?? "",
            InstanceCount = instances.Length,
            SeriesDate = Moment.Date(first.GetString(DicomTags.SeriesDate)),
            SeriesTime = Moment.Time(first.GetString(DicomTags.SeriesTime)),
            StepStartDate = Moment.Date(first.GetString(DicomTags.PerformedProcedureStepStartDate)),
            StepStartTime = Moment.Time(first.GetString(DicomTags.PerformedProcedureStepStartTime)),
            RequestAttributes = Requests(first),
            Reading = Reading,
            FrameOfReferenceUid = first.GetColumn(DicomTags.FrameOfReferenceUid, 64),
            Rows = instances[0].Rows,
            Columns = instances[0].Columns,
            ColumnSpacing = grid?.Spacing.Column,
            RowSpacing = grid?.Spacing.Row,
            SliceSpacing = grid?.Spacing.Slice,
            QualityNotes = string.Join(',', VolumeQuality.Notes(headers, volume)),
            ThumbnailMd5 = thumbnailMd5,
            MetadataMd5 = metadataMd5,
        };
    }

    /// <summary>Of each request the two ids that a search returns (PS3.18 Table 10.6.1-5).</summary>
    private static string Requests(DicomDataset header)
    {
        DicomDataset[] items = [.. header.GetItems(DicomTags.RequestAttributesSequence).Select(item => new DicomDataset()
            .Set(DicomTags.ScheduledProcedureStepID, item.GetString(DicomTags.ScheduledProcedureStepID) ?? "")
            .Set(DicomTags.RequestedProcedureID, item.GetString(DicomTags.RequestedProcedureID) ?? ""))];
        return items.Length == 0 ? "" : $"[{string.Join(',', items.Select(i => DicomJson.ToText(i)))}]";
    }

    private async Task<string?> MakeThumbnail(Instance[] instances, VolumeGeometry? volume, CancellationToken cancellation)
    {
        // Instances of one frame stand in the volume's order of slices; a file of many frames is its own stack.
        var isClassic = volume is not null && volume.Slices == instances.Length;
        var middle = isClassic ? instances[volume!.SliceOrder[volume.Slices / 2]] : instances[instances.Length / 2];
        await using var opened = await OpenedFile.Read(await store.OpenRead(middle.Md5, cancellation), cancellation);
        if (InstanceRendering.Jpeg(opened.File, middle.Frames / 2, ThumbnailSide) is not { } jpeg)
            return null;
        return (await store.Put(jpeg, cancellation)).Md5;
    }
}
