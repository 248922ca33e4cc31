using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Exchange;

/// <summary>Adds a file's labels to one's own draft, as its next revision. What is there stays: an object, an answer or a pixel is never overwritten.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class ImportIntoReading(
    PirogovDb db, FormatCases formatCases, Documents documents, VersionedDocuments versioned, SaveDocument save, ObjectStore store, StoreFolders folders, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    /// <param name="Left">The first page of what was not taken.</param>
    public sealed record Response(ImportId Id, int Revision, int Taken, int NotTaken, Page<ImportLine> Left);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/{id}/import", (
            ImportIntoReading use, ReadingId id, string format, int baseRevision, string? name, [FromQuery(Name = "class")] string[]? classes, [FromQuery(Name = "image")] string[]? images,
            double? threshold, HttpRequest http, CancellationToken cancellation) =>
            use.Handle(id, format, baseRevision, name ?? "labels", ImportOptions.Of(classes, images, threshold), http.Body, cancellation).ToHttp())
        .Needs(typeof(ImportIntoReading)).WithName("importIntoReading").WithSummary("Adds the labels of a file, or of a zip of files, to one's own draft.")
        .Accepts<Stream>("application/octet-stream").WithMetadata(new TakesBytes("application/octet-stream"))
        .WithMetadata(new RequestSizeLimitAttribute(((long)LabelUpload.LargestMegabytes << 20) + 1024));

    public async Task<Outcome<Response>> Handle(
        ReadingId id, string format, int baseRevision, string fileName, ImportOptions options, Stream bytes, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.MaySave(baseRevision) is { } early)
            return early;
        var (schema, version) = await formatCases.SchemaOf(reading.ProjectId, cancellation);
        if (LabelFormats.Find(format, schema.DataKind).IsRefused(out var refusal, out var known)
            || (await LabelUpload.Receive(fileName, bytes, folders, cancellation)).IsRefused(out refusal, out var received))
            return refusal;
        await using var upload = received!;
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        var into = await formatCases.Of(reading.CaseId, label, version, known!, options, time.Now(), cancellation);
        if ((await Read(upload, known!, into, cancellation)).IsRefused(out refusal, out var read))
            return refusal;
        var (document, labels) = LabelMerge.Add(await Draft(reading, version.Id, cancellation), read!);
        var saved = await save.Handle(id, new(baseRevision, document), cancellation);
        if (saved.IsRefused(out refusal))
            return refusal;
        return await Report(reading, known!.Id, fileName, options, label, labels, saved.Value.Revision, cancellation);
    }

    private static async Task<Outcome<ImportedLabels>> Read(LabelUpload upload, ILabelFormat format, FormatCase into, CancellationToken cancellation)
    {
        var files = new List<LabelFile>();
        foreach (var entry in upload.Entries)
        {
            if ((await upload.Read(entry, cancellation)).IsRefused(out var unread, out var file))
                return unread;
            files.Add(file!);
            if (files.Sum(f => (long)f.Bytes.Length) > FormatLimits.MostUnpackedBytes)
                return new LabelFileUnreadable("too-large", entry.Name);
        }

        return format.Import(files, into).IsRefused(out var refusal, out var read) || LabelFit.Of(read!, into).IsRefused(out refusal, out var fitted) ? refusal : fitted.Labels;
    }

    private async Task<LabelDocument> Draft(Reading reading, SchemaVersionId version, CancellationToken cancellation)
    {
        var saved = await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation);
        return saved is null ? LabelDocument.Empty(version) : await documents.WithRuns(await versioned.Load(saved, version, cancellation), cancellation);
    }

    private async Task<Outcome<Response>> Report(
        Reading reading, string format, string fileName, ImportOptions options, string label, ImportedLabels labels, int revision, CancellationToken cancellation)
    {
        await using var report = new ImportReport(folders);
        await report.Add(labels.Taken.Select(t => ImportLine.Of(fileName, label, t)).Concat(labels.Untaken.Select(u => ImportLine.Of(fileName, label, u))), cancellation);
        var import = new LabelImport(reading.ProjectId, reading.Id, reading.AccountId, format, fileName, options, time.Now());
        import.Finish(1, await report.Finish(store, cancellation), time.Now());
        db.Add(import);
        audit.Note("labelling.labels-imported", "reading", reading.Id, new { Import = import.Id, import.Format, import.Taken, import.Left });
        await db.SaveChangesAsync(cancellation);
        var first = await ImportReport.Read(store, import.LeftMd5, import.Left, 1, Page.DefaultSize, cancellation);
        return new Response(import.Id, revision, import.Taken, import.Left, first);
    }
}

/// <summary>Two documents of one case in one.</summary>
internal static class LabelMerge
{
    /// <param name="draft">With the runs of its masks.</param>
    /// <returns>The document with runs, and what of the file came into it.</returns>
    public static (LabelDocument Document, ImportedLabels Labels) Add(LabelDocument draft, ImportedLabels read)
    {
        var (left, masks) = (new List<Untaken>(read.Untaken), draft.Masks.ToDictionary(m => (m.Class, m.SopInstanceUid, m.Frame), m => m with { Blob = null }));
        foreach (var mask in read.Document.Masks)
        {
            var place = (mask.Class, mask.SopInstanceUid, mask.Frame);
            if (masks.TryGetValue(place, out var there))
            {
                var union = MaskLayers.Decode(there).Union(MaskLayers.Decode(mask));
                masks[place] = there with { Runs = Convert.ToBase64String(union.Encode()), PixelCount = union.PixelCount, Origin = null };
            }
            else
                masks[place] = mask;
        }

        var ids = draft.Objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        left.AddRange(read.Document.Objects.Where(o => ids.Contains(o.Id)).Select(o => new Untaken(Named(read, o.Id), "object-twice", o.Id)));
        left.AddRange(read.Document.Answers.Keys.Where(draft.Answers.ContainsKey).Select(q => new Untaken(q, "answer-twice", q)));
        var joined = (draft.Relations ?? []).Select(r => r.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        left.AddRange((read.Document.Relations ?? []).Where(r => joined.Contains(r.Id)).Select(r => new Untaken(Named(read, r.Id), "object-twice", r.Id)));
        DocumentRelation[] relations = [.. draft.Relations ?? [], .. (read.Document.Relations ?? []).Where(r => !joined.Contains(r.Id))];
        var document = draft with
        {
            Masks = [.. masks.Values],
            Objects = [.. draft.Objects, .. read.Document.Objects.Where(o => !ids.Contains(o.Id))],
            Answers = read.Document.Answers.Concat(draft.Answers).GroupBy(a => a.Key).ToDictionary(g => g.Key, g => g.Last().Value),
            Relations = relations.Length > 0 ? relations : null,
        };
        var taken = read.Taken.Where(t => t.Kind switch
        {
            "answer" => !draft.Answers.ContainsKey(t.What),
            "relation" => !joined.Contains(t.Id!),
            Geometry.Mask => true,
            _ => !ids.Contains(t.Id!),
        });
        return (document, new(document, left, [.. taken]));
    }

    private static string Named(ImportedLabels read, string id) => read.Taken.FirstOrDefault(t => t.Id == id)?.Object ?? id;
}
