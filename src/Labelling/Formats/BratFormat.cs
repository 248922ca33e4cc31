using System.Text.RegularExpressions;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// brat standoff (https://brat.nlplab.org/standoff.html). Offsets are code points of the .txt that comes along, or of the case's
/// text where none does. An event becomes relations from its trigger, one for each role; a note and a reference become the
/// attributes "note" and "reference"; an equivalence becomes relations "Equiv" from its first member.
/// </summary>
internal sealed partial class BratFormat : ILabelFormat
{
    public const string Equivalence = "Equiv";
    public const string Note = "note";
    public const string Reference = "reference";

    public string Id => "brat";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.ClinicalText];

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        var annotations = files.Where(f => f.Name.EndsWith(".ann", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (annotations.Length == 0)
            return new LabelFileUnreadable("not-this-format", files is [var first, ..] ? first.Name : "");
        foreach (var file in annotations)
        {
            var beside = files.FirstOrDefault(f => f.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)
                && Path.GetFileNameWithoutExtension(f.Name) == Path.GetFileNameWithoutExtension(file.Name));
            if (Read(file, beside, intake).IsRefused(out var refusal))
                return refusal;
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => BratWriter.Write(document, from);

    private static Outcome<Done> Read(LabelFile file, LabelFile? beside, LabelIntake intake)
    {
        if (FormatText.ReadText(file).IsRefused(out var refusal, out var lines))
            return refusal;
        if (intake.Case.FindText(file.Name) is not { } text)
            return new LabelFileUnreadable("text-unknown", file.Name);
        var source = text.Text;
        if (beside is not null && FormatText.ReadText(beside).IsRefused(out refusal, out source))
            return refusal;
        if (TextAlignment.Of(source!, text.Text) is not { } alignment)
            return new LabelFileUnreadable("text-differs", beside!.Name);
        var reading = new Annotations(intake, text, new(source!), alignment, intake.Case.Texts.Count > 1 ? file.Name + " " : "");
        foreach (var (number, line) in lines!.TrimStart('\uFEFF').Split('\n').Index())
        {
            if (number >= FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            if (line.Trim('\r', ' ') is { Length: > 0 } said && !reading.Note(said))
                return new LabelFileUnreadable("malformed", $"{file.Name}: {number + 1}");
        }

        reading.Take();
        return Done.Value;
    }

    /// <summary>The lines of one file, which may name each other in any order.</summary>
    private sealed class Annotations(LabelIntake intake, CaseText text, CodePoints source, TextAlignment alignment, string prefix)
    {
        private readonly List<(string Id, Match Line)> entities = [];
        private readonly List<(string Id, string Type, string From, string To)> relations = [];
        private readonly Dictionary<string, List<(string Line, string Name, string Value)>> attributes = [];
        private readonly Dictionary<string, string> triggers = [];
        private readonly List<string> unknown = [];

        /// <returns>False when the line breaks the form that its letter promises.</returns>
        public bool Note(string line) => line[0] switch
        {
            'T' => Entity().Match(line) is { Success: true } m && Keep(() => entities.Add((m.Groups["id"].Value, m))),
            'R' => Relation().Match(line) is { Success: true } m && Keep(() => NoteRelation(m)),
            'E' => Event().Match(line) is { Success: true } m && Keep(() => NoteEvent(m)),
            'A' or 'M' => Attribute().Match(line) is { Success: true } m
                && Keep(() => NoteAttribute(m, m.Groups["name"].Value, m.Groups["value"].Success ? m.Groups["value"].Value : "true")),
            'N' => Normalization().Match(line) is { Success: true } m && Keep(() => NoteAttribute(m, Reference, m.Groups["value"].Value)),
            '#' => Comment().Match(line) is { Success: true } m && Keep(() => NoteAttribute(m, BratFormat.Note, m.Groups["value"].Value)),
            '*' => Equivalent().Match(line) is { Success: true } m && Keep(() => NoteEquivalence(m)),
            _ => Keep(() => unknown.Add(line.Split('\t')[0])),
        };

        public void Take()
        {
            foreach (var line in unknown)
                intake.Leave(prefix + line, "line-unknown");
            foreach (var (id, line) in entities)
                TakeEntity(id, line);
            foreach (var (id, type, from, to) in relations)
                intake.AddRelation(prefix + id, type, IdOf(from), IdOf(to));
            foreach (var (target, lines) in attributes)
            {
                foreach (var left in lines)
                    intake.Leave(prefix + left.Line, "attribute-without-object", target);
            }
        }

        private static bool Keep(Action note)
        {
            note();
            return true;
        }

        /// <summary>By the names of the arguments, in whichever order they stand; under other names the first is where it begins.</summary>
        private void NoteRelation(Match m)
        {
            var (roles, ends) = (m.Groups["role"].Captures, m.Groups["end"].Captures);
            var isTurned = roles[0].Value == "Arg2" && roles[1].Value == "Arg1";
            if (!isTurned && (roles[0].Value, roles[1].Value) is not ("Arg1", "Arg2"))
                intake.Leave(prefix + m.Groups["id"].Value, "roles-unheld", $"{roles[0].Value}, {roles[1].Value}");
            relations.Add((m.Groups["id"].Value, m.Groups["type"].Value, ends[isTurned ? 1 : 0].Value, ends[isTurned ? 0 : 1].Value));
        }

        private void NoteEvent(Match m)
        {
            var (id, trigger) = (m.Groups["id"].Value, m.Groups["trigger"].Value);
            triggers[id] = trigger;
            foreach (var (place, role) in m.Groups["role"].Captures.Index())
                relations.Add(($"{id}:{place + 1}", role.Value, trigger, m.Groups["target"].Captures[place].Value));
        }

        private void NoteEquivalence(Match m)
        {
            string[] members = [.. m.Groups["member"].Captures.Select(c => c.Value)];
            foreach (var other in members.Skip(1))
                relations.Add(($"* {members[0]} {other}", Equivalence, members[0], other));
        }

        private void NoteAttribute(Match m, string name, string value)
        {
            if (!attributes.TryGetValue(m.Groups["target"].Value, out var there))
                attributes[m.Groups["target"].Value] = there = [];
            there.Add((m.Groups["id"].Value, name, value));
        }

        private string IdOf(string name) => intake.IdFor(prefix + triggers.GetValueOrDefault(name, name));

        private void TakeEntity(string id, Match line)
        {
            var @class = intake.Class(prefix + id, line.Groups["type"].Value);
            var own = AttributesOf(id, @class);
            if (@class is null)
                return;
            var (spans, quotes) = (new List<TextSpan>(), new List<string>());
            foreach (var (place, start) in line.Groups["start"].Captures.Index())
            {
                if (FormatText.ParseInt(start.Value) is not { } from || FormatText.ParseInt(line.Groups["end"].Captures[place].Value) is not { } to
                    || source.Slice(from, to) is not { Length: > 0 } quote || alignment.Carry(from) is not { } first || alignment.Carry(to) is not { } end)
                {
                    intake.Leave(prefix + id, "span-outside-text", $"{start.Value}–{line.Groups["end"].Captures[place].Value}");
                    return;
                }

                spans.Add(new(first, end));
                quotes.Add(quote);
            }

            if (line.Groups["text"].Success && OneLine(string.Join(' ', quotes)) != OneLine(line.Groups["text"].Value))
                intake.Leave(prefix + id, "quote-differs", line.Groups["text"].Value);
            else
                intake.Add(prefix + id, new(intake.IdFor(prefix + id), @class.Id, "span", "", 1, [], Text: text.Name, Spans: spans, Attributes: own));
        }

        /// <summary>Those of the entity itself and of events that it triggers.</summary>
        private IReadOnlyDictionary<string, DocumentAnswer>? AttributesOf(string entity, LabelClass? @class)
        {
            var own = new Dictionary<string, DocumentAnswer>();
            foreach (var target in triggers.Where(t => t.Value == entity).Select(t => t.Key).Prepend(entity))
            {
                if (!attributes.Remove(target, out var lines))
                    continue;
                foreach (var (line, name, value) in lines)
                {
                    var (id, read) = name is Reference or BratFormat.Note || @class is null ? (name, AttributeValues.Of(value)) : AttributeValues.Read(@class, name, [value]);
                    if (!own.TryAdd(id, new(read)))
                        intake.Leave(prefix + line, "attribute-twice", name);
                }
            }

            return AttributeValues.Some(own);
        }

        private static string OneLine(string text) => Spaces().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"^(?<id>T\S*)\t(?<type>\S+) (?<start>\d+) (?<end>\d+)(;(?<start>\d+) (?<end>\d+))*(\t(?<text>.*))?$")]
    private static partial Regex Entity();

    [GeneratedRegex(@"^(?<id>R\S*)\t(?<type>\S+)( +(?<role>[^:\s]+):(?<end>\S+)){2}\s*$")]
    private static partial Regex Relation();

    [GeneratedRegex(@"^(?<id>E\S*)\t[^:\s]+:(?<trigger>\S+)( +(?<role>[^:\s]+):(?<target>\S+))*\s*$")]
    private static partial Regex Event();

    [GeneratedRegex(@"^(?<id>[AM]\S*)\t(?<name>\S+) (?<target>\S+)( (?<value>.*\S))?\s*$")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^(?<id>N\S*)\t(?<name>\S+) (?<target>\S+) (?<value>[^\t]+)(\t.*)?$")]
    private static partial Regex Normalization();

    [GeneratedRegex(@"^(?<id>#\S*)\t(?<name>\S+) (?<target>[^\s]+)\t(?<value>.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\*\t\S+( (?<member>\S+)){2,}\s*$")]
    private static partial Regex Equivalent();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
