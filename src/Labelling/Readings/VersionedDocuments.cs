using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Readings;

/// <summary>A label about which a version asks.</summary>
internal sealed record OpenPart(SchemaVersionId Version, PendingPart Part);

/// <summary>
/// A saved document as the project's present version of the schema sees it. What was handed in is never rewritten: it is brought over each time,
/// version by version, as each declares.
/// </summary>
internal sealed class VersionedDocuments(PirogovDb db, Documents documents)
{
    /// <param name="ownOnly">Without what a model or a file brought and the reader has not confirmed.</param>
    public async Task<ComparedDocument> Open(ReadingRevision revision, SchemaVersionId wanted, bool ownOnly, CancellationToken cancellation)
    {
        var whole = await Load(revision.DocumentMd5, revision.SchemaVersionId, wanted, cancellation);
        return await documents.Open(ownOnly ? PreLabelled.WithoutUnconfirmed(whole) : whole, cancellation);
    }

    public Task<LabelDocument> Load(ReadingRevision revision, SchemaVersionId wanted, CancellationToken cancellation) =>
        Load(revision.DocumentMd5, revision.SchemaVersionId, wanted, cancellation);

    /// <param name="version">Under which the document was saved.</param>
    /// <param name="wanted">A later version of the same schema, or the same.</param>
    /// <returns>Masks by their hashes, all of them in the store.</returns>
    public async Task<LabelDocument> Load(string md5, SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var document = await documents.Load(md5, cancellation);
        if (version == wanted)
            return document;
        document = await documents.WithRuns(document, cancellation);
        foreach (var step in Steps(await Schema(wanted, cancellation), version, wanted))
            document = Migration(step, isLocked: true).Apply(document).Document;
        var (stored, masks) = StoredMasks.Of(document);
        await documents.Keep(masks, cancellation);
        return stored;
    }

    /// <summary>The same for work that goes on: what a split leaves to a person is not dropped, its person is asked.</summary>
    /// <returns>The document with its masks by their hashes, and what it lacks until somebody answers.</returns>
    public async Task<(LabelDocument Document, IReadOnlyList<OpenPart> Open)> LoadToGoOn(string md5, SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var document = await documents.Load(md5, cancellation);
        if (version == wanted)
            return (document, []);
        var (carried, open) = await Carry(await documents.WithRuns(document, cancellation), version, wanted, cancellation);
        var (stored, masks) = StoredMasks.Of(carried);
        await documents.Keep(masks, cancellation);
        return (stored, open);
    }

    /// <param name="document">With the runs of its masks.</param>
    public async Task<(LabelDocument Document, IReadOnlyList<OpenPart> Open)> Carry(LabelDocument document, SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var open = new List<OpenPart>();
        foreach (var step in version == wanted ? [] : Steps(await Schema(wanted, cancellation), version, wanted))
        {
            var made = Migration(step, isLocked: false).Apply(document);
            open.AddRange(made.Pending.Select(p => new OpenPart(step.Id, p)));
            document = made.Document;
        }

        return (document, open);
    }

    /// <summary>A label about which a version asked, with the class that its person says.</summary>
    /// <param name="alone">Nothing but the label, under the class that was split, with the runs of its mask.</param>
    public async Task<(LabelDocument Document, IReadOnlyList<OpenPart> Open)> CarryAnswered(
        LabelDocument alone, SchemaVersionId asking, string said, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var step = (await Schema(wanted, cancellation)).Versions.Single(v => v.Id == asking);
        var answered = new MigrateDocument(step.Id, step.Content, step.Migration ?? SchemaMigration.None, isLocked: false, said).Apply(alone).Document;
        // Later versions may have gone on from the class that it is now said to be.
        return await Carry(answered, asking, wanted, cancellation);
    }

    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    /// <param name="open">Their masks with their runs.</param>
    public async Task Ask(ReadingId reading, IEnumerable<OpenPart> open, CancellationToken cancellation)
    {
        foreach (var (version, part) in open)
            db.Add(new PendingLabel(reading, version, await Store(part, cancellation)));
    }

    /// <returns>The part with its mask by its hash.</returns>
    public async Task<PendingPart> Store(PendingPart part, CancellationToken cancellation)
    {
        var (kept, blobs) = part.Mask is { } mask ? StoredMasks.Of(mask) : (part.Mask, []);
        await documents.Keep(blobs, cancellation);
        return part with { Mask = kept };
    }

    /// <summary>Which of several consensuses come to a version only by a person: something of them would have to be asked about, or the version wants what they do not have.</summary>
    public async Task<IReadOnlySet<Guid>> NeedPerson(IReadOnlyCollection<Consensus> decided, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var (found, older) = (new HashSet<Guid>(), decided.Where(c => c.SchemaVersionId != wanted).ToArray());
        if (older.Length == 0)
            return found;
        var schema = await Schema(wanted, cancellation);
        foreach (var one in older)
        {
            if (!GoesOver(await documents.Load(one.DocumentMd5, cancellation), [.. Steps(schema, one.SchemaVersionId, wanted)]))
                found.Add(one.Id);
        }

        return found;
    }

    /// <returns>The classes and questions of a version that an earlier one had already, whatever it called them: of the others what was made under it says nothing.</returns>
    public async Task<(IReadOnlySet<string> Classes, IReadOnlySet<string> Questions)> Known(SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var schema = await Schema(wanted, cancellation);
        var first = schema.Versions.Single(v => v.Id == version).Content;
        var (classes, questions) = (first.Classes.Select(c => c.Id).ToHashSet(), first.Questions.Select(q => q.Id).ToHashSet());
        foreach (var step in Steps(schema, version, wanted))
        {
            var (after, changes) = (step.Content, step.Migration ?? SchemaMigration.None);
            classes = [.. classes.SelectMany(c => Targets(c, changes.Classes.FirstOrDefault(m => m.From == c))).Where(c => after.Class(c) is not null)];
            questions = [.. questions.Select(q => changes.Questions.FirstOrDefault(m => m.From == q) is { } change ? change.To : q).OfType<string>().Where(q => after.Question(q) is not null)];
        }

        return (classes, questions);
    }

    /// <returns>Those whose types are still there, under their newest names.</returns>
    public async Task<IReadOnlyList<DocumentRelation>> Carry(IEnumerable<DocumentRelation> relations, SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        foreach (var step in Steps(await Schema(wanted, cancellation), version, wanted))
        {
            relations = [.. relations.Select(r => (step.Migration ?? SchemaMigration.None).Relation(r.Type) is { } type && step.Content.Relation(type) is not null ? r with { Type = type } : null)
                .OfType<DocumentRelation>()];
        }

        return [.. relations];
    }

    /// <summary>Where only a person could say which of several classes a label is, none of them is known.</summary>
    private static IEnumerable<string> Targets(string @class, ClassFate? change) => change switch
    {
        null => [@class],
        { Split: { Otherwise: not null } split } => split.Options.Select(o => o.To),
        { To: { } to } => [to],
        _ => [],
    };

    /// <summary>Pixels play no part in it: one mask of each class, each in a place of its own, stands for all.</summary>
    private static bool GoesOver(LabelDocument document, SchemaVersion[] steps)
    {
        document = document with { Masks = [.. document.Masks.DistinctBy(m => m.Class).Select((m, place) => m with { Frame = place + 1 })] };
        foreach (var step in steps)
        {
            var made = Migration(step, isLocked: true).Apply(document);
            if (made.Pending.Count > 0)
                return false;
            document = made.Document;
        }

        return DocumentCheck.CheckComplete(steps[^1].Content, document) is null;
    }

    private static MigrateDocument Migration(SchemaVersion step, bool isLocked) => new(step.Id, step.Content, step.Migration ?? SchemaMigration.None, isLocked);

    private static IEnumerable<SchemaVersion> Steps(LabellingSchema schema, SchemaVersionId version, SchemaVersionId wanted)
    {
        var (from, to) = (schema.Versions.Single(v => v.Id == version).Number, schema.Versions.Single(v => v.Id == wanted).Number);
        return schema.Versions.Where(v => v.Number > from && v.Number <= to).OrderBy(v => v.Number);
    }

    private Task<LabellingSchema> Schema(SchemaVersionId version, CancellationToken cancellation) =>
        db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == version), cancellation);
}
