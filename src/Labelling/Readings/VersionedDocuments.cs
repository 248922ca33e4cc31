using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Readings;

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

    /// <param name="version">Under which the document was saved.</param>
    /// <param name="wanted">A later version of the same schema, or the same.</param>
    /// <returns>Masks by their hashes, all of them in the store.</returns>
    public async Task<LabelDocument> Load(string md5, SchemaVersionId version, SchemaVersionId wanted, CancellationToken cancellation)
    {
        var document = await documents.Load(md5, cancellation);
        if (version == wanted)
            return document;
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == wanted), cancellation);
        var (from, to) = (schema.Versions.Single(v => v.Id == version).Number, schema.Versions.Single(v => v.Id == wanted).Number);
        document = await documents.WithRuns(document, cancellation);
        foreach (var step in schema.Versions.Where(v => v.Number > from && v.Number <= to).OrderBy(v => v.Number))
            document = new MigrateDocument(step.Id, step.Content, step.Migration ?? SchemaMigration.None, isLocked: true).Apply(document).Document;
        var (stored, masks) = StoredMasks.Of(document);
        await documents.Keep(masks, cancellation);
        return stored;
    }
}
