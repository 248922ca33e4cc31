using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

internal sealed partial class W3cReader(JsonElement[] annotations, LabelIntake intake)
{
    private readonly Dictionary<string, List<string>> answers = [];

    public void Take()
    {
        foreach (var (place, annotation) in annotations.Index())
        {
            var name = annotation.Text("id") ?? string.Create(CultureInfo.InvariantCulture, $"items[{place}]");
            if (!W3cFormat.Is(annotation, "Annotation"))
                intake.Leave(name, "shape-unheld", annotation.Text("type") ?? "");
            else if (annotation.Text("question") is { } question)
                TakeAnswer(annotation, name, question);
            else if (annotation.Text("motivation") != "linking")
                TakeObject(annotation, name);
        }

        foreach (var (question, words) in answers)
        {
            if (intake.Case.FindQuestion(question) is { } known && AttributeValues.Read(known, words) is { } value)
                intake.AddAnswer(question, known.Id, value);
            else
                intake.Leave(question, "answer-unfit", string.Join(", ", words));
        }

        // What relations join stands anywhere in the file.
        foreach (var (place, annotation) in annotations.Index().Where(a => W3cFormat.Is(a.Item, "Annotation") && a.Item.Text("motivation") == "linking"))
            TakeRelation(annotation, annotation.Text("id") ?? string.Create(CultureInfo.InvariantCulture, $"items[{place}]"));
    }

    private static JsonElement[] Each(JsonElement? node) => node is { ValueKind: JsonValueKind.Array } several ? several.Items() : node is { } one ? [one] : [];

    private static string Bare(string id) => id.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) ? id[9..] : id;

    private static string? Value(JsonElement body) => body.ValueKind == JsonValueKind.String ? body.GetString() : body.Text("value");

    private static IEnumerable<string> Tags(JsonElement annotation) => Each(annotation.Member("body"))
        .Where(b => b.Text("purpose") is "tagging" or "classifying" || b.Text("purpose") is null && b.ValueKind == JsonValueKind.Object && b.Text("value") is not null && annotation.Text("motivation") is "tagging" or "classifying" or "identifying" or null)
        .Select(Value).OfType<string>().Concat(annotation.Text("bodyValue") is { } value ? [value] : []);

    private void TakeAnswer(JsonElement annotation, string name, string question)
    {
        if (intake.Case.FindQuestion(question) is not { } known)
        {
            intake.Leave(name, "question-unknown", question);
            return;
        }

        if (!answers.TryGetValue(known.Id, out var words))
            answers[known.Id] = words = [];
        words.AddRange(Each(annotation.Member("body")).Select(Value).OfType<string>());
    }

    private void TakeRelation(JsonElement annotation, string name)
    {
        var to = Each(annotation.Member("body")).Select(b => b.ValueKind == JsonValueKind.String ? b.GetString() : b.Text("id") ?? b.Text("source")).OfType<string>().ToArray();
        var from = Each(annotation.Member("target")).Select(t => t.ValueKind == JsonValueKind.String ? t.GetString() : t.Text("id") ?? t.Text("source")).OfType<string>().ToArray();
        var type = Tags(annotation).FirstOrDefault() ?? "";
        foreach (var (start, end) in from.SelectMany(f => to.Select(t => (f, t))))
            intake.AddRelation(name, type, intake.IdFor(Bare(start)), intake.IdFor(Bare(end)), Bare(name));
        if (from.Length == 0 || to.Length == 0)
            intake.Leave(name, "relation-without-ends", type);
    }

    private void TakeObject(JsonElement annotation, string name)
    {
        var tags = Tags(annotation).ToArray();
        if (tags.Length == 0)
        {
            intake.Leave(name, "class-missing", annotation.Text("motivation") ?? "");
            return;
        }

        if (intake.Class(name, tags[0]) is not { } @class)
            return;
        foreach (var further in tags.Skip(1))
            intake.Leave(name, "label-further", further);
        var targets = Each(annotation.Member("target"));
        if (targets.Length > 1)
            intake.Leave(name, "parts-separated", $"{targets.Length}");
        foreach (var (place, target) in targets.Index())
        {
            var part = place == 0 ? name : $"{name}[{place}]";
            TakeTarget(target, part, annotation.Text("shape"), new(intake.IdFor(Bare(part)), @class.Id, "", "", 1, [], Attributes: AttributeValues.FromJson(annotation.Member("attributes"))));
        }

        if (targets.Length == 0)
            intake.Leave(name, "shape-missing");
    }

    private void TakeTarget(JsonElement target, string name, string? shape, DocumentObject one)
    {
        var (source, selectors) = Split(target);
        var selector = selectors.FirstOrDefault(s => s.Text("type") is "TextPositionSelector" or "FragmentSelector" or "SvgSelector");
        if (selector.ValueKind == JsonValueKind.Undefined)
            selector = selectors.FirstOrDefault(s => s.Text("type") is "TextQuoteSelector");
        switch (selector.ValueKind == JsonValueKind.Undefined ? null : selector.Text("type"))
        {
            case "TextPositionSelector" or "TextQuoteSelector":
                TakeSpan(selector, selectors, source, name, one);
                break;
            case "FragmentSelector" or "SvgSelector":
                if (Frame(source, target) is not { } frame)
                    intake.Leave(name, "image-unknown", source);
                else if (Shape(selector, frame, shape, one with { SopInstanceUid = frame.SopInstanceUid, Frame = frame.Frame }) is { } read)
                    intake.Add(name, read);
                else
                    intake.Leave(name, "selector-unheld", selector.Text("value") ?? "");
                break;
            default:
                intake.Leave(name, selectors.Length == 0 ? "shape-missing" : "selector-unheld", selectors is [var first, ..] ? first.Text("type") ?? "" : "");
                break;
        }
    }

    /// <summary>A target may be an IRI with its fragment, or a source with selectors.</summary>
    private static (string Source, JsonElement[] Selectors) Split(JsonElement target)
    {
        if (target.ValueKind != JsonValueKind.String)
            return (target.Text("source") ?? target.Member("source")?.Text("id") ?? target.Text("id") ?? "", Each(target.Member("selector")));
        var iri = target.GetString()!;
        return iri.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash
            ? (iri[..hash], [JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["type"] = "FragmentSelector", ["value"] = iri[(hash + 1)..] })])
            : (iri, []);
    }

    private LabelledFrame? Frame(string source, JsonElement target)
    {
        var bare = source.StartsWith("urn:oid:", StringComparison.OrdinalIgnoreCase) ? source[8..] : Uri.UnescapeDataString(source);
        var found = intake.Case.FindImage(bare) ?? (WadoPath().Match(bare) is { Success: true } wado
            ? intake.Case.Frame(wado.Groups["uid"].Value, FormatText.ParseInt(wado.Groups["frame"].Value) ?? 1) : null)
            ?? (intake.Case.Images is [{ Frames: <= 1 }] ? intake.Case.OnlyImage : null);
        return found is not null && target.Int("frame") is { } frame ? intake.Case.Frame(found.SopInstanceUid, frame) : found;
    }

    private void TakeSpan(JsonElement selector, JsonElement[] selectors, string source, string name, DocumentObject one)
    {
        if (intake.Case.FindText(Uri.UnescapeDataString(source)) is not { } text)
        {
            intake.Leave(name, "text-unknown", source);
            return;
        }

        var points = new CodePoints(text.Text);
        var quote = selectors.FirstOrDefault(s => s.Text("type") is "TextQuoteSelector") is { ValueKind: not JsonValueKind.Undefined } quotation ? quotation.Text("exact") : null;
        if (selector.Text("type") == "TextQuoteSelector")
        {
            FindQuote(selector, text, points, name, one);
            return;
        }

        var (start, end) = (selector.Int("start") ?? -1, selector.Int("end") ?? -1);
        if (points.Slice(start, end) is not { Length: > 0 } there)
            intake.Leave(name, "span-outside-text", $"{start}–{end}");
        else if (quote is not null && quote.Normalize() != there)
            intake.Leave(name, "quote-differs", quote);
        else
            intake.Add(name, one with { Type = "span", Text = text.Name, Spans = [new(start, end)] });
    }

    private void FindQuote(JsonElement selector, CaseText text, CodePoints points, string name, DocumentObject one)
    {
        var (exact, prefix, suffix) = ((selector.Text("exact") ?? "").Normalize(), (selector.Text("prefix") ?? "").Normalize(), (selector.Text("suffix") ?? "").Normalize());
        var found = new List<int>();
        var whole = prefix + exact + suffix;
        for (var at = whole.Length == 0 || exact.Length == 0 ? -1 : text.Text.IndexOf(whole, StringComparison.Ordinal); at >= 0 && found.Count < 2; at = text.Text.IndexOf(whole, at + 1, StringComparison.Ordinal))
            found.Add(at + prefix.Length);
        if (found.Count != 1)
            intake.Leave(name, found.Count == 0 ? "quote-differs" : "quote-ambiguous", exact);
        else if (points.FromUtf16(found[0]) is { } start && points.FromUtf16(found[0] + exact.Length) is { } end)
            intake.Add(name, one with { Type = "span", Text = text.Name, Spans = [new(start, end)] });
        else
            intake.Leave(name, "offset-splits-character", exact);
    }

    private static DocumentObject? Shape(JsonElement selector, LabelledFrame frame, string? shape, DocumentObject one)
    {
        var value = selector.Text("value") ?? "";
        if (selector.Text("type") == "SvgSelector")
            return SvgShape.Read(value, shape, one);
        var match = Region().Match(value);
        if (!match.Success)
            return null;
        double[] n = [.. match.Groups["n"].Captures.Select(c => FormatText.ParseNumber(c.Value) ?? double.NaN)];
        var (x, y) = match.Groups["unit"].Value == "percent" ? (frame.Columns / 100.0, frame.Rows / 100.0) : (1, 1);
        return one with { Type = "rectangle", Points = [[n[0] * x, n[1] * y], [(n[0] + n[2]) * x, (n[1] + n[3]) * y]] };
    }

    [GeneratedRegex(@"^xywh=((?<unit>pixel|percent):)?(?<n>[-+.0-9eE]+)(,(?<n>[-+.0-9eE]+)){3}$")]
    private static partial Regex Region();

    [GeneratedRegex(@"instances/(?<uid>[0-9.]+)(/frames/(?<frame>\d{1,9}))?$")]
    private static partial Regex WadoPath();
}
