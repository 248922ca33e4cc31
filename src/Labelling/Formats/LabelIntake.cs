using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// Gathers what an importer finds into a document that fits the schema and the case, and lists the rest with reasons. Ids
/// follow from the format and the object's name in the file: the same file read twice gives the same document.
/// </summary>
internal sealed class LabelIntake(FormatCase into, string format)
{
    public const string Origin = "import";

    /// <summary>Percentages and decimals of other tools miss the border by their rounding; what is further out is outside, px.</summary>
    private const double BorderTolerance = 1e-3;

    private readonly List<DocumentObject> objects = [];
    private readonly List<DocumentRelation> relations = [];
    private readonly Dictionary<(string Class, string Uid, int Frame), (RunLengthMask Mask, string Name)> masks = [];
    private readonly Dictionary<string, DocumentAnswer> answers = [];
    private readonly List<Untaken> untaken = [];
    private readonly Dictionary<string, int> lengths = [];
    private readonly List<Taken> taken = [];
    private readonly HashSet<string> ids = new(StringComparer.OrdinalIgnoreCase);

    public FormatCase Case => into;

    public void Leave(string name, string reason, string detail = "") => untaken.Add(new(Shown(name), reason, Shown(detail)));

    public LabelClass? Class(string name, string said)
    {
        var found = into.FindClass(said);
        if (found is null)
            Leave(name, "class-unknown", said);
        return found;
    }

    /// <summary>A UUID stays what it is; every other name becomes one of its hash (RFC 9562, version 8).</summary>
    public string IdFor(string name)
    {
        if (Guid.TryParseExact(name, "D", out var given))
            return given.ToString();
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{format}\n{into.Label}\n{name}")).AsSpan(0, 16);
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <returns>Whether it was taken; if not, it is listed.</returns>
    public bool Add(string name, DocumentObject one)
    {
        var settled = one with { Points = Settle(one, one.Points), Holes = one.Holes?.Select(h => Settle(one, h)).ToArray(), Origin = Origin, Confirmed = null };
        if (Fault(settled) is { } fault)
        {
            Leave(name, fault.Reason, fault.Detail);
            return false;
        }

        objects.Add(settled);
        taken.Add(new(Shown(name), settled.Type, settled.Class, settled.Id));
        return true;
    }

    /// <summary>One class has one mask on a frame: further instances are united with it, and that is listed.</summary>
    public bool AddMask(string name, LabelClass @class, LabelledFrame frame, RunLengthMask mask)
    {
        if (!@class.Geometries.Contains("mask"))
        {
            Leave(name, "geometry-not-allowed", $"{@class.Id}: mask");
            return false;
        }

        if (mask.Rows != frame.Rows || mask.Columns != frame.Columns)
        {
            Leave(name, "mask-of-other-size", $"{mask.Columns} × {mask.Rows}");
            return false;
        }

        var place = (@class.Id, frame.SopInstanceUid, frame.Frame);
        if (mask.IsEmpty)
        {
            Leave(name, "mask-empty");
            return false;
        }

        taken.Add(new(Shown(name), Geometry.Mask, @class.Id));
        if (!masks.TryGetValue(place, out var there))
        {
            masks[place] = (mask, name);
            return true;
        }

        masks[place] = (there.Mask.Union(mask), there.Name);
        Leave(name, "instances-united", there.Name);
        return true;
    }

    public void AddRelation(string name, string type, string from, string to, string? id = null)
    {
        if (!ids.Contains(from) || !ids.Contains(to))
            Leave(name, "relation-without-ends", type);
        else
        {
            // A type that the schema does not know keeps its name, by which it is then left.
            var known = into.FindRelation(type)?.Id ?? type;
            relations.Add(new(IdFor(id ?? name), known, from, to, Origin));
            taken.Add(new(Shown(name), "relation", known, relations[^1].Id));
        }
    }

    public void AddAnswer(string name, string said, JsonElement? value, bool uncertain = false, bool cannotAssess = false)
    {
        if (into.FindQuestion(said) is not { } question)
            Leave(name, "question-unknown", said);
        else if (!answers.TryAdd(question.Id, new(value, uncertain, cannotAssess)))
            Leave(name, "answer-twice", said);
        else
            taken.Add(new(Shown(name), "answer", question.Id));
    }

    public ImportedLabels Finish() => new(
        new(into.SchemaVersion.ToString(),
            [.. masks.Select(m => new DocumentMask(m.Key.Class, m.Key.Uid, m.Key.Frame, m.Value.Mask.Rows, m.Value.Mask.Columns, m.Value.Mask.PixelCount,
                Convert.ToBase64String(m.Value.Mask.Encode()), null, Origin))],
            objects, answers, relations.Count > 0 ? relations : null),
        untaken, taken);

    private (string Reason, string Detail)? Fault(DocumentObject one)
    {
        if (into.Schema.Class(one.Class) is not { } known)
            return ("class-unknown", one.Class);
        if (!known.Geometries.Contains(one.Type))
            return ("geometry-not-allowed", $"{one.Class}: {one.Type}");
        if (objects.Count >= DocumentCheck.MostObjects)
            return ("too-many-objects", $"{DocumentCheck.MostObjects}");
        if ((one.Type == "span" ? SpanFault(one) : ShapeFault(one)) is { } fault)
            return fault;
        return ids.Add(one.Id) ? null : ("object-twice", one.Id);
    }

    private (string, string)? SpanFault(DocumentObject one)
    {
        if (into.Texts.FirstOrDefault(t => t.Name == one.Text) is not { } text)
            return ("text-unknown", one.Text ?? "");
        if (one.Spans is not { Count: > 0 } spans)
            return ("span-outside-text", "");
        if (!lengths.TryGetValue(text.Name, out var length))
            lengths[text.Name] = length = CodePoints.Count(text.Text);
        return spans.FirstOrDefault(s => s.Start < 0 || s.End <= s.Start || s.End > length) is { } wrong
            ? ("span-outside-text", $"{wrong.Start}–{wrong.End}")
            : null;
    }

    private (string, string)? ShapeFault(DocumentObject one)
    {
        if (into.Frame(one.SopInstanceUid, Math.Max(1, one.Frame)) is not { } frame)
            return into.Images.Any(i => i.SopInstanceUid == one.SopInstanceUid) ? ("frame-unknown", $"{one.Frame}") : ("image-unknown", one.SopInstanceUid);
        var all = one.Points.Concat(one.Holes?.SelectMany(h => h) ?? []).Concat(one.Track?.SelectMany(k => k.Points) ?? []).ToArray();
        if (all.Length > DocumentCheck.MostPoints)
            return ("too-many-points", $"{all.Length}");
        if (all.FirstOrDefault(p => p is not [var x, var y] || !double.IsFinite(x) || !double.IsFinite(y)) is not null)
            return ("number-not-finite", "");
        if (all.FirstOrDefault(p => p[0] < 0 || p[1] < 0 || p[0] > frame.Columns || p[1] > frame.Rows) is { } outside)
            return ("point-outside-image", FormatText.Number(outside[0]) + ", " + FormatText.Number(outside[1]));
        if (one.Track is { } track)
            return TrackFault(track, one.SopInstanceUid);
        if (one.Interval is { } interval)
            return into.Frame(one.SopInstanceUid, interval.First) is null || into.Frame(one.SopInstanceUid, interval.Last) is null || interval.Last < interval.First
                ? ("frame-unknown", $"{interval.First}–{interval.Last}") : null;
        return !FitsType(one.Type, one.Points.Count) || one.Holes?.Any(h => h.Count < 3) is true ? ("points-unfit", $"{one.Type}: {one.Points.Count}") : null;
    }

    private (string, string)? TrackFault(IReadOnlyList<KeyFrame> track, string uid)
    {
        if (track.FirstOrDefault(k => into.Frame(uid, k.Frame) is null) is { } wrong)
            return ("frame-unknown", $"{wrong.Frame}");
        return track.Count == 0 || track.Zip(track.Skip(1)).Any(p => p.First.Frame >= p.Second.Frame) ? ("key-frames-unfit", "") : null;
    }

    private static bool FitsType(string type, int points) => type switch
    {
        "point" => points == 1,
        "length" => points == 2,
        "polyline" => points >= 2,
        "polygon" => points >= 3,
        "rectangle" => points == 2,
        "ellipse" => points is >= 2 and <= 4,
        _ => false,
    };

    private IReadOnlyList<double[]> Settle(DocumentObject one, IReadOnlyList<double[]> points) =>
        into.Frame(one.SopInstanceUid, Math.Max(1, one.Frame)) is { } frame
            ? [.. points.Select(p => p is [var x, var y] ? [Clamp(x, frame.Columns), Clamp(y, frame.Rows)] : p)]
            : points;

    private static double Clamp(double value, int limit) =>
        value < 0 && value > -BorderTolerance ? 0 : value > limit && value < limit + BorderTolerance ? limit : value;

    private static string Shown(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");
}
