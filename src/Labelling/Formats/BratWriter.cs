using System.Globalization;
using System.Text;
using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>Writes one .ann and the .txt it counts in for each text; ids are numbered anew, as brat wants them.</summary>
internal static class BratWriter
{
    public static ExportedLabels Write(LabelDocument document, FormatCase from)
    {
        var (files, losses) = (new List<LabelFile>(), new List<Untaken>());
        Losses.Masks(document, losses);
        Losses.Answers(document, losses);
        foreach (var other in document.Objects.Where(o => o.Type != "span"))
            Losses.Geometry(other, losses);
        var held = new HashSet<string>();
        foreach (var text in from.Texts)
        {
            var stem = Path.GetFileNameWithoutExtension(text.Name);
            files.Add(new(stem + ".ann", FormatText.Bytes(Annotations(document, text, held, losses))));
            files.Add(new(stem + ".txt", FormatText.Bytes(text.Text)));
        }

        losses.AddRange((document.Relations ?? []).Where(r => !held.Contains(r.Id)).Select(r => new Untaken(r.Id, "relation-unheld", r.Type)));
        return new(files, losses);
    }

    private static string Annotations(LabelDocument document, CaseText text, HashSet<string> held, List<Untaken> losses)
    {
        var lines = new Lines();
        var points = new CodePoints(text.Text);
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var one in document.Objects.Where(o => o.Type == "span" && o.Text == text.Name))
        {
            var places = string.Join(';', one.Spans!.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Start} {s.End}")));
            var quote = string.Join(' ', one.Spans!.Select(s => points.Slice(s.Start, s.End))).ReplaceLineEndings(" ").Replace('\t', ' ');
            names[one.Id] = lines.Add('T', $"{one.Class} {places}\t{quote}");
            foreach (var (id, value) in AttributeValues.Plain(one, losses))
                Attribute(lines, one, names[one.Id], id, value, losses);
        }

        var own = (document.Relations ?? []).Where(r => names.ContainsKey(r.From) && names.ContainsKey(r.To)).ToArray();
        held.UnionWith(own.Select(r => r.Id));
        foreach (var relation in own.Where(r => r.Type != BratFormat.Equivalence))
            lines.Add('R', $"{relation.Type} Arg1:{names[relation.From]} Arg2:{names[relation.To]}");
        foreach (var group in own.Where(r => r.Type == BratFormat.Equivalence).GroupBy(r => r.From))
            lines.AddUnnumbered($"*\t{BratFormat.Equivalence} {string.Join(' ', group.Select(r => names[r.To]).Prepend(names[group.Key]))}");
        return lines.ToString();
    }

    private static void Attribute(Lines lines, DocumentObject one, string target, string id, JsonElement value, List<Untaken> losses)
    {
        if (AttributeValues.Spell(value) is not { Length: > 0 } said || said.AsSpan().ContainsAny('\n', '\r', '\t') || said.Trim() != said)
            losses.Add(new(one.Id, "attribute-unheld", id));
        else if (id == BratFormat.Note)
            lines.Add('#', $"AnnotatorNotes {target}\t{said}");
        else if (id == BratFormat.Reference)
            lines.Add('N', $"Reference {target} {said}\t");
        else
            lines.Add('A', value.ValueKind == JsonValueKind.True ? $"{id} {target}" : $"{id} {target} {said}");
    }

    private sealed class Lines
    {
        private readonly StringBuilder written = new();
        private readonly Dictionary<char, int> last = [];

        public string Add(char letter, string rest)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{letter}{last[letter] = last.GetValueOrDefault(letter) + 1}");
            AddUnnumbered($"{name}\t{rest}");
            return name;
        }

        public void AddUnnumbered(string line) => written.Append(line).Append('\n');

        public override string ToString() => written.ToString();
    }
}
