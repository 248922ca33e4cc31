using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>The platform's own document with the runs of its masks: nothing is lost but who drew what.</summary>
internal sealed class PlatformFormat : ILabelFormat
{
    public string Id => "pirogov";

    public IReadOnlyList<DataKind> Kinds { get; } = Enum.GetValues<DataKind>();

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
                return refusal;
            if (Read(json) is not { Masks: not null, Objects: not null, Answers: not null } document)
                return new LabelFileUnreadable("not-this-format", file.Name);
            Take(document, intake);
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) =>
        new([new(from.Label + ".json", FormatText.WriteJson(JsonSerializer.SerializeToNode(document, PlatformJson.Options)!))], []);

    private static LabelDocument? Read(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? json.Deserialize<LabelDocument>(PlatformJson.Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Take(LabelDocument document, LabelIntake intake)
    {
        foreach (var mask in document.Masks)
            TakeMask(mask, intake);
        foreach (var (place, one) in document.Objects.Index())
        {
            if (one is not { Id: not null, Class: not null, Type: not null, SopInstanceUid: not null, Points: not null } || one.Spans?.Any(s => s is null) is true)
                intake.Leave($"objects[{place}]", "incomplete");
            else if (intake.Class(one.Id, one.Class) is { } @class)
                intake.Add(one.Id, one with { Id = intake.IdFor(one.Id), Class = @class.Id });
        }

        foreach (var (place, relation) in (document.Relations ?? []).Index())
        {
            if (relation is { Id: not null, Type: not null, From: not null, To: not null })
                intake.AddRelation(relation.Id, relation.Type, intake.IdFor(relation.From), intake.IdFor(relation.To));
            else
                intake.Leave($"relations[{place}]", "incomplete");
        }

        foreach (var (id, answer) in document.Answers)
        {
            if (answer is { IsGiven: true } or { Uncertain: true })
                intake.AddAnswer(id, id, answer.Value, answer.Uncertain, answer.CannotAssess);
        }
    }

    private static void TakeMask(DocumentMask mask, LabelIntake intake)
    {
        if (mask is not { Class: not null, SopInstanceUid: not null })
        {
            intake.Leave("masks", "incomplete");
            return;
        }

        var name = $"{mask.Class} {mask.SopInstanceUid}#{mask.Frame}";
        if (intake.Class(name, mask.Class) is not { } @class)
            return;
        if (intake.Case.Frame(mask.SopInstanceUid, mask.Frame) is not { } frame)
            intake.Leave(name, "image-unknown");
        else if (mask.Runs is null)
            intake.Leave(name, "mask-without-runs");
        else if (!TryRuns(mask, out var runs))
            intake.Leave(name, "mask-broken");
        else
            intake.AddMask(name, @class, frame, runs);
    }

    private static bool TryRuns(DocumentMask mask, out RunLengthMask runs)
    {
        runs = null!;
        var buffer = new byte[mask.Runs!.Length];
        return Convert.TryFromBase64String(mask.Runs, buffer, out var length)
            && RunLengthMask.TryDecode(buffer.AsSpan(0, length), mask.Rows, mask.Columns, out runs!, out _);
    }
}
