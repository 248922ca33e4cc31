using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Imaging;

namespace Pirogov.Labelling.Formats;

/// <summary>One frame of a series with its class and its place in the patient.</summary>
/// <param name="Number">Of several frames in one instance; null in an instance that is one frame.</param>
internal sealed record CasePlane(LabelledFrame Frame, string SopClassUid, int? Number, SliceGeometry? Geometry);

/// <summary>A series as a voxel grid.</summary>
/// <param name="Frames">The frame behind each slice k of the grid.</param>
internal sealed record CaseVolume(string SeriesInstanceUid, VolumeGeometry Geometry, IReadOnlyList<LabelledFrame> Frames)
{
    public VolumeGrid Grid
    {
        get
        {
            var (column, row, slice) = Geometry.Spacing;
            return new(Geometry.Columns, Geometry.Rows, Geometry.Slices, column, row, slice);
        }
    }

    /// <summary>Voxel indices to mm in DICOM's frame.</summary>
    public VoxelAffine Lps => new([.. Geometry.VoxelToPatient.Take(12)]);
}

/// <summary>A series with the headers of its instances, without pixels, in the order of their numbers.</summary>
internal sealed class CaseSeries
{
    private readonly Lazy<CaseVolume?> volume;

    public CaseSeries(string seriesInstanceUid, IReadOnlyList<DicomDataset> headers)
    {
        (SeriesInstanceUid, Headers, Planes) = (seriesInstanceUid, headers, [.. headers.SelectMany(PlanesOf)]);
        volume = new(FindVolume);
    }

    public string SeriesInstanceUid { get; }

    public IReadOnlyList<DicomDataset> Headers { get; }

    public IReadOnlyList<CasePlane> Planes { get; }

    /// <summary>Null when the planes make no regular grid.</summary>
    public CaseVolume? Volume => volume.Value;

    private CaseVolume? FindVolume() => VolumeGeometry.Assess([.. Planes.Select(p => p.Geometry)]).Geometry is { } geometry
        ? new(SeriesInstanceUid, geometry, [.. geometry.SliceOrder.Select(n => Planes[n].Frame)])
        : null;

    private static IEnumerable<CasePlane> PlanesOf(DicomDataset header)
    {
        var (uid, @class) = (header.GetString(DicomTags.SopInstanceUid) ?? "", header.GetString(DicomTags.SopClassUid) ?? "");
        var (rows, columns, frames) = (header.GetInt(DicomTags.Rows) ?? 0, header.GetInt(DicomTags.Columns) ?? 0, Math.Max(1, header.GetInt(DicomTags.NumberOfFrames) ?? 1));
        var places = SliceGeometry.ReadFrames(header);
        for (var frame = 1; frame <= frames; frame++)
        {
            // A cine loop says where its first frame lies, if it says so at all: nothing of the others.
            yield return new(new(uid, frame, rows, columns), @class, frames > 1 ? frame : null, places.Count == frames ? places[frame - 1] : null);
        }
    }
}
