using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Exchange;

/// <summary>
/// Holds what a format read against the same rules that a save is held to. What does not fit leaves the document and joins the report under its
/// name in the file, so that one bad object costs no other.
/// </summary>
internal sealed class LabelFit(FormatCase into)
{
    private readonly List<Untaken> left = [];
    private readonly Dictionary<string, string> names = [];

    public static Outcome<(ImportedLabels Labels, CheckedDocument Checked)> Of(ImportedLabels imported, FormatCase into) => new LabelFit(into).Fit(imported);

    private Outcome<(ImportedLabels, CheckedDocument)> Fit(ImportedLabels imported)
    {
        foreach (var taken in imported.Taken.Where(t => t.Id is not null))
            names[taken.Id!] = taken.Object;
        var images = into.Images.ToDictionary(i => i.SopInstanceUid);
        var check = new DocumentCheck(into.SchemaVersion, into.Schema, images, into.Texts, new Dictionary<string, KnownMask>());
        var document = imported.Document with { Objects = Objects(imported.Document.Objects, new(into.Schema, images, into.Texts)) };
        document = document with { Relations = Relations(document, check) };
        document = document with { Answers = Answers(document) };
        if (check.Check(document).IsRefused(out var refusal, out var fitting))
            return refusal;
        var (objects, relations) = (document.Objects.Select(o => o.Id).ToHashSet(), (document.Relations ?? []).Select(r => r.Id).ToHashSet());
        var kept = imported.Taken.Where(t => t.Kind switch
        {
            Geometry.Mask => true,
            "answer" => document.Answers.ContainsKey(t.What),
            "relation" => relations.Contains(t.Id!),
            _ => objects.Contains(t.Id!),
        });
        return (new ImportedLabels(document, [.. imported.Untaken, .. left], [.. kept]), fitting!);
    }

    private void Leave(string id, string reason, string detail) => left.Add(new(names.GetValueOrDefault(id, id), reason, detail));

    private List<DocumentObject> Objects(IReadOnlyList<DocumentObject> read, ObjectCheck check)
    {
        var kept = new List<DocumentObject>(read.Count);
        foreach (var one in read)
        {
            var fitting = one with { Attributes = Attributes(one) };
            if (check.Fault(fitting) is var (reason, where))
                Leave(one.Id, reason, where);
            else
                kept.Add(fitting);
        }

        return kept;
    }

    private Dictionary<string, DocumentAnswer>? Attributes(DocumentObject one)
    {
        if (one.Attributes is not { Count: > 0 } given)
            return null;
        var (kept, asked) = (new Dictionary<string, DocumentAnswer>(given), into.Schema.Class(one.Class)?.Attributes ?? []);
        while (AnswerCheck.First(asked, kept, _ => false, "attribute-unknown") is var (reason, id))
        {
            Leave(one.Id, reason == "attribute-unknown" ? reason : "value-unfit", id);
            kept.Remove(id);
        }

        return kept.Count > 0 ? kept : null;
    }

    private DocumentRelation[]? Relations(LabelDocument document, DocumentCheck check)
    {
        if (document.Relations is null)
            return null;
        var faults = check.RelationFaults(document).ToDictionary(f => f.Place);
        foreach (var fault in faults.Values)
            Leave(document.Relations[fault.Place].Id, fault.Reason, fault.Where);
        DocumentRelation[] kept = [.. document.Relations.Index().Where(r => !faults.ContainsKey(r.Index)).Select(r => r.Item)];
        return kept.Length > 0 ? kept : null;
    }

    private Dictionary<string, DocumentAnswer> Answers(LabelDocument document)
    {
        var kept = new Dictionary<string, DocumentAnswer>(document.Answers);
        var marked = document.Masks.Select(m => m.Class).Concat(document.Objects.Select(o => o.Class)).ToHashSet();
        while (AnswerCheck.First(into.Schema.Questions, kept, wanted => marked.Any(m => into.Schema.IsKindOf(m, wanted)), "question-unknown") is var (reason, id))
        {
            Leave(id, reason == "question-unknown" ? reason : "answer-unfit", id);
            kept.Remove(id);
        }

        return kept;
    }
}
