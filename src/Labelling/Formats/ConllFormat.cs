using System.Text;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// CoNLL-2003: a token a line, its tag in the last column, an empty line behind a sentence. Tags are read as IOB1, IOB2 and
/// IOBES, written as IOB2. Tokens carry no offsets: they are found in the text one after the other, with only white space between.
/// </summary>
internal sealed class ConllFormat : ILabelFormat
{
    private const string DocumentStart = "-DOCSTART-";

    public string Id => "conll";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.ClinicalText];

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files.Where(f => !f.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) || files.Count == 1))
        {
            if (Read(file, intake).IsRefused(out var refusal))
                return refusal;
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => ConllWriter.Write(document, from);

    private static Outcome<Done> Read(LabelFile file, LabelIntake intake)
    {
        if (FormatText.ReadText(file).IsRefused(out var refusal, out var content))
            return refusal;
        var lines = content!.TrimStart('\uFEFF').Split('\n');
        if (lines.Length > FormatLimits.MostEntries * 10)
            return new LabelFileUnreadable("too-many-entries", file.Name);
        int[] starts = [.. lines.Index().Where(l => l.Item.StartsWith(DocumentStart, StringComparison.Ordinal)).Select(l => l.Index)];
        if (starts.Length == 0)
            starts = [0];
        if (starts.Length > 1 && starts.Length != intake.Case.Texts.Count)
            return new LabelFileUnreadable("text-unknown", file.Name);
        foreach (var (place, start) in starts.Index())
        {
            if ((starts.Length > 1 ? intake.Case.Texts[place] : intake.Case.FindText(file.Name)) is not { } text)
                return new LabelFileUnreadable("text-unknown", file.Name);
            var end = place + 1 < starts.Length ? starts[place + 1] : lines.Length;
            if (ReadText(file.Name, lines, start, end, text, intake).IsRefused(out refusal))
                return refusal;
        }

        return Done.Value;
    }

    private static Outcome<Done> ReadText(string file, string[] lines, int start, int end, CaseText text, LabelIntake intake)
    {
        var (points, at) = (new CodePoints(text.Text), 0);
        Mention? open = null;
        for (var number = start; number < end; number++)
        {
            var columns = lines[number].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length == 0 || columns[0] == DocumentStart)
            {
                Close(ref open, text, intake);
                continue;
            }

            if (columns.Length < 2 || ReadTag(columns[^1]) is not var (mark, type))
                return new LabelFileUnreadable("malformed", $"{file}: {number + 1}");
            while (at < text.Text.Length && char.IsWhiteSpace(text.Text[at]))
                at++;
            if (string.CompareOrdinal(text.Text, at, columns[0], 0, columns[0].Length) != 0)
                return new LabelFileUnreadable("text-differs", $"{file}: {number + 1}");
            var (first, last) = (points.FromUtf16(at), points.FromUtf16(at + columns[0].Length));
            at += columns[0].Length;
            if (mark is 'O' or 'B' or 'S' || open is not null && open.Type != type)
                Close(ref open, text, intake);
            if (mark == 'O' || first is null || last is null)
                continue;
            open = open is null ? new(type, first.Value, last.Value, $"{file}: {number + 1}") : open with { End = last.Value };
            if (mark is 'E' or 'S')
                Close(ref open, text, intake);
        }

        Close(ref open, text, intake);
        return Done.Value;
    }

    private static (char Mark, string Type)? ReadTag(string tag) => tag == "O" ? ('O', "")
        : tag.Length > 2 && tag[1] == '-' && "BIESLU".Contains(tag[0], StringComparison.Ordinal) ? (tag[0] switch { 'L' => 'E', 'U' => 'S', var m => m }, tag[2..]) : null;

    private static void Close(ref Mention? open, CaseText text, LabelIntake intake)
    {
        if (open is { } mention && intake.Class(mention.Name, mention.Type) is { } @class)
            intake.Add(mention.Name, new(intake.IdFor(mention.Name), @class.Id, "span", "", 1, [], Text: text.Name, Spans: [new(mention.Start, mention.End)]));
        open = null;
    }

    private sealed record Mention(string Type, int Start, int End, string Name);
}

/// <summary>Tokens are runs of letters and digits or single other characters, cut where a mention begins or ends.</summary>
internal static class ConllWriter
{
    public static ExportedLabels Write(LabelDocument document, FormatCase from)
    {
        var (files, losses) = (new List<LabelFile>(), new List<Untaken>());
        Losses.Masks(document, losses);
        Losses.Answers(document, losses);
        Losses.Relations(document, losses);
        foreach (var one in document.Objects)
        {
            if (one.Type != "span")
                Losses.Geometry(one, losses);
            losses.AddRange((one.Attributes ?? new Dictionary<string, DocumentAnswer>()).Keys.Order(StringComparer.Ordinal).Select(a => new Untaken(one.Id, "attribute-unheld", a)));
        }

        foreach (var text in from.Texts)
        {
            var runes = text.Text.EnumerateRunes().ToArray();
            var held = Held([.. document.Objects.Where(o => o.Type == "span" && o.Text == text.Name)], runes, losses);
            files.Add(new(Path.GetFileNameWithoutExtension(text.Name) + ".conll", FormatText.Bytes(Lines(runes, held))));
        }

        return new(files, losses);
    }

    /// <summary>Of mentions that overlap the longest stays; one that is interrupted or begins or ends in white space cannot be told in tokens.</summary>
    private static (TextSpan Span, string Class)[] Held(DocumentObject[] objects, Rune[] runes, List<Untaken> losses)
    {
        var (held, taken) = (new List<(TextSpan Span, string Class)>(), new bool[runes.Length]);
        foreach (var one in objects.OrderByDescending(o => o.Spans!.Sum(s => s.End - s.Start)).ThenBy(o => o.Spans![0].Start).ThenBy(o => o.Id, StringComparer.Ordinal))
        {
            var span = one.Spans![0];
            if (one.Spans.Count > 1)
                losses.Add(new(one.Id, "span-interrupted"));
            else if (Rune.IsWhiteSpace(runes[span.Start]) || Rune.IsWhiteSpace(runes[span.End - 1]))
                losses.Add(new(one.Id, "span-edge-is-space"));
            else if (taken.AsSpan(span.Start, span.End - span.Start).Contains(true))
                losses.Add(new(one.Id, "span-overlaps"));
            else
            {
                taken.AsSpan(span.Start, span.End - span.Start).Fill(true);
                held.Add((span, one.Class));
            }
        }

        return [.. held.OrderBy(h => h.Span.Start)];
    }

    private static string Lines(Rune[] runes, (TextSpan Span, string Class)[] held)
    {
        var written = new StringBuilder("-DOCSTART- -X- -X- O\n\n");
        var (next, sentenceIsOpen) = (0, false);
        for (var at = 0; at < runes.Length;)
        {
            if (next < held.Length && held[next].Span.End <= at)
                next++;
            (TextSpan Span, string Class)? inside = next < held.Length && held[next].Span.Start <= at ? held[next] : null;
            if (Rune.IsWhiteSpace(runes[at]))
            {
                if (inside is null && sentenceIsOpen && EndsSentence(runes, at))
                {
                    written.Append('\n');
                    sentenceIsOpen = false;
                }

                at++;
                continue;
            }

            var limit = inside is { } mention ? mention.Span.End : next < held.Length ? held[next].Span.Start : runes.Length;
            var end = at + 1;
            while (end < limit && IsWord(runes[end - 1]) && IsWord(runes[end]))
                end++;
            for (var i = at; i < end; i++)
                written.Append(runes[i].ToString());
            written.Append(" -X- -X- ").Append(inside is { } of ? (of.Span.Start == at ? "B-" : "I-") + of.Class : "O").Append('\n');
            (at, sentenceIsOpen) = (end, true);
        }

        return (sentenceIsOpen ? written.Append('\n') : written).ToString();
    }

    /// <summary>A line's end, or a full stop before a capital letter.</summary>
    private static bool EndsSentence(Rune[] runes, int space) => runes[space].Value == '\n'
        || space + 1 < runes.Length && runes[space - 1].Value is '.' or '!' or '?' or '…' && Rune.IsUpper(runes[space + 1]);

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
