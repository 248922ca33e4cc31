using System.Xml.Linq;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// CVAT XML 1.1 (https://docs.cvat.ai/docs/manual/advanced/xml_format/): "for images" and, for an image of several frames, "for video", whose
/// frames count from 0. A tag named like a question is its answer. Attributes "uuid" and "shape" are ours, which CVAT skips.
/// </summary>
internal sealed class CvatFormat : ILabelFormat
{
    /// <summary>An answer's word on its tag.</summary>
    public const string Value = "value";

    public string Id => "cvat";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Radiology, DataKind.Pathology, DataKind.Endoscopy];

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadXml(file).IsRefused(out var refusal, out var root))
                return refusal;
            if (root!.Name != "annotations")
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (root.Elements().Sum(e => 1 + e.Elements().Count()) > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            new CvatReader(root, file.Name, intake).Take();
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => new CvatWriter(document, from).Write();
}
