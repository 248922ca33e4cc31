using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// What of an ultrasound image is no picture: devices say where their regions of data lie (PS3.3 C.8.5.5), and write names, dates and measures
/// around them. A recipe of deid (deid.dicom.ultrasound, MIT) keeps the regions and blackens the rest; here the rest is what a person is shown first.
/// </summary>
internal static class UltrasoundRegions
{
    /// <summary>Devices declare a handful.</summary>
    private const int Most = 16;

    /// <summary>More than a person could go through, or a review would take.</summary>
    private const int MostStrips = 40;

    /// <returns>The image without its regions, as rectangles that do not overlap; nothing where no region is told, or one that lies nowhere.</returns>
    public static IReadOnlyList<PixelRegion> Around(DicomDataset dataset)
    {
        var (rows, columns) = (dataset.GetInt(DicomTags.Rows) ?? 0, dataset.GetInt(DicomTags.Columns) ?? 0);
        var items = dataset.GetItems(DicomTags.SequenceOfUltrasoundRegions);
        var kept = items.Select(i => Of(i, rows, columns)).OfType<PixelRegion>().ToArray();
        if (kept.Length == 0 || kept.Length < items.Count || kept.Length > Most)
        {
            return [];
        }

        var strips = new List<PixelRegion>();
        int[] edges = [.. kept.SelectMany(r => new[] { r.Y, r.Y + r.Height }).Append(0).Append(rows).Distinct().Order()];
        foreach (var (top, bottom) in edges.Zip(edges.Skip(1)))
        {
            var left = 0;
            foreach (var region in kept.Where(r => r.Y <= top && r.Y + r.Height >= bottom).OrderBy(r => r.X))
            {
                Add(strips, left, top, region.X, bottom);
                left = Math.Max(left, region.X + region.Width);
            }

            Add(strips, left, top, columns, bottom);
        }

        return strips.Count > MostStrips ? [] : strips;
    }

    /// <summary>The strip above goes on where it has the same sides.</summary>
    private static void Add(List<PixelRegion> strips, int left, int top, int right, int bottom)
    {
        if (left >= right)
        {
            return;
        }

        var above = strips.FindIndex(s => s.X == left && s.Width == right - left && s.Y + s.Height == top);
        if (above >= 0)
        {
            strips[above] = strips[above] with { Height = bottom - strips[above].Y };
        }
        else
        {
            strips.Add(new(left, top, right - left, bottom - top));
        }
    }

    /// <summary>Both corners are pixels of the region.</summary>
    private static PixelRegion? Of(DicomDataset item, int rows, int columns)
    {
        if (item.GetInt(DicomTags.RegionLocationMinX0) is not { } x0 || item.GetInt(DicomTags.RegionLocationMinY0) is not { } y0
            || item.GetInt(DicomTags.RegionLocationMaxX1) is not { } x1 || item.GetInt(DicomTags.RegionLocationMaxY1) is not { } y1
            || x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0 || x0 >= columns || y0 >= rows)
        {
            return null;
        }

        return new(x0, y0, Math.Min(x1, columns - 1) - x0 + 1, Math.Min(y1, rows - 1) - y0 + 1);
    }
}
