using System.Globalization;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>Takes the frames of a Segmentation object, each onto the image that it names as its source, or onto the one that lies where it lies.</summary>
internal sealed class SegReader
{
    private static readonly DicomReaderOptions Limits = new() { MaximumElements = 2_000_000, MaximumInflatedBytes = FormatLimits.MostUnpackedBytes };

    private readonly DicomDataset data;
    private readonly DicomImage image;
    private readonly LabelIntake intake;
    private readonly Dictionary<int, (string Name, LabelClass? Class)> segments = [];
    private readonly IReadOnlyList<DicomDataset> groups;
    private readonly IReadOnlyList<SliceGeometry?> places;

    private SegReader(DicomDataset data, DicomImage image, LabelIntake intake)
    {
        (this.data, this.image, this.intake) = (data, image, intake);
        groups = data.GetItems(DicomTags.PerFrameFunctionalGroupsSequence);
        places = SliceGeometry.ReadFrames(data);
    }

    private bool IsLabelMap => data.GetString(DicomTags.SegmentationType) == "LABELMAP";

    public static Outcome<SegReader> Open(LabelFile file, LabelIntake intake)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        try
        {
            var read = DicomReader.Read(file.Bytes, Limits);
            if (read.SopClassUid is not (DicomUids.SegmentationStorage or DicomUids.LabelMapSegmentationStorage))
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (read.Dataset.GetString(DicomTags.SegmentationType) is not ("BINARY" or "FRACTIONAL" or "LABELMAP"))
                return new LabelFileUnreadable("unsupported", file.Name);
            var image = DicomImage.Open(read);
            var reader = new SegReader(read.Dataset, image, intake);
            if (image.Frames > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            return image.Description.SamplesPerPixel == 1 && image.Description.BitsAllocated is 1 or 8 or 16 && reader.groups.Count == image.Frames && reader.ReadSegments()
                ? reader
                : new LabelFileUnreadable("malformed", file.Name);
        }
        catch (ImagingException broken)
        {
            return ImagingRefusal.Of(broken, file.Name);
        }
        catch (DicomFormatException broken)
        {
            return new LabelFileUnreadable(broken.Fault == DicomFault.TooLarge ? "too-large" : "malformed", file.Name);
        }
    }

    public void Take()
    {
        for (var frame = 0; frame < image.Frames; frame++)
        {
            try
            {
                Take(frame, image.Decode(frame));
            }
            catch (ImagingException)
            {
                intake.Leave(FrameName(frame), "mask-broken");
            }
        }
    }

    private static string FrameName(int frame) => string.Create(CultureInfo.InvariantCulture, $"frame {frame + 1}");

    private bool ReadSegments()
    {
        foreach (var segment in data.GetItems(DicomTags.SegmentSequence))
        {
            if (segment.GetInt(DicomTags.SegmentNumber) is not { } number)
                return false;
            var name = string.Create(CultureInfo.InvariantCulture, $"segment {number}");
            // Number 0 of a label map is its background.
            if (number > 0)
                segments[number] = (name, SegSegments.Find(segment, intake, name));
        }

        return segments.Count > 0;
    }

    private void Take(int frame, DecodedFrame decoded)
    {
        var values = Values(decoded);
        var present = values.Distinct().Where(v => v != 0 && v != PixelPadding).Order().ToArray();
        if (present.Length == 0)
            return;
        if (Find(frame) is not { } plane)
            return;
        if (!IsLabelMap)
        {
            var number = Group(frame, DicomTags.SegmentIdentificationSequence)?.GetInt(DicomTags.ReferencedSegmentNumber) ?? 0;
            if (Threshold(frame, number, present) is { } least)
                Add(frame, number, plane, [.. values.Select(v => v >= least)]);
            return;
        }

        foreach (var number in present)
            Add(frame, number, plane, [.. values.Select(v => v == number)]);
    }

    private int? PixelPadding => IsLabelMap ? data.GetInt(DicomTags.PixelPaddingValue) : null;

    private static int[] Values(DecodedFrame decoded)
    {
        var (description, samples) = (decoded.Description, decoded.Samples);
        var values = new int[description.PixelCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = description.BitsAllocated switch
            {
                1 => samples[i >> 3] >> (i & 7) & 1,
                8 => samples[i],
                _ => samples[2 * i] | samples[2 * i + 1] << 8,
            };
        }

        return values;
    }

    /// <returns>The least value that belongs to the segment; null when the frame holds shares and nobody said from which one on.</returns>
    private int? Threshold(int frame, int number, int[] present)
    {
        if (data.GetString(DicomTags.SegmentationType) == "BINARY")
            return 1;
        var most = data.GetInt(DicomTags.MaximumFractionalValue) is > 0 and var said ? said : 255;
        if (present is [var only] && only == most)
            return most;
        if (intake.Case.FractionalThreshold is { } share)
            return Math.Max(1, (int)Math.Ceiling(share * most));
        intake.Leave($"{FrameName(frame)} segment {number}", "segment-fractional");
        return null;
    }

    private void Add(int frame, int number, LabelledFrame plane, bool[] bits)
    {
        if (!segments.TryGetValue(number, out var segment))
            intake.Leave(FrameName(frame), "class-missing", $"{number}");
        else if (segment.Class is { } @class && Array.IndexOf(bits, true) >= 0)
            intake.AddMask($"{segment.Name} {FrameName(frame)}", @class, plane, RunLengthMask.FromBits(bits, image.Description.Rows, image.Description.Columns));
    }

    private DicomDataset? Group(int frame, DicomTag sequence) => groups[frame].GetItems(sequence) is [var own, ..] ? own
        : data.GetItems(DicomTags.SharedFunctionalGroupsSequence) is [var shared, ..] && shared.GetItems(sequence) is [var all, ..] ? all : null;

    private LabelledFrame? Find(int frame)
    {
        var named = Sources(frame).ToArray();
        var place = frame < places.Count ? places[frame] : null;
        var candidates = intake.Case.Series.SelectMany(s => s.Planes.Select(p => (Series: s, Plane: p))).ToArray();
        var sources = candidates.Where(c => named.Any(n => n.Uid == c.Plane.Frame.SopInstanceUid && (n.Frame is null || n.Frame == c.Plane.Frame.Frame))).ToArray();
        // Without headers, an image is still known by its UID.
        if (sources.Length == 0 && named is [var (uid, number)] && candidates.All(c => c.Plane.Frame.SopInstanceUid != uid) && intake.Case.Frame(uid, number ?? 1) is { } bare)
            return bare;
        var fitting = (sources.Length > 0 ? sources : candidates).Where(c => place is null || c.Plane.Geometry is null ? sources.Length > 0 : IsSamePlane(c.Plane.Geometry, place)).ToArray();
        if (fitting is [var found])
            return found.Plane.Frame;
        intake.Leave(FrameName(frame), fitting.Length > 1 ? "image-ambiguous" : "image-unknown", named is [var first, ..] ? first.Uid : "");
        return null;
    }

    private IEnumerable<(string Uid, int? Frame)> Sources(int frame) =>
        groups[frame].GetItems(DicomTags.DerivationImageSequence).SelectMany(d => d.GetItems(DicomTags.SourceImageSequence))
            .Where(s => s.GetString(DicomTags.SpatialLocationsPreserved) is null or "YES" or "REORIENTED_ONLY")
            .Select(s => (s.GetString(DicomTags.ReferencedSopInstanceUid) ?? "", s.GetInt(DicomTags.ReferencedFrameNumber)));

    /// <summary>The same pixels: corners meet within a tenth of a pixel, planes within a tenth of a millimetre.</summary>
    private static bool IsSamePlane(SliceGeometry one, SliceGeometry other)
    {
        if (one.Rows != other.Rows || one.Columns != other.Columns)
            return false;
        var limit = Math.Max(0.1, 0.1 * Math.Min(one.RowSpacing, one.ColumnSpacing));
        return Corners(one).Zip(Corners(other)).All(c => (c.First - c.Second).Length <= limit);
    }

    private static IEnumerable<Vector3D> Corners(SliceGeometry plane) =>
    [
        plane.Position,
        plane.Position + (plane.Columns - 1) * plane.ColumnSpacing * plane.RowDirection,
        plane.Position + (plane.Rows - 1) * plane.RowSpacing * plane.ColumnDirection,
    ];
}
