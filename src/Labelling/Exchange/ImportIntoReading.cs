using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.PreLabels;
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
    PirogovDb db, FormatCases formatCases, Documents documents, VersionedDocuments versioned, ReadingSources sources, ShownPreLabels preLabels, SaveDocument save, ObjectStore store,
    StoreFolders folders, ImportSeats seats, CurrentActor actor, AuditTrail audit, TimeProvider time)
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
        ImportedLabels? read;
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        var into = await formatCases.Of(reading.CaseId, label, version, known!, options, time.Now(), cancellation);
        using (await seats.Take(cancellation))
        {
            if ((await Read(upload, known!, into, cancellation)).IsRefused(out refusal, out read))
                return refusal;
        }

        var (document, labels) = LabelMerge.Add(await Draft(reading, version.Id, cancellation), read!);
        var saved = await save.Save(id, new(baseRevision, document), Hand.Platform, cancellation);
        if (saved.IsRefused(out refusal))
            return refusal;
        return await Report(reading, known!.Id, fileName, options, label, labels, saved.Value.Revision, cancellation);
    }

    private static async Task<Outcome<ImportedLabels>> Read(LabelUpload upload, ILabelFormat format, FormatCase into, CancellationToken cancellation)
    {
        var (files, room) = (new List<LabelFile>(), FormatLimits.MostUnpackedBytes);
        foreach (var entry in upload.Entries)
        {
            if ((await upload.Read(entry, room, cancellation)).IsRefused(out var unread, out var file))
                return unread;
            files.Add(file!);
            room -= file!.Bytes.Length;
        }

        return format.Import(files, into).IsRefused(out var refusal, out var read) || LabelFit.Of(read!, into).IsRefused(out refusal, out var fitted) ? refusal : fitted.Labels;
    }

    /// <summary>Before the first save it is what its person was given to begin with.</summary>
    private async Task<LabelDocument> Draft(Reading reading, SchemaVersionId version, CancellationToken cancellation)
    {
        if (await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation) is { } saved)
            return await documents.WithRuns(await versioned.Load(saved, version, cancellation), cancellation);
        var passes = (await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation)).Passes;
        var begun = await sources.Draft(reading, cancellation) ?? await preLabels.For(reading, passes, cancellation);
        return begun is not null ? await documents.WithRuns(begun, cancellation) : LabelDocument.Empty(version);
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
    /// <returns>The document with runs, and what of the file came into it. A mask to which the file added is nobody's own until its person confirms it.</returns>
    public static (LabelDocument Document, ImportedLabels Labels) Add(LabelDocument draft, ImportedLabels read)
    {
        var (left, united, masks) = (new List<Untaken>(read.Untaken), new HashSet<string>(), draft.Masks.ToDictionary(m => (m.Class, m.SopInstanceUid, m.Frame), m => m with { Blob = null }));
        foreach (var mask in read.Document.Masks)
        {
            var place = (mask.Class, mask.SopInstanceUid, mask.Frame);
            if (masks.TryGetValue(place, out var there))
                left.AddRange(united.Add(mask.Class) ? [new(NamedMask(read, mask.Class), "instances-united", mask.Class)] : []);
            masks[place] = there is null ? mask : PreLabelled.Union(there, mask);
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

    private static string NamedMask(ImportedLabels read, string @class) => read.Taken.FirstOrDefault(t => t.Kind == Geometry.Mask && t.What == @class)?.Object ?? @class;
}
