using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// A document's masks on one volume, as labels. A class keeps the label of its place in the schema in every case; classes that overlap stand in
/// different layers, so that nothing is painted over.
/// </summary>
internal sealed record MaskLayers(CaseVolume Volume, IReadOnlyList<(LabelClass Class, byte Label, int Layer)> Classes, IReadOnlyList<MaskVolume> Layers)
{
    /// <returns>One for each volume that has masks.</returns>
    public static IReadOnlyList<MaskLayers> Of(LabelDocument document, FormatCase from, List<Untaken> losses)
    {
        var places = from.Volumes.SelectMany(v => v.Frames.Index().Select(f => (Key: (f.Item.SopInstanceUid, f.Item.Frame), Volume: v, f.Index)))
            .DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => (p.Volume, p.Index));
        var held = document.Masks.ToLookup(m => places.ContainsKey((m.SopInstanceUid, Math.Max(1, m.Frame))));
        losses.AddRange(held[false].Select(m => new Untaken($"{m.Class} {m.SopInstanceUid}#{m.Frame}", "mask-off-grid")));
        return [.. held[true].Select(m => (Mask: m, Place: places[(m.SopInstanceUid, Math.Max(1, m.Frame))])).GroupBy(m => m.Place.Volume)
            .Select(g => Of(g.Key, from.Schema, g.Select(m => (m.Mask.Class, m.Place.Index, Decode(m.Mask))).ToLookup(m => m.Class)))];
    }

    public static RunLengthMask Decode(DocumentMask mask) => RunLengthMask.Decode(Convert.FromBase64String(mask.Runs!), mask.Rows, mask.Columns);

    /// <summary>Files of a case with one volume are called by the case alone.</summary>
    public string NameIn(FormatCase from) => from.Volumes.Count() == 1 ? from.Label : $"{from.Label}_{Volume.SeriesInstanceUid}";

    private static MaskLayers Of(CaseVolume volume, SchemaContent schema, ILookup<string, (string Class, int Slice, RunLengthMask Mask)> masks)
    {
        var (layers, taken, classes) = (new List<MaskVolume>(), new List<Dictionary<int, RunLengthMask>>(), new List<(LabelClass, byte, int)>());
        foreach (var (place, @class) in schema.Classes.Index().Where(c => masks.Contains(c.Item.Id)))
        {
            var own = masks[@class.Id].ToArray();
            var layer = taken.FindIndex(t => own.All(m => !t.TryGetValue(m.Slice, out var there) || there.IntersectionCount(m.Mask) == 0));
            if (layer < 0)
            {
                layer = layers.Count;
                layers.Add(new(volume.Grid));
                taken.Add([]);
            }

            foreach (var (_, slice, mask) in own)
            {
                taken[layer][slice] = taken[layer].TryGetValue(slice, out var there) ? there.Union(mask) : mask;
                layers[layer].Paint(slice, mask, (byte)(place + 1));
            }

            classes.Add((@class, (byte)(place + 1), layer));
        }

        return new(volume, classes, layers);
    }
}
