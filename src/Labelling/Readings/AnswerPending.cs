using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

internal sealed record LabelsArePending(int Count) : Refusal("labelling.labels-are-pending", 409);

internal sealed record SplitOptionUnknown(string Option) : Refusal("labelling.split-option-unknown", 422);

/// <summary>
/// Labels of one's own draft whose class was split by a new version of the schema: what is asked about each, and the answer, with which the
/// label comes back into the draft as its next revision.
/// </summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class AnswerPending(PirogovDb db, CurrentActor actor, Documents documents, AppendRevision append, AuditTrail audit)
{
    /// <param name="Mask">By its place; its runs are not sent.</param>
    public sealed record View(Guid Id, string Class, Bilingual Ask, IReadOnlyList<SplitOption> Options, DocumentObject? Object, DocumentMask? Mask);

    public sealed record Answer(Guid Id, string Option);

    public sealed record Request(int BaseRevision, IReadOnlyList<Answer>? Answers);

    public sealed record Response(int Revision, int Left);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/readings/{id}/pending", (AnswerPending use, ReadingId id, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(AnswerPending)).WithName("listPendingLabels").WithSummary("Labels of one's own draft that wait for an answer since their class was split.");
        api.MapPost("/readings/{id}/pending", (AnswerPending use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
            .Needs(typeof(AnswerPending)).WithName("answerPendingLabels").WithSummary("Says which class waiting labels are; they come back into the draft.");
    }

    public async Task<Outcome<Page<View>>> List(ReadingId id, int page, int size, CancellationToken cancellation)
    {
        if (await Own(id, cancellation) is null)
            return new NotFound("reading");
        var found = await db.Set<PendingLabel>().AsNoTracking().Where(p => p.ReadingId == id).OrderBy(p => p.Id).ToPage(page, size, cancellation);
        var splits = found.Items.Count > 0 ? await Splits(found.Items[0].SchemaVersionId, cancellation) : [];
        return new Page<View>([.. found.Items.Select(p => new View(p.Id, p.Class, splits[p.Class].Ask, splits[p.Class].Options, p.Part.Object, p.Part.Mask is { } mask ? mask with { Runs = null } : null))],
            found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        if (await Own(id, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.MaySave(request.BaseRevision) is { } early)
            return early;
        var answers = (request.Answers ?? []).DistinctBy(a => a.Id).ToDictionary(a => a.Id, a => a.Option);
        var waiting = await db.Set<PendingLabel>().Where(p => p.ReadingId == id).ToArrayAsync(cancellation);
        var chosen = waiting.Where(p => answers.ContainsKey(p.Id)).ToArray();
        if (chosen.Length == 0 || chosen.Length < answers.Count)
            return new NotFound("pending-label");
        var splits = await Splits(chosen[0].SchemaVersionId, cancellation);
        var document = await documents.WithRuns(await documents.Load(await db.Set<ReadingRevision>().Where(r => r.ReadingId == id && r.Number == reading.Revision)
            .Select(r => r.DocumentMd5).SingleAsync(cancellation), cancellation), cancellation);
        foreach (var label in chosen)
        {
            if (splits[label.Class].Options.FirstOrDefault(o => o.Id == answers[label.Id]) is not { } option)
                return new SplitOptionUnknown(answers[label.Id]);
            document = await Return(document, label.Part, option.To, cancellation);
        }

        db.RemoveRange(chosen);
        audit.Note("labelling.pending-answered", "reading", id, new { chosen.Length });
        // One commit: the label is in the draft, or it still waits.
        var saved = await append.To(reading, request.BaseRevision, document, cancellation);
        return saved.IsRefused(out var refusal) ? refusal : new Response(saved.Value.Number, waiting.Length - chosen.Length);
    }

    private async Task<LabelDocument> Return(LabelDocument document, PendingPart part, string target, CancellationToken cancellation)
    {
        if (part.Mask is { } waiting)
        {
            var mask = (await documents.WithRuns(document with { Masks = [waiting] }, cancellation)).Masks[0] with { Class = target, Blob = null };
            var there = document.Masks.FirstOrDefault(m => m.Class == target && m.SopInstanceUid == mask.SopInstanceUid && m.Frame == mask.Frame);
            return document with { Masks = [.. document.Masks.Where(m => m != there).Select(m => m with { Blob = null }), there is null ? mask : MigrateDocument.Union(there, mask)] };
        }

        DocumentObject[] objects = [.. document.Objects, part.Object! with { Class = target }];
        var (ids, joined) = (objects.Select(o => o.Id).ToHashSet(), (document.Relations ?? []).Select(r => r.Id).ToHashSet());
        DocumentRelation[] relations = [.. document.Relations ?? [], .. part.Relations.Where(r => ids.Contains(r.From) && ids.Contains(r.To) && !joined.Contains(r.Id))];
        return document with { Objects = objects, Relations = relations.Length > 0 ? relations : null };
    }

    private Task<Reading?> Own(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation);
    }

    private async Task<Dictionary<string, ClassSplit>> Splits(SchemaVersionId version, CancellationToken cancellation) =>
        (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == version, cancellation)).Migration!.Classes.Where(c => c.Split is not null).ToDictionary(c => c.From, c => c.Split!);
}
