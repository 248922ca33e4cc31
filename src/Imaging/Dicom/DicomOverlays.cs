using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>The Overlay Plane module (PS3.3 C.9.2), and its retired form in the unused bits of the pixel cells.</summary>
internal static class DicomOverlays
{
    private const ushort FirstGroup = 0x6000, LastGroup = 0x601E;

    public static List<OverlayPlane> Of(DicomDataset data, DicomImage image, int frame)
    {
        var planes = new List<OverlayPlane>();
        DecodedFrame? decoded = null;
        foreach (var group in Groups(data))
        {
            if (data.Find(Tag(group, 0x3000)) is { IsEmpty: false } stored)
            {
                // Image Frame Origin counts from 1; an overlay of one frame lies on every frame of the image.
                var frames = data.GetInt(Tag(group, 0x0015)) ?? 1;
                var index = frames > 1 ? frame + 1 - (data.GetInt(Tag(group, 0x0051)) ?? 1) : 0;
                if (index < 0 || index >= frames) continue;
                var origin = data.GetDoubles(Tag(group, 0x0050));
                planes.Add(OverlayPlane.FromData(
                    data.GetInt(Tag(group, 0x0010)) ?? 0, data.GetInt(Tag(group, 0x0011)) ?? 0,
                    origin is [var row, ..] ? (int)row : 1, origin is [_, var column, ..] ? (int)column : 1, stored.Bytes.Span, index));
            }
            else if (InUnusedBits(data, group) is { } bit && image.Description.SamplesPerPixel == 1)
            {
                planes.Add(OverlayPlane.FromUnusedBits(decoded ??= image.Decode(frame), bit));
            }
        }

        return planes;
    }

    /// <summary>Even groups 6000 to 601E that the data set uses.</summary>
    public static IEnumerable<ushort> Groups(DicomDataset data)
    {
        for (var group = FirstGroup; group <= LastGroup; group += 2)
            if (data.Contains(Tag(group, 0x0010)) || data.Contains(Tag(group, 0x0100)) || data.Contains(Tag(group, 0x3000))) yield return group;
    }

    /// <returns>Overlay Bit Position of a group without Overlay Data; null when its overlay is not in the pixels.</returns>
    public static int? InUnusedBits(DicomDataset data, ushort group) =>
        !data.Contains(Tag(group, 0x3000)) && data.GetInt(Tag(group, 0x0100)) is > 1 && data.GetInt(Tag(group, 0x0102)) is { } bit ? bit : null;

    public static DicomTag Tag(ushort group, ushort element) => new(group, element);
}
