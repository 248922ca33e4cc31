using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <summary>The labels do not fit what the schema asks or what the images allow.</summary>
/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Where">The class, object, question or instance.</param>
internal sealed record DocumentDoesNotFitSchema(string Reason, string Where) : Refusal("labelling/document-does-not-fit-schema", 422)
{
    public override string WordsKey => $"reason.labelling.document.{Reason}";
}

/// <summary>A mask that the server holds already and that this reading may name by its hash.</summary>
internal sealed record KnownMask(int Rows, int Columns, int PixelCount, long Size);

internal sealed record NewMask(string Sha256, byte[] Bytes);

internal sealed record CheckedDocument(LabelDocument Document, IReadOnlyList<NewMask> NewMasks);

/// <summary>Holds a document against its schema and against the images of its case.</summary>
/// <param name="images">The case's instances by SOP Instance UID.</param>
/// <param name="known">Masks by SHA-256 that were sent to this reader before.</param>
internal sealed class DocumentCheck(
    SchemaVersionId schemaVersion, SchemaContent schema, IReadOnlyDictionary<string, CaseFile> images, IReadOnlyDictionary<string, KnownMask> known)
{
    public const int MostObjects = 5_000;
    public const int MostMasks = 100_000;
    public const int MostPoints = 20_000;
    public const int TextLimit = 10_000;
    public const long MostMaskBytes = 64L << 20;

    private static readonly HashSet<string> KeepsShape = ["point", "length", "polyline", "polygon", "rectangle", "ellipse"];

    public Outcome<CheckedDocument> Check(LabelDocument document)
    {
        if (document is not { SchemaVersion: not null, Masks: not null, Objects: not null, Answers: not null })
            return No("incomplete", "");
        if (document.SchemaVersion != schemaVersion.ToString())
            return No("other-schema", document.SchemaVersion);
        if (document.Objects.Count > MostObjects)
            return No("too-many-objects", $"{document.Objects.Count}");
        if (document.Masks.Count > MostMasks)
            return No("masks-too-large", $"{document.Masks.Count}");
        var masks = CheckMasks(document.Masks, out var added);
        if (masks.IsRefused(out var badMask))
            return badMask;
        if (Repeated(document.Objects.Select(o => o.Id)) is { } id)
            return No("object-twice", id);
        if (document.Objects.Select(Fault).FirstOrDefault(f => f is not null) is { } badObject)
            return badObject;
        if (document.Answers.Select(a => Fault(a.Key, a.Value)).FirstOrDefault(f => f is not null) is { } badAnswer)
            return badAnswer;
        return new CheckedDocument(document with { Masks = masks.Value }, added);
    }

    /// <summary>What a submission needs beyond what a draft needs: the required classes and answers.</summary>
    public static Refusal? CheckComplete(SchemaContent schema, LabelDocument document)
    {
        var drawn = document.Masks.Select(m => m.Class).Concat(document.Objects.Select(o => o.Class)).ToHashSet();
        if (schema.Classes.FirstOrDefault(c => c.Required && !drawn.Contains(c.Id)) is { } undrawn)
            return No("class-is-required", undrawn.Id);
        return schema.Questions.FirstOrDefault(q => q.Required && !(document.Answers.TryGetValue(q.Id, out var answer) && answer.IsGiven)) is { } unanswered
            ? No("answer-is-required", unanswered.Id)
            : null;
    }

    private Outcome<IReadOnlyList<DocumentMask>> CheckMasks(IReadOnlyList<DocumentMask> sent, out List<NewMask> added)
    {
        added = [];
        var kept = new List<DocumentMask>(sent.Count);
        var places = new HashSet<(string, string, int)>();
        long bytes = 0;
        foreach (var mask in sent)
        {
            if (mask is not { Class: not null, SopInstanceUid: not null })
                return No("incomplete", "");
            if (PlaceFault(mask.Class, "mask", mask.SopInstanceUid, mask.Frame) is { } misplaced)
                return misplaced;
            if (!places.Add((mask.Class, mask.SopInstanceUid, mask.Frame)))
                return No("mask-twice", mask.Class);
            var image = images[mask.SopInstanceUid];
            if (mask.Rows != image.Rows || mask.Columns != image.Columns)
                return No("mask-of-other-size", $"{mask.Columns} × {mask.Rows}");
            var settled = mask.Runs is null ? Settle(mask, ref bytes) : Decode(mask, added, ref bytes);
            if (settled.IsRefused(out var refusal))
                return refusal;
            if (bytes > MostMaskBytes)
                return No("masks-too-large", $"{bytes >> 20} MiB");
            if (settled.Value.PixelCount > 0)
                kept.Add(settled.Value);
        }

        return Outcome<IReadOnlyList<DocumentMask>>.Of(kept);
    }

    private Outcome<DocumentMask> Settle(DocumentMask mask, ref long bytes)
    {
        if (mask.Blob is null || !known.TryGetValue(mask.Blob, out var held) || held.Rows != mask.Rows || held.Columns != mask.Columns)
            return No("mask-unknown", mask.Class);
        bytes += held.Size;
        return mask with { PixelCount = held.PixelCount };
    }

    private static Outcome<DocumentMask> Decode(DocumentMask mask, List<NewMask> added, ref long bytes)
    {
        if (mask.Runs!.Length / 4 * 3L > MostMaskBytes)
            return No("masks-too-large", mask.Class);
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(mask.Runs.Length)];
        if (!Convert.TryFromBase64String(mask.Runs, buffer, out var length)
            || !RunLengthMask.TryDecode(buffer.AsSpan(0, length), mask.Rows, mask.Columns, out var decoded, out _))
            return No("mask-is-broken", mask.Class);
        bytes += length;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
        if (!decoded.IsEmpty)
            added.Add(new(sha256, buffer[..length]));
        return mask with { Runs = null, Blob = sha256, PixelCount = decoded.PixelCount };
    }

    private DocumentDoesNotFitSchema? Fault(DocumentObject one)
    {
        if (one is not { Id: not null, Class: not null, Type: not null, SopInstanceUid: not null, Points: not null })
            return No("incomplete", "");
        if (!Guid.TryParse(one.Id, out _))
            return No("object-id-unfit", one.Id);
        if (!KeepsShape.Contains(one.Type))
            return No("object-type-unknown", one.Type);
        if (PlaceFault(one.Class, one.Type, one.SopInstanceUid, one.Frame) is { } misplaced)
            return misplaced;
        if (!FitsType(one.Type, one.Points.Count))
            return No("points-unfit", one.Id);
        var image = images[one.SopInstanceUid];
        if (!one.Points.All(p => p is [var x, var y] && x >= 0 && x <= image.Columns && y >= 0 && y <= image.Rows))
            return No("point-outside-image", one.Id);
        if (one.Points3d is { } spatial && (spatial.Count != one.Points.Count || !spatial.All(p => p is { Length: 3 } && p.All(double.IsFinite))))
            return No("points-unfit", one.Id);
        if (one.FrameOfReferenceUid is { Length: > 64 } || one.Measurement is { LengthMm: { } mm } && !(double.IsFinite(mm) && mm >= 0))
            return No("measurement-unfit", one.Id);
        return null;
    }

    private static bool FitsType(string type, int points) => type switch
    {
        "point" => points == 1,
        "length" => points == 2,
        "polyline" => points is >= 2 and <= MostPoints,
        "polygon" => points is >= 3 and <= MostPoints,
        _ => points is >= 2 and <= 4,
    };

    private DocumentDoesNotFitSchema? PlaceFault(string @class, string geometry, string sopInstanceUid, int frame)
    {
        if (schema.Class(@class) is not { } known)
            return No("class-unknown", @class);
        if (!known.Geometries.Contains(geometry))
            return No("geometry-not-allowed", @class);
        if (!images.TryGetValue(sopInstanceUid, out var image))
            return No("image-of-other-case", @class);
        return frame < 1 || frame > Math.Max(1, image.Frames) ? No("frame-unknown", $"{frame}") : null;
    }

    private DocumentDoesNotFitSchema? Fault(string id, DocumentAnswer? answer)
    {
        if (schema.Question(id) is not { } question)
            return No("question-unknown", id);
        if (answer is null)
            return No("incomplete", id);
        if (answer.Uncertain && !question.AllowUncertain || answer.CannotAssess && !question.AllowCannotAssess)
            return No("answer-not-allowed", id);
        if (answer.Value is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
            return null;
        if (answer.CannotAssess)
            return No("answer-contradicts", id);
        return AnswerFault(question, value) is { } reason ? No(reason, id) : null;
    }

    private static string? AnswerFault(Question question, JsonElement value) => question.Type switch
    {
        Question.Choice => value.ValueKind != JsonValueKind.String ? "answer-of-other-type" : question.HasOption(value.GetString()!) ? null : "option-unknown",
        Question.Multichoice => MultichoiceFault(question, value),
        Question.Number => value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number) ? "answer-of-other-type"
            : number < question.Min || number > question.Max ? "number-outside-range" : null,
        Question.YesNo => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "answer-of-other-type",
        _ => value.ValueKind != JsonValueKind.String ? "answer-of-other-type" : value.GetString()!.Length > TextLimit ? "text-too-long" : null,
    };

    private static string? MultichoiceFault(Question question, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            return "answer-of-other-type";
        var chosen = value.EnumerateArray().Select(v => v.GetString()!).ToArray();
        return chosen.All(question.HasOption) && chosen.Distinct().Count() == chosen.Length ? null : "option-unknown";
    }

    private static string? Repeated(IEnumerable<string?> ids)
    {
        var seen = new HashSet<string?>(StringComparer.OrdinalIgnoreCase);
        return ids.FirstOrDefault(id => id is not null && !seen.Add(id));
    }

    private static DocumentDoesNotFitSchema No(string reason, string where) =>
        new(reason, where.Length <= 100 ? where : new StringBuilder(where, 0, 100, 101).Append('…').ToString());
}
