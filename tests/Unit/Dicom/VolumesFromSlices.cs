using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Xunit;

namespace Pirogov.Unit.Dicom;

public class VolumesFromSlices
{
    [Fact]
    public void Slices_in_any_order_make_an_axial_volume()
    {
        var volume = VolumeGeometry.Assess([Slice(10), Slice(0), Slice(5)]).Geometry!;

        Assert.Equal([1, 2, 0], volume.SliceOrder);
        Assert.Equal((0.5, 0.7, 5.0), volume.Spacing);
        Assert.Equal(new Vector3D(-100 + 0.5 * 3, -80 + 0.7 * 4, 10), volume.ToPatient(3, 4, 2));
    }

    [Fact]
    public void A_coronal_stack_runs_along_its_normal()
    {
        // Rows to the left, columns to the feet: the normal points to the back (+Y).
        var slices = new[] { 30.0, 10, 20 }.Select(y => Slice(0, "1\\0\\0\\0\\0\\-1", new Vector3D(0, y, 0)));
        var volume = VolumeGeometry.Assess(slices).Geometry!;

        Assert.Equal([1, 2, 0], volume.SliceOrder);
        Assert.Equal(new Vector3D(0, 20, -0.7), volume.ToPatient(0, 1, 1));
    }

    [Fact]
    public void A_missing_slice_is_no_volume() =>
        Assert.Equal(NotVolumeReason.UnevenSpacing, VolumeGeometry.Assess([Slice(0), Slice(5), Slice(15)]).Reason);

    [Fact]
    public void A_slice_sent_twice_is_no_volume() =>
        Assert.Equal(NotVolumeReason.RepeatedPosition, VolumeGeometry.Assess([Slice(0), Slice(5), Slice(5)]).Reason);

    [Fact]
    public void A_tilted_gantry_is_no_regular_grid() =>
        Assert.Equal(NotVolumeReason.TiltedStack, VolumeGeometry.Assess(
            [Slice(0), Slice(5, position: new Vector3D(0, 1, 5)), Slice(10, position: new Vector3D(0, 2, 10))]).Reason);

    [Fact]
    public void A_localizer_among_the_slices_is_named()
    {
        var assessment = VolumeGeometry.Assess([Slice(0), Slice(5), Slice(5, "0\\1\\0\\0\\0\\-1")]);
        Assert.Equal((NotVolumeReason.DifferentOrientations, 2), (assessment.Reason, assessment.SliceIndex));
    }

    [Fact]
    public void Without_a_position_there_is_no_volume()
    {
        var slice = Slice(0);
        slice.Remove(DicomTags.ImagePositionPatient);
        Assert.Equal(NotVolumeReason.MissingGeometry, VolumeGeometry.Assess([slice]).Reason);
    }

    [SkippableFact]
    public void A_published_ct_is_a_volume()
    {
        var folder = SharedRadiology.Path("totalsegmentator", "example_ct_dicom");
        var instances = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(p => DicomReader.ReadFile(p, new DicomReaderOptions { StopBeforePixelData = true }).Dataset).ToList();

        var assessment = VolumeGeometry.Assess(instances);

        Assert.Null(assessment.Reason);
        Assert.Equal(instances.Count, assessment.Geometry!.Slices);
    }

    private static DicomDataset Slice(double z, string orientation = "1\\0\\0\\0\\1\\0", Vector3D? position = null)
    {
        var at = position ?? new Vector3D(-100, -80, z);
        return new DicomDataset()
            .Set(DicomTags.Rows, 8).Set(DicomTags.Columns, 8)
            .Set(DicomTags.ImageOrientationPatient, orientation.Split('\\'))
            .Set(DicomTags.ImagePositionPatient, at.X, at.Y, at.Z)
            .Set(DicomTags.PixelSpacing, 0.7, 0.5);
    }
}
