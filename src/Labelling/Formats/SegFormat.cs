using System.Globalization;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// DICOM Segmentation objects (PS3.3 A.51 and C.8.20). Written as BINARY, one object for each series, a segment for each class; read as BINARY,
/// as LABELMAP, and as FRACTIONAL where a threshold is given or nothing but none and all is in it.
/// </summary>
internal sealed class SegFormat : ILabelFormat
{
    /// <summary>A class without a code of its own has its id under this designator; 99 marks private schemes (PS3.16, 8.1).</summary>
    public const string PrivateScheme = "99PIROGOV";

    public string Id => "dicom-seg";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Radiology, DataKind.Endoscopy];

    public bool NeedsSeries => true;

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (SegReader.Open(file, intake).IsRefused(out var refusal, out var reader))
                return refusal;
            reader!.Take();
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from)
    {
        var (files, losses) = (new List<LabelFile>(), new List<Untaken>());
        Losses.AllButMasks(document, losses);
        var masks = document.Masks.ToLookup(m => (m.SopInstanceUid, Math.Max(1, m.Frame)));
        var held = new HashSet<(string, int)>();
        foreach (var series in from.Series)
        {
            // One object has frames of one size.
            foreach (var planes in series.Planes.Where(p => masks.Contains((p.Frame.SopInstanceUid, p.Frame.Frame))).GroupBy(p => (p.Frame.Rows, p.Frame.Columns)))
            {
                held.UnionWith(planes.Select(p => (p.Frame.SopInstanceUid, p.Frame.Frame)));
                var writer = new SegWriter(from, series, [.. InOrder(series, planes)]);
                var name = files.Count == 0 ? from.Label : string.Create(CultureInfo.InvariantCulture, $"{from.Label}_{files.Count + 1}");
                files.Add(new($"{name}.seg.dcm", writer.Write(masks)));
            }
        }

        losses.AddRange(document.Masks.Where(m => !held.Contains((m.SopInstanceUid, Math.Max(1, m.Frame))))
            .Select(m => new Untaken($"{m.Class} {m.SopInstanceUid}#{m.Frame}", "mask-off-grid")));
        return new(files, losses);
    }

    /// <summary>Along the volume where there is one, else as the instances are numbered.</summary>
    private static IEnumerable<CasePlane> InOrder(CaseSeries series, IEnumerable<CasePlane> planes)
    {
        if (series.Volume is not { } volume)
            return planes;
        var order = volume.Frames.Index().ToDictionary(f => (f.Item.SopInstanceUid, f.Item.Frame), f => f.Index);
        return planes.OrderBy(p => order[(p.Frame.SopInstanceUid, p.Frame.Frame)]);
    }
}
