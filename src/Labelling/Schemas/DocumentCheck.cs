using System.Buffers.Text;
using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <summary>The labels do not fit what the schema asks or what the case allows.</summary>
/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Where">What is meant: the class, the question, the coordinates, the number.</param>
/// <param name="At">The place in the document: <c>objects[3]</c>, <c>masks[0]</c>, <c>relations[1]</c>, <c>answers</c>.</param>
/// <param name="Id">The object's or the relation's id.</param>
/// <param name="Draft">Where what was sent is kept: among the reading's side drafts.</param>
internal sealed record DocumentDoesNotFitSchema(string Reason, string Where, string At = "", string? Id = null, Guid? Draft = null) : Refusal("labelling/document-does-not-fit-schema", 422)
{
    public override string WordsKey => $"reason.labelling.document.{Reason}";
}

/// <summary>A mask that the server holds already and that this reading may name by its hash.</summary>
internal sealed record KnownMask(int Rows, int Columns, int PixelCount, long Size);

internal sealed record NewMask(string Sha256, byte[] Bytes);

internal sealed record CheckedDocument(LabelDocument Document, IReadOnlyList<NewMask> NewMasks);

/// <summary>Holds a document against its schema and against the images and texts of its case.</summary>
/// <param name="images">The case's instances by SOP Instance UID.</param>
/// <param name="known">Masks by SHA-256 that were sent to this reader before.</param>
internal sealed class DocumentCheck(
    SchemaVersionId schemaVersion, SchemaContent schema, IReadOnlyDictionary<string, CaseFile> images, IReadOnlyList<CaseText> texts,
    IReadOnlyDictionary<string, KnownMask> known)
{
    public const int MostObjects = 5_000;
    public const int MostRelations = 20_000;

    /// <summary>Of one object, holes and key frames included.</summary>
    public const int MostPoints = 20_000;
    public const int MostMasks = 100_000;
    public const long MostMaskBytes = 64L << 20;

    /// <summary>What stands in the message of a refusal is cut to this.</summary>
    private const int Shown = 100;

    public Outcome<CheckedDocument> Check(LabelDocument document)
    {
        if (document is not { SchemaVersion: not null, Masks: not null, Objects: not null, Answers: not null })
            return No("incomplete", "");
        if (document.SchemaVersion != schemaVersion.ToString())
            return No("other-schema", document.SchemaVersion);
        if (document.Objects.Count > MostObjects)
            return No("too-many-objects", $"{document.Objects.Count}");
        if (document.Relations?.Count > MostRelations)
            return No("too-many-relations", $"{document.Relations.Count}");
        if (document.Masks.Count > MostMasks)
            return No("masks-too-large", $"{document.Masks.Count}");
        var masks = CheckMasks(document.Masks, out var added);
        if (masks.IsRefused(out var badMask))
            return badMask;
        var made = document with { Masks = masks.Value };
        var refusal = ObjectsFault(document.Objects) ?? RelationsFault(document)
            ?? (AnswerCheck.First(schema.Questions, document.Answers, IsMarkedIn(schema, made), "question-unknown") is var (reason, question)
                ? No(reason, question, $"answers.{question}")
                : null);
        return refusal is null ? new CheckedDocument(made, added) : refusal;
    }

    /// <summary>What a submission needs beyond what a draft needs: the required classes, answers and attributes.</summary>
    public static Refusal? CheckComplete(SchemaContent schema, LabelDocument document)
    {
        var isMarked = IsMarkedIn(schema, document);
        if (schema.Classes.FirstOrDefault(c => c.Required && !isMarked(c.Id)) is { } undrawn)
            return No("class-is-required", undrawn.Id);
        foreach (var (place, one) in document.Objects.Index())
        {
            if (schema.Class(one.Class)?.Attributes is { } attributes
                && AnswerCheck.FirstMissing(attributes, one.Attributes ?? new Dictionary<string, DocumentAnswer>(), _ => false) is { } missing)
                return No("attribute-is-required", missing, $"objects[{place}]", one.Id);
        }

        return AnswerCheck.FirstMissing(schema.Questions, document.Answers, isMarked) is { } unanswered ? No("answer-is-required", unanswered) : null;
    }

    /// <summary>Whether a class, or one below it, has a mask or an object.</summary>
    private static Func<string, bool> IsMarkedIn(SchemaContent schema, LabelDocument document)
    {
        var marked = document.Masks.Select(m => m.Class).Concat(document.Objects.Select(o => o.Class)).ToHashSet();
        return wanted => marked.Any(m => schema.IsKindOf(m, wanted));
    }

    private DocumentDoesNotFitSchema? ObjectsFault(IReadOnlyList<DocumentObject> objects)
    {
        var (check, ids) = (new ObjectCheck(schema, images, texts), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var (place, one) in objects.Index())
        {
            if (check.Fault(one) is var (reason, where))
                return No(reason, where, $"objects[{place}]", one?.Id);
            if (!ids.Add(one.Id))
                return No("object-twice", one.Id, $"objects[{place}]", one.Id);
        }

        return null;
    }

    private DocumentDoesNotFitSchema? RelationsFault(LabelDocument document) => RelationFaults(document) is var faults && faults.FirstOrDefault() is { Reason: not null } first
        ? No(first.Reason, first.Where, $"relations[{first.Place}]", document.Relations![first.Place]?.Id) : null;

    /// <summary>Every relation that does not fit, given the objects that are there.</summary>
    internal IEnumerable<(int Place, string Reason, string Where)> RelationFaults(LabelDocument document)
    {
        var classes = document.Objects.ToDictionary(o => o.Id, o => o.Class, StringComparer.OrdinalIgnoreCase);
        var (ids, joined) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new HashSet<(string, string, string)>());
        foreach (var (place, one) in (document.Relations ?? []).Index())
        {
            if (RelationFault(one, classes) is var (reason, where))
            {
                yield return (place, reason, where);
                continue;
            }

            var (from, to) = (one.From.ToLowerInvariant(), one.To.ToLowerInvariant());
            var turned = !schema.Relation(one.Type)!.Directed && string.CompareOrdinal(from, to) > 0;
            if (!ids.Add(one.Id) || !joined.Add(turned ? (one.Type, to, from) : (one.Type, from, to)))
                yield return (place, "relation-twice", one.Type);
        }
    }

    private (string Reason, string Where)? RelationFault(DocumentRelation one, Dictionary<string, string> classes)
    {
        if (one is not { Id: not null, Type: not null, From: not null, To: not null })
            return ("part-incomplete", "");
        if (!Guid.TryParse(one.Id, out _))
            return ("object-id-unfit", one.Id);
        if (schema.Relation(one.Type) is not { } type)
            return ("relation-unknown", one.Type);
        if (!classes.TryGetValue(one.From, out var from) || !classes.TryGetValue(one.To, out var to) || string.Equals(one.From, one.To, StringComparison.OrdinalIgnoreCase))
            return ("relation-without-ends", one.Type);
        var fits = Joins(type, from, to) || !type.Directed && Joins(type, to, from);
        return fits ? null : ("relation-not-allowed", $"{one.Type}: {from} → {to}");
    }

    private bool Joins(RelationType type, string from, string to) =>
        type.From.Any(c => schema.IsKindOf(from, c)) && type.To.Any(c => schema.IsKindOf(to, c));

    private Outcome<IReadOnlyList<DocumentMask>> CheckMasks(IReadOnlyList<DocumentMask> sent, out List<NewMask> added)
    {
        added = [];
        var kept = new List<DocumentMask>(sent.Count);
        var places = new HashSet<(string, string, int)>();
        long bytes = 0;
        foreach (var (place, mask) in sent.Index())
        {
            var at = $"masks[{place}]";
            if (mask is not { Class: not null, SopInstanceUid: not null })
                return No("part-incomplete", "", at);
            if (PlaceFault(mask) is var (reason, where))
                return No(reason, where, at);
            if (!places.Add((mask.Class, mask.SopInstanceUid, mask.Frame)))
                return No("mask-twice", mask.Class, at);
            var image = images[mask.SopInstanceUid];
            if (mask.Rows != image.Rows || mask.Columns != image.Columns)
                return No("mask-of-other-size", $"{mask.Columns} × {mask.Rows}", at);
            var settled = mask.Runs is null ? Settle(mask, at, ref bytes) : Decode(mask, at, added, ref bytes);
            if (settled.IsRefused(out var refusal))
                return refusal;
            if (bytes > MostMaskBytes)
                return No("masks-too-large", $"{bytes >> 20} MiB", at);
            if (settled.Value.PixelCount > 0)
                kept.Add(settled.Value);
        }

        return Outcome<IReadOnlyList<DocumentMask>>.Of(kept);
    }

    private (string Reason, string Where)? PlaceFault(DocumentMask mask)
    {
        if (schema.Class(mask.Class) is not { } known)
            return ("class-unknown", mask.Class);
        if (!known.Geometries.Contains(Geometry.Mask))
            return ("geometry-not-allowed", mask.Class);
        if (!images.TryGetValue(mask.SopInstanceUid, out var image))
            return ("image-of-other-case", mask.SopInstanceUid);
        return mask.Frame < 1 || mask.Frame > Math.Max(1, image.Frames) ? ("frame-unknown", $"{mask.Frame}") : null;
    }

    private Outcome<DocumentMask> Settle(DocumentMask mask, string at, ref long bytes)
    {
        if (mask.Blob is null || !known.TryGetValue(mask.Blob, out var held) || held.Rows != mask.Rows || held.Columns != mask.Columns)
            return No("mask-unknown", mask.Class, at);
        bytes += held.Size;
        return mask with { PixelCount = held.PixelCount };
    }

    private static Outcome<DocumentMask> Decode(DocumentMask mask, string at, List<NewMask> added, ref long bytes)
    {
        if (mask.Runs!.Length / 4 * 3L > MostMaskBytes)
            return No("masks-too-large", mask.Class, at);
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(mask.Runs.Length)];
        if (!Convert.TryFromBase64String(mask.Runs, buffer, out var length)
            || !RunLengthMask.TryDecode(buffer.AsSpan(0, length), mask.Rows, mask.Columns, out var decoded, out _))
            return No("mask-is-broken", mask.Class, at);
        bytes += length;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
        if (!decoded.IsEmpty)
            added.Add(new(sha256, buffer[..length]));
        return mask with { Runs = null, Blob = sha256, PixelCount = decoded.PixelCount };
    }

    private static DocumentDoesNotFitSchema No(string reason, string where, string at = "", string? id = null) => new(reason, Cut(where), Cut(at), id is null ? null : Cut(id));

    private static string Cut(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
