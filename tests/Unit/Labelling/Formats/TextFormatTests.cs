using System.Text;
using CsCheck;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

public class TextFormatTests
{
    private static readonly BratFormat Brat = new();
    private static readonly ConllFormat Conll = new();

    [Fact]
    public void Mentions_attributes_and_relations_survive_brat_and_back() => FormatRoom.Document(FormatRoom.Span).Sample(document =>
    {
        var back = Brat.ThereAndBack(document);
        Assert.Empty(back.Untaken);
        FormatRoom.Same(FormatRoom.Numbered(document), FormatRoom.Numbered(back.Document));
    }, iter: 300);

    [Fact]
    public void Offsets_of_brat_are_code_points_and_not_units_of_UTF16()
    {
        var text = FormatRoom.Case.Texts[0].Text;
        Assert.Equal(text.EnumerateRunes().Count(), CodePoints.Count(text));
        var at = text.EnumerateRunes().TakeWhile(r => r.ToString() != "𝛼").Count();
        var span = Brat.Import("story.ann", $"T1\torgan {at} {at + 2}\t𝛼2\n").Document.Objects.Single().Spans!.Single();
        Assert.Equal(new TextSpan(at, at + 2), span);
        Assert.Equal("quote-differs", Brat.Import("story.ann", $"T1\torgan {at + 1} {at + 3}\t𝛼2\n").Untaken.Single().Reason);
    }

    [Fact]
    public void A_text_with_carriage_returns_and_decomposed_letters_is_the_same_text()
    {
        var source = "\uFEFF" + FormatRoom.Case.Texts[0].Text.Replace("\n", "\r\n", StringComparison.Ordinal).Normalize(NormalizationForm.FormD);
        var at = source.EnumerateRunes().TakeWhile(r => r.ToString() != "О").Count();
        var quote = "Отёк".Normalize(NormalizationForm.FormD);
        var back = Brat.Import(new LabelFile("story.ann", Encoding.UTF8.GetBytes($"T1\torgan {at} {at + 5}\t{quote}\r\n")), new("story.txt", Encoding.UTF8.GetBytes(source)));
        Assert.Empty(back.Untaken);
        var span = back.Document.Objects.Single().Spans!.Single();
        Assert.Equal("Отёк", new CodePoints(FormatRoom.Case.Texts[0].Text).Slice(span.Start, span.End));
    }

    [Fact]
    public void An_offset_between_a_letter_and_its_mark_has_no_place_in_the_composed_text()
    {
        var alignment = TextAlignment.Of("ае\u0308б", "аёб")!;
        Assert.Equal([0, 1, null, 2, 3, null], Enumerable.Range(0, 6).Select(alignment.Carry));
        Assert.Null(TextAlignment.Of("аеб", "аёб"));
    }

    [Fact]
    public void Events_notes_references_and_equivalences_of_brat_find_a_place()
    {
        var back = Brat.Import("story.ann", """
            T1	organ 0 6	Жалобы
            T2	stone 12 16	боль
            E1	organ:T1 Theme:T2
            A1	Negation E1
            M2	Confidence T2 Very high
            N1	Reference T2 UMLS:C0030193	Pain
            #1	AnnotatorNotes T2	смотри выше
            *	Equiv T1 T2
            T3	nobody 0 6	Жалобы
            R1	causes Arg1:T1 Arg2:T3
            A9	Negation T3
            X1	what
            """);
        Assert.Equal(2, back.Document.Objects.Count);
        Assert.Equal(["Confidence", "note", "reference"], back.Document.Objects[1].Attributes!.Keys.Order());
        Assert.True(back.Document.Objects[0].Attributes!["Negation"].Value!.Value.GetBoolean());
        Assert.Equal(["Equiv", "Theme"], back.Document.Relations!.Select(r => r.Type).Order());
        Assert.All(back.Document.Objects, o => Assert.Equal("import", o.Origin));
        Assert.Equal([("R1", "relation-without-ends"), ("T3", "class-unknown"), ("X1", "line-unknown")], back.Untaken.Select(u => (u.Object, u.Reason)).Order());
    }

    [Fact]
    public void A_relation_of_brat_leads_from_its_first_argument_to_its_second_in_whichever_order_they_stand()
    {
        var back = Brat.Import("story.ann", "T1\torgan 0 6\tЖалобы\nT2\tstone 12 16\tболь\nR1\tcauses Arg1:T1 Arg2:T2\nR2\tcauses Arg2:T1 Arg1:T2\nR3\tcauses Cause:T2 Effect:T1\n");
        var (organ, stone) = (back.Document.Objects[0].Id, back.Document.Objects[1].Id);
        Assert.Equal([(organ, stone), (stone, organ), (stone, organ)], back.Document.Relations!.Select(r => (r.From, r.To)));
        Assert.Equal([("R3", "roles-unheld", "Cause, Effect")], back.Untaken.Select(u => (u.Object, u.Reason, u.Detail)));
    }

    /// <summary>A text that reads as a number or as yes is still a text where the class asks for one.</summary>
    [Fact]
    public void Attributes_of_brat_have_the_type_that_their_class_gives_them()
    {
        Question[] asked = [new("word", new("слово", "word"), Question.FreeText, []), new("seen", new("видно", "seen"), Question.YesNo, []), new("kind", new("вид", "kind"), Question.Choice, [new("a", new("да", "yes"))])];
        var into = FormatRoom.Case with { Schema = new([FormatRoom.Schema.Class("organ")! with { Attributes = asked }], []) };
        var file = new LabelFile("story.ann", Encoding.UTF8.GetBytes("T1\torgan 0 6\tЖалобы\nA1\tword T1 12\nA2\tвидно T1\nA3\tkind T1 да\nA4\tother T1 12\nT2\torgan 12 16\tболь\nA5\tword T2 true\n"));
        var back = Brat.Import([file], into).Value;
        Assert.Empty(back.Untaken);
        Assert.Equal(["kind \"a\"", "other 12", "seen true", "word \"12\""], back.Document.Objects[0].Attributes!.Select(a => $"{a.Key} {a.Value.Value!.Value.GetRawText()}").Order(StringComparer.Ordinal));
        Assert.Equal("true", back.Document.Objects[1].Attributes!["word"].Value!.Value.GetString());
        FormatRoom.Same(FormatRoom.Numbered(back.Document), FormatRoom.Numbered(Brat.ThereAndBack(back.Document, into).Document));
    }

    [Theory]
    [InlineData("T1\torgan 0\tЖ", "malformed story.ann: 1")]
    [InlineData("\n\nR1\tcauses T1 T2", "malformed story.ann: 3")]
    [InlineData("T1\torgan NaN 3\tЖ", "malformed story.ann: 1")]
    public void A_broken_line_of_brat_is_named(string line, string refusal) => Assert.Equal(refusal, Brat.Refused("story.ann", line));

    [Fact]
    public void Offsets_outside_the_text_stay_behind() =>
        Assert.Equal(["span-outside-text", "span-outside-text", "span-outside-text"],
            Brat.Import("story.ann", "T1\torgan 5 5\t\nT2\torgan 6 5000\tx\nT3\torgan 99999999999 99999999999\tx").Untaken.Select(u => u.Reason));

    [Fact]
    public void Whole_mentions_that_do_not_overlap_survive_conll_and_the_rest_is_listed() => FormatRoom.Document(FormatRoom.Span).Sample(document =>
    {
        var exported = Conll.Export(document, FormatRoom.Case);
        var (runes, held, lost) = (FormatRoom.Case.Texts[0].Text.EnumerateRunes().ToArray(), new List<DocumentObject>(), new List<(string, string)>());
        // Of what tokens can tell the longest first, of equally long ones the earlier.
        foreach (var one in document.Objects.OrderBy(o => o.Spans!.Sum(s => s.Start - s.End)).ThenBy(o => o.Spans![0].Start).ThenBy(o => o.Id, StringComparer.Ordinal))
        {
            var (first, last) = (one.Spans![0], one.Spans[^1]);
            if (one.Spans.Count > 1) lost.Add((one.Id, "span-interrupted"));
            else if (Rune.IsWhiteSpace(runes[first.Start]) || Rune.IsWhiteSpace(runes[last.End - 1])) lost.Add((one.Id, "span-edge-is-space"));
            else if (held.Any(h => h.Spans![0].Start < last.End && first.Start < h.Spans[0].End)) lost.Add((one.Id, "span-overlaps"));
            else held.Add(one);
        }

        Assert.Equal(lost.Order(), exported.Losses.Where(l => l.Reason.StartsWith("span", StringComparison.Ordinal)).Select(l => (l.Object, l.Reason)).Order());
        var back = Conll.Import(exported.Files, FormatRoom.Case).Value;
        Assert.Empty(back.Untaken);
        Assert.Equal(held.OrderBy(o => o.Spans![0].Start).Select(o => (o.Class, o.Spans!.Single())), back.Document.Objects.Select(o => (o.Class, o.Spans!.Single())));
    }, iter: 300);

    [Theory]
    [InlineData("Жалобы I-organ\n😀 I-organ\nна O\nболь I-stone\n. I-organ", "organ 0–8, stone 12–16, organ 16–17")]
    [InlineData("Жалобы B-organ\n😀 B-organ\nна O\n\nболь S-stone\n. O", "organ 0–6, organ 7–8, stone 12–16")]
    [InlineData("Жалобы\tN\tB-organ\r\n😀\tN\tE-organ\r\nна\tN\tO\r\n", "organ 0–8")]
    public void Tags_of_every_dialect_are_read(string lines, string mentions) => Assert.Equal(mentions,
        string.Join(", ", Conll.Import("story.conll", lines).Document.Objects.Select(o => $"{o.Class} {o.Spans![0].Start}–{o.Spans[0].End}")));

    [Theory]
    [InlineData("Жалобы O\nнет O", "text-differs story.conll: 2")]
    [InlineData("Жалобы Q-organ", "malformed story.conll: 1")]
    [InlineData("Жалобы", "malformed story.conll: 1")]
    public void Tokens_that_are_not_of_this_text_are_refused_with_their_line(string lines, string refusal) => Assert.Equal(refusal, Conll.Refused("story.conll", lines));

    [SkippableFact]
    public void Every_file_of_a_published_corpus_is_taken_whole_and_written_back_the_same()
    {
        var folder = SharedData.Folder("data", "text", "nerel-bio");
        var (mentions, relations) = (0, 0);
        foreach (var path in Directory.EnumerateFiles(folder, "*.ann", SearchOption.AllDirectories))
        {
            var (ann, txt) = (File.ReadAllText(path), File.ReadAllText(Path.ChangeExtension(path, ".txt")));
            var lines = ann.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string[] types = [.. lines.Where(l => l[0] == 'T').Select(l => l.Split('\t')[1].Split(' ')[0]).Distinct()];
            var into = new FormatCase("N", EntityId.New<SchemaVersionId>(),
                new([.. types.Select(t => new LabelClass(t, new(t, t), "#000000", ["span"]))], []), [],
                [new(Path.GetFileName(Path.ChangeExtension(path, ".txt")), "", txt.ReplaceLineEndings("\n").Normalize())]);
            var back = Brat.Import([new(Path.GetFileName(path), Encoding.UTF8.GetBytes(ann)), new(Path.GetFileName(Path.ChangeExtension(path, ".txt")), Encoding.UTF8.GetBytes(txt))], into);
            Assert.False(back.IsRefused(out var refusal), $"{path}: {refusal}");
            Assert.Empty(back.Value.Untaken);
            Assert.Equal(lines.Count(l => l[0] == 'T'), back.Value.Document.Objects.Count);
            Assert.Equal(lines.Count(l => l[0] == 'R'), back.Value.Document.Relations?.Count ?? 0);
            FormatRoom.Same(FormatRoom.Numbered(back.Value.Document), FormatRoom.Numbered(Brat.ThereAndBack(back.Value.Document, into).Document));
            (mentions, relations) = (mentions + back.Value.Document.Objects.Count, relations + (back.Value.Document.Relations?.Count ?? 0));
        }

        Assert.True(mentions > 6000 && relations > 4000, $"{mentions} mentions, {relations} relations");
    }
}
