using System.Security.Cryptography;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// Writes the masks on some planes of one series as a Segmentation object. UIDs follow from the content, and the moment is that of the labels:
/// the same labels give the same bytes.
/// </summary>
/// <param name="planes">Of one size, in the order in which frames stand within a segment.</param>
internal sealed class SegWriter(FormatCase from, CaseSeries series, IReadOnlyList<CasePlane> planes)
{
    private static readonly DicomTag[] OfPatientAndStudy =
    [
        DicomTags.PatientName, DicomTags.PatientID, DicomTags.PatientBirthDate, DicomTags.PatientSex, DicomTags.StudyDate, DicomTags.StudyTime,
        DicomTags.ReferringPhysicianName, DicomTags.StudyID, DicomTags.AccessionNumber,
    ];

    private static readonly DicomTag[] Optional =
        [DicomTags.PatientAge, DicomTags.StudyDescription, DicomTags.PatientIdentityRemoved, DicomTags.DeidentificationMethod, DicomTags.BodyPartExamined, DicomTags.TimezoneOffsetFromUTC];

    private readonly DicomDataset header = series.Headers[0];

    private bool IsPlaced => planes.All(p => p.Geometry is not null) && header.GetString(DicomTags.FrameOfReferenceUid) is not null;

    /// <param name="masks">With their runs, by frame.</param>
    public byte[] Write(ILookup<(string Uid, int Frame), DocumentMask> masks)
    {
        var segments = from.Schema.Classes.Where(c => planes.Any(p => MasksOf(masks, p).Any(m => m.Class == c.Id))).ToArray();
        var frames = segments.Index().SelectMany(s => planes.Index().SelectMany(p => MasksOf(masks, p.Item).Where(m => m.Class == s.Item.Id)
            .Select(m => new Frame(s.Index + 1, p.Item, p.Index + 1, m)))).ToArray();
        var pixels = Pack(frames);
        var target = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        SetPatientStudyAndSeries(target, segments, pixels);
        SetImage(target, frames.Length);
        SegSegments.Set(target, segments, frames.Select(f => (f.Segment, f.Mask.Origin)).ToLookup(f => f.Segment, f => f.Origin), Overlap(frames));
        SetReferences(target);
        SetFunctionalGroups(target, frames);
        target.Set(DicomTags.PixelData, DicomVr.OB, pixels);
        return DicomWriter.ToBytes(DicomFile.Create(target, DicomUids.ExplicitVRLittleEndian));
    }

    private sealed record Frame(int Segment, CasePlane Plane, int Position, DocumentMask Mask);

    private static IEnumerable<DocumentMask> MasksOf(ILookup<(string, int), DocumentMask> masks, CasePlane plane) => masks[(plane.Frame.SopInstanceUid, plane.Frame.Frame)];

    /// <summary>Frames of single bits follow one another without padding (PS3.5 8.1.1).</summary>
    private byte[] Pack(Frame[] frames)
    {
        long area = (long)planes[0].Frame.Rows * planes[0].Frame.Columns;
        var packed = new byte[checked((int)((area * frames.Length + 7) / 8))];
        foreach (var (number, frame) in frames.Index())
        {
            var (at, isForeground) = (number * area, false);
            foreach (var run in MaskLayers.Decode(frame.Mask).Runs)
            {
                for (var end = at + run; at < end; at++)
                {
                    if (isForeground)
                        packed[at >> 3] |= (byte)(1 << (int)(at & 7));
                }

                isForeground = !isForeground;
            }
        }

        return packed;
    }

    private static bool Overlap(Frame[] frames) => frames.GroupBy(f => f.Position).Any(g =>
    {
        var there = g.Select(f => MaskLayers.Decode(f.Mask)).ToArray();
        return there.Index().Any(a => there.Skip(a.Index + 1).Any(b => a.Item.IntersectionCount(b) > 0));
    });

    private void SetPatientStudyAndSeries(DicomDataset target, IReadOnlyList<LabelClass> segments, byte[] pixels)
    {
        foreach (var tag in OfPatientAndStudy)
            Copy(target, tag, isNeeded: true);
        foreach (var tag in Optional)
            Copy(target, tag, isNeeded: false);
        target.Set(DicomTags.StudyInstanceUid, header.GetString(DicomTags.StudyInstanceUid) ?? "");
        var content = SHA256.HashData([.. SHA256.HashData(pixels), .. Encoding.UTF8.GetBytes(
            $"{from.Label}\n{series.SeriesInstanceUid}\n{string.Join(',', segments.Select(s => s.Id))}\n{from.At:O}")]);
        target.Set(DicomTags.SopClassUid, DicomUids.SegmentationStorage).Set(DicomTags.SopInstanceUid, Uid(content, "instance"));
        target.Set(DicomTags.SeriesInstanceUid, Uid(content, "series")).Set(DicomTags.Modality, "SEG");
        target.Set(DicomTags.SeriesNumber, 1000 + Math.Clamp(header.GetInt(DicomTags.SeriesNumber) ?? 0, 0, 1_000_000)).Set(DicomTags.InstanceNumber, 1);
        target.Set(DicomTags.SeriesDescription, "Pirogov labels").Set(DicomTags.Manufacturer, "Pirogov").Set(DicomTags.ManufacturerModelName, "Pirogov labelling");
        target.Set(DicomTags.DeviceSerialNumber, from.SchemaVersion.ToString()).Set(DicomTags.SoftwareVersions, DicomFile.ImplementationVersionName);
        if (IsPlaced)
        {
            target.Set(DicomTags.FrameOfReferenceUid, header.GetString(DicomTags.FrameOfReferenceUid)!);
            Copy(target, DicomTags.PositionReferenceIndicator, isNeeded: true);
        }
    }

    private static string Uid(byte[] content, string what) => DicomUid.FromBytes(SHA256.HashData([.. content, .. Encoding.UTF8.GetBytes(what)]).AsSpan(0, 16));

    private void Copy(DicomDataset target, DicomTag tag, bool isNeeded)
    {
        if (header.GetStrings(tag) is { Count: > 0 } values)
            target.Set(tag, values);
        else if (isNeeded)
            target.SetEmpty(tag);
    }

    private void SetImage(DicomDataset target, int frames)
    {
        target.Set(DicomTags.ImageType, "DERIVED", "PRIMARY").Set(DicomTags.ContentDate, from.At.ToString("yyyyMMdd", null)).Set(DicomTags.ContentTime, from.At.ToString("HHmmss", null));
        target.Set(DicomTags.ContentLabel, "LABELS").Set(DicomTags.ContentDescription, from.Label).SetEmpty(DicomTags.ContentCreatorName);
        target.Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.NumberOfFrames, frames);
        target.Set(DicomTags.Rows, planes[0].Frame.Rows).Set(DicomTags.Columns, planes[0].Frame.Columns);
        target.Set(DicomTags.BitsAllocated, 1).Set(DicomTags.BitsStored, 1).Set(DicomTags.HighBit, 0).Set(DicomTags.PixelRepresentation, 0);
        target.Set(DicomTags.LossyImageCompression, header.GetString(DicomTags.LossyImageCompression) == "01" ? "01" : "00");
        if (header.GetString(DicomTags.LossyImageCompression) == "01")
        {
            Copy(target, DicomTags.LossyImageCompressionRatio, isNeeded: false);
            Copy(target, DicomTags.LossyImageCompressionMethod, isNeeded: false);
        }

        target.Set(DicomTags.SegmentationType, "BINARY");
        var organization = Uid([], $"{series.SeriesInstanceUid} {IsPlaced}");
        DicomDataset Index(string pointer, string group, string label) => new DicomDataset().Set(DicomTags.DimensionOrganizationUid, organization)
            .Set(DicomTags.DimensionIndexPointer, DicomVr.AT, pointer).Set(DicomTags.FunctionalGroupPointer, DicomVr.AT, group).Set(DicomTags.DimensionDescriptionLabel, label);
        target.SetItems(DicomTags.DimensionOrganizationSequence, new DicomDataset().Set(DicomTags.DimensionOrganizationUid, organization));
        target.SetItems(DicomTags.DimensionIndexSequence, Index(DicomTags.ReferencedSegmentNumber.Hex, DicomTags.SegmentIdentificationSequence.Hex, "Segment"),
            IsPlaced ? Index(DicomTags.ImagePositionPatient.Hex, DicomTags.PlanePositionSequence.Hex, "Position")
                : Index(DicomTags.InStackPositionNumber.Hex, DicomTags.FrameContentSequence.Hex, "Position"));
    }

    private void SetReferences(DicomDataset target) => target.SetItems(DicomTags.ReferencedSeriesSequence, new DicomDataset()
        .Set(DicomTags.SeriesInstanceUid, series.SeriesInstanceUid)
        .SetItems(DicomTags.ReferencedInstanceSequence, planes.DistinctBy(p => p.Frame.SopInstanceUid).Select(Reference)));

    private static DicomDataset Reference(CasePlane plane) => new DicomDataset().Set(DicomTags.ReferencedSopClassUid, plane.SopClassUid)
        .Set(DicomTags.ReferencedSopInstanceUid, plane.Frame.SopInstanceUid);

    private void SetFunctionalGroups(DicomDataset target, Frame[] frames)
    {
        var shared = new DicomDataset();
        var isShared = IsPlaced && planes.All(p => SamePlane(p.Geometry!, planes[0].Geometry!));
        if (isShared)
            SetPlane(shared, planes[0].Geometry!);
        target.SetItems(DicomTags.SharedFunctionalGroupsSequence, shared);
        target.SetItems(DicomTags.PerFrameFunctionalGroupsSequence, frames.Select(f =>
        {
            var group = new DicomDataset().SetItems(DicomTags.DerivationImageSequence, Derivation(f.Plane)).SetItems(DicomTags.FrameContentSequence, Content(f))
                .SetItems(DicomTags.SegmentIdentificationSequence, new DicomDataset().Set(DicomTags.ReferencedSegmentNumber, f.Segment));
            if (IsPlaced)
            {
                var at = f.Plane.Geometry!.Position;
                group.SetItems(DicomTags.PlanePositionSequence, new DicomDataset().Set(DicomTags.ImagePositionPatient, at.X, at.Y, at.Z));
                if (!isShared)
                    SetPlane(group, f.Plane.Geometry!);
            }

            return group;
        }));
    }

    private DicomDataset Content(Frame frame)
    {
        var content = new DicomDataset().Set(DicomTags.DimensionIndexValues, frame.Segment, frame.Position);
        return IsPlaced ? content : content.Set(DicomTags.StackID, "1").Set(DicomTags.InStackPositionNumber, frame.Position);
    }

    private static DicomDataset Derivation(CasePlane plane)
    {
        var source = Reference(plane).Set(DicomTags.SpatialLocationsPreserved, "YES")
            .SetItems(DicomTags.PurposeOfReferenceCodeSequence, SegSegments.Code(new("DCM", "121322", "Source image for image processing operation")));
        if (plane.Number is { } number)
            source.Set(DicomTags.ReferencedFrameNumber, number);
        return new DicomDataset().SetItems(DicomTags.SourceImageSequence, source)
            .SetItems(DicomTags.DerivationCodeSequence, SegSegments.Code(new("DCM", "113076", "Segmentation")));
    }

    private static bool SamePlane(SliceGeometry one, SliceGeometry other) => one.RowDirection == other.RowDirection && one.ColumnDirection == other.ColumnDirection
        && one.RowSpacing == other.RowSpacing && one.ColumnSpacing == other.ColumnSpacing;

    private void SetPlane(DicomDataset group, SliceGeometry plane)
    {
        var (row, column) = (plane.RowDirection, plane.ColumnDirection);
        var measures = new DicomDataset().Set(DicomTags.PixelSpacing, plane.RowSpacing, plane.ColumnSpacing);
        var step = series.Volume?.Geometry.Spacing.Slice;
        measures.Set(DicomTags.SliceThickness, header.GetDouble(DicomTags.SliceThickness) ?? plane.Depth ?? step ?? 1);
        if (step is { } between)
            measures.Set(DicomTags.SpacingBetweenSlices, between);
        group.SetItems(DicomTags.PlaneOrientationSequence, new DicomDataset().Set(DicomTags.ImageOrientationPatient, row.X, row.Y, row.Z, column.X, column.Y, column.Z));
        group.SetItems(DicomTags.PixelMeasuresSequence, measures);
    }
}
