using System.Globalization;
using Pirogov.Agenda.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// NRRD masks on the grid of a series, as 3D Slicer keeps segmentations: names, colours, labels and layers of segments stand in
/// <c>Segment0_Name:=</c> and so on; several layers on a list axis.
/// </summary>
internal sealed class NrrdFormat : ILabelFormat
{
    private const int MostLayers = 1_000;

    public string Id => "nrrd";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Radiology];

    public bool NeedsSeries => true;

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        if (LabelNames.Read(files).IsRefused(out var refusal, out var names))
            return refusal;
        var volumes = files.Where(f => f.Name.EndsWith(".nrrd", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (volumes.Length == 0)
            return new LabelFileUnreadable("not-this-format", files is [var first, ..] ? first.Name : "");
        foreach (var file in volumes)
        {
            if (Read(file).IsRefused(out refusal, out var image) || Take(file, image!, names!, intake).IsRefused(out refusal))
                return refusal;
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from)
    {
        var losses = new List<Untaken>();
        Losses.AllButMasks(document, losses);
        return new([.. MaskLayers.Of(document, from, losses).Select(m => new LabelFile($"{m.NameIn(from)}.seg.nrrd", NrrdWriter.Write(m.Layers, m.Volume.Lps, Pairs(m))))], losses);
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(MaskLayers masks)
    {
        foreach (var (place, (@class, label, layer)) in masks.Classes.Index())
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"Segment{place}_");
            yield return new(prefix + "ID", @class.Id);
            yield return new(prefix + "Name", @class.Id);
            yield return new(prefix + "Color", string.Join(' ', Convert.FromHexString(@class.Color.AsSpan(1)).Select(c => FormatText.Number(Math.Round(c / 255.0, 6)))));
            yield return new(prefix + "LabelValue", label.ToString(CultureInfo.InvariantCulture));
            yield return new(prefix + "Layer", layer.ToString(CultureInfo.InvariantCulture));
        }

        yield return new("Segmentation_MasterRepresentation", "Binary labelmap");
        yield return new("Segmentation_ContainedRepresentationNames", "Binary labelmap|");
    }

    private static Outcome<NrrdImage> Read(LabelFile file)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        try
        {
            return NrrdReader.Read(file.Bytes, FormatLimits.MostUnpackedBytes);
        }
        catch (ImagingException broken)
        {
            return ImagingRefusal.Of(broken, file.Name);
        }
    }

    private static Outcome<Done> Take(LabelFile file, NrrdImage image, LabelNames names, LabelIntake intake)
    {
        int[] lists = [.. Enumerable.Range(0, image.Sizes.Count).Except(image.SpatialAxes).Where(a => image.Sizes[a] > 1)];
        if (lists.Length > 1 || lists is [var only] && image.Sizes[only] > MostLayers)
            return new LabelFileUnreadable("unsupported", file.Name);
        var (strides, segments) = (image.Strides, SegmentsOf(image.Pairs));
        var (layers, step) = lists is [var list] ? (image.Sizes[list], strides[list]) : (1, 0);
        for (var layer = 0; layer < layers; layer++)
        {
            var (own, number) = (layer, layers == 1 ? file.Name : string.Create(CultureInfo.InvariantCulture, $"{file.Name} layer {layer}"));
            var grid = new LabelGrid(number, image.Lps, [.. image.SpatialAxes.Select(a => image.Sizes[a])], [.. image.SpatialAxes.Select(a => strides[a])], image.Value, layer * step);
            if (new VolumeLabels(intake).Take(file.Name, grid, label => segments.GetValueOrDefault((own, label)) ?? names.Of(file.Name, label)).IsRefused(out var refusal))
                return refusal;
        }

        return Done.Value;
    }

    /// <summary>Without layers and labels (Slicer before 4.11) the segments stand in their order: one a layer, labelled 1.</summary>
    private static Dictionary<(int Layer, int Label), string> SegmentsOf(IReadOnlyDictionary<string, string> pairs)
    {
        var found = new Dictionary<(int, int), string>();
        for (var n = 0; pairs.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"Segment{n}_Name"), out var name)
            || pairs.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"Segment{n}_ID"), out name); n++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"Segment{n}_");
            var label = FormatText.ParseInt(pairs.GetValueOrDefault(prefix + "LabelValue")) ?? 1;
            found[(FormatText.ParseInt(pairs.GetValueOrDefault(prefix + "Layer")) ?? n, label)] = name;
        }

        return found;
    }
}
