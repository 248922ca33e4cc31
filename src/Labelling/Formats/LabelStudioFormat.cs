using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// Label Studio's JSON (https://labelstud.io/guide/export): tasks with an annotation each. Places are percentages of the image, text offsets
/// UTF-16 units, frames count from 1. Of several annotations of a task the first is taken; of a task without any, its first prediction.
/// </summary>
internal sealed class LabelStudioFormat : ILabelFormat
{
    public string Id => "label-studio";

    public IReadOnlyList<DataKind> Kinds { get; } = Enum.GetValues<DataKind>();

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
                return refusal;
            var tasks = json.ValueKind == JsonValueKind.Array ? json.Items() : [json];
            if (tasks.Any(t => t.ValueKind != JsonValueKind.Object || t.Member("data") is null))
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (tasks.Sum(t => t.Items("annotations").Concat(t.Items("predictions")).Sum(a => 1 + a.Items("result").Length)) > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            foreach (var (place, task) in tasks.Index())
                new LabelStudioReader(task, place, intake).Take();
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => new LabelStudioWriter(document, from).Write();
}
