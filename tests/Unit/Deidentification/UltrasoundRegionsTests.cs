using System.Security.Cryptography;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>What lies around the regions of an ultrasound image is suggested to be blackened.</summary>
public class UltrasoundRegionsTests
{
    private const int Rows = 60;
    private const int Columns = 80;

    [Fact]
    public void What_is_outside_of_every_region_and_nothing_else_is_suggested()
    {
        // Two beside each other that overlap in height, one that overlaps the first, one that goes beyond the edge.
        (int X0, int Y0, int X1, int Y1)[] regions = [(5, 10, 39, 49), (45, 20, 70, 55), (30, 40, 50, 52), (75, 50, 200, 200)];
        var suggested = Suggested(Image(regions));
        for (var y = 0; y < Rows; y++)
        {
            for (var x = 0; x < Columns; x++)
            {
                var isShown = regions.Any(r => x >= r.X0 && x <= r.X1 && y >= r.Y0 && y <= r.Y1);
                Assert.Equal(isShown ? 0 : 1, suggested.Count(r => x >= r.X && x < r.X + r.Width && y >= r.Y && y < r.Y + r.Height));
            }
        }

        Assert.All(suggested, r => Assert.True(r is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 } && r.X + r.Width <= Columns && r.Y + r.Height <= Rows));
    }

    [Fact]
    public void One_region_has_a_strip_at_each_side() => Assert.Equal(
        [new(0, 0, 80, 10), new(0, 10, 5, 40), new(40, 10, 40, 40), new(0, 50, 80, 10)], Suggested(Image((5, 10, 39, 49))));

    [Fact]
    public void Regions_that_fill_the_image_lie_nowhere_or_are_too_many_suggest_nothing()
    {
        Assert.Empty(Suggested(Image()));
        Assert.Empty(Suggested(Image((0, 0, Columns - 1, Rows - 1))));
        Assert.Empty(Suggested(Image((5, 10, 39, 49), (100, 100, 120, 120))));
        Assert.Empty(Suggested(Image((39, 49, 5, 10))));
        Assert.Empty(Suggested(Image([.. Enumerable.Range(0, 17).Select(i => (i, i, i + 1, i + 1))])));
        // Under what a review takes, however the strips are cut.
        Assert.Empty(Suggested(Image([.. Enumerable.Range(0, 16).Select(i => (4 * i + 1, 3 * i + 1, 4 * i + 2, 3 * i + 2 + (i % 2)))])));
    }

    [Fact]
    public void An_image_that_waits_for_nobody_is_not_made_to_wait_by_them() => Assert.IsType<Deidentified>(Apply(
        Image((5, 10, 39, 49)).Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.Modality, "CT").Set(DicomTags.ImagePositionPatient, 0, 0, 0)));

    [Fact]
    public void No_more_is_suggested_than_a_review_takes()
    {
        PixelRegion[] Some(int count, int row) => [.. Enumerable.Range(0, count).Select(k => new PixelRegion(k, row, 1, 1))];
        Assert.Equal([.. Some(11, 0), .. Some(39, 1)], PixelRules.Together(Some(11, 0), Some(39, 1)));
        // A part of what lies around would look like the whole of it.
        Assert.Equal(Some(11, 0), PixelRules.Together(Some(11, 0), Some(40, 1)));
        Assert.Equal(Some(60, 0)[..50], PixelRules.Together(Some(60, 0), Some(1, 1)));
    }

    private static IReadOnlyList<PixelRegion> Suggested(DicomDataset image)
    {
        var waits = Assert.IsType<DeidentificationNeedsReview>(Apply(image));
        Assert.Equal("burned-in-text-usual", waits.Code);
        return waits.Suggested;
    }

    private static DeidentificationOutcome Apply(DicomDataset image) =>
        new CentreDeidentifier(SHA256.HashData("a centre"u8)).Apply(DicomFile.Create(image, DicomUids.ExplicitVRLittleEndian));

    private static DicomDataset Image(params (int X0, int Y0, int X1, int Y1)[] regions) => new DicomDataset()
        .Set(DicomTags.SopClassUid, DicomUids.UltrasoundImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.9").Set(DicomTags.Modality, "US")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711")
        .Set(DicomTags.Rows, Rows).Set(DicomTags.Columns, Columns)
        .SetItems(DicomTags.SequenceOfUltrasoundRegions, regions.Select(r => new DicomDataset()
            .Set(DicomTags.RegionLocationMinX0, DicomVr.UL, BitConverter.GetBytes(r.X0)).Set(DicomTags.RegionLocationMinY0, DicomVr.UL, BitConverter.GetBytes(r.Y0))
            .Set(DicomTags.RegionLocationMaxX1, DicomVr.UL, BitConverter.GetBytes(r.X1)).Set(DicomTags.RegionLocationMaxY1, DicomVr.UL, BitConverter.GetBytes(r.Y1))));
}
