using System.Globalization;
using System.Text;
using Pirogov.Agenda.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// NIfTI-1 masks on the grid of a series. Classes stand in the table beside them (BIDS); those that overlap others stand in a further file,
/// <c>_layer2</c> and so on, under the same numbers.
/// </summary>
internal sealed class NiftiFormat : ILabelFormat
{
    public string Id => "nifti";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Radiology];

    public bool NeedsSeries => true;

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        if (LabelNames.Read(files).IsRefused(out var refusal, out var names))
            return refusal;
        var volumes = files.Where(f => f.Name.EndsWith(".nii", StringComparison.OrdinalIgnoreCase) || f.Name.EndsWith(".nii.gz", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (volumes.Length == 0)
            return new LabelFileUnreadable("not-this-format", files is [var first, ..] ? first.Name : "");
        foreach (var file in volumes)
        {
            if (Read(file).IsRefused(out refusal, out var grid) || new VolumeLabels(intake).Take(file.Name, grid!, label => names!.Of(file.Name, label)).IsRefused(out refusal))
                return refusal;
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from)
    {
        var (files, losses) = (new List<LabelFile>(), new List<Untaken>());
        Losses.AllButMasks(document, losses);
        foreach (var masks in MaskLayers.Of(document, from, losses))
        {
            var name = masks.NameIn(from);
            foreach (var (layer, labels) in masks.Layers.Index())
            {
                using var bytes = new MemoryStream();
                NiftiWriter.Write(bytes, NiftiImage.FromMask(labels, masks.Volume.Lps.FlipLpsRas()), gzip: true);
                files.Add(new(layer == 0 ? $"{name}.nii.gz" : string.Create(CultureInfo.InvariantCulture, $"{name}_layer{layer + 1}.nii.gz"), bytes.ToArray()));
            }

            files.Add(new($"{name}.tsv", Table(masks)));
        }

        return new(files, losses);
    }

    private static byte[] Table(MaskLayers masks)
    {
        var table = new StringBuilder("index\tname\tcolor\n");
        foreach (var (@class, label, _) in masks.Classes)
            table.Append(CultureInfo.InvariantCulture, $"{label}\t{@class.Id}\t{@class.Color}\n");
        return FormatText.Bytes(table.ToString());
    }

    private static Outcome<LabelGrid> Read(LabelFile file)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        try
        {
            using var bytes = new MemoryStream(file.Bytes.ToArray(), writable: false);
            var image = NiftiReader.Read(bytes, FormatLimits.MostUnpackedBytes);
            var grid = image.Grid;
            return new LabelGrid(file.Name, image.Affine.FlipLpsRas(), [grid.Columns, grid.Rows, grid.Slices], [1, grid.Columns, grid.Columns * grid.Rows], image.Value);
        }
        catch (ImagingException broken)
        {
            return ImagingRefusal.Of(broken, file.Name);
        }
    }
}

/// <summary>What an image library says of a file, as a value.</summary>
internal static class ImagingRefusal
{
    public static LabelFileUnreadable Of(ImagingException broken, string file) => new(broken.Fault switch
    {
        ImagingFault.TooLarge => "too-large",
        ImagingFault.Unsupported or ImagingFault.CodecMissing => "unsupported",
        _ => "malformed",
    }, file);
}
