using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
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
internal sealed class AnswerPending(PirogovDb db, CurrentActor actor, Documents documents, VersionedDocuments versioned, AppendRevision append, AuditTrail audit)
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
        var splits = await Splits(found.Items, cancellation);
        return new Page<View>([.. found.Items.Select(p => new View(p.Id, p.Class, splits[(p.SchemaVersionId, p.Class)].Ask, splits[(p.SchemaVersionId, p.Class)].Options, p.Part.Object, p.Part.Mask is { } mask ? mask with { Runs = null } : null))],
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
        var splits = await Splits(chosen, cancellation);
        var version = await (from p in db.Set<LabellingProject>() join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id where p.Id == reading.ProjectId select v)
            .AsNoTracking().SingleAsync(cancellation);
        var again = new List<OpenPart>();
        var document = await documents.WithRuns(await documents.Load(await db.Set<ReadingRevision>().Where(r => r.ReadingId == id && r.Number == reading.Revision)
            .Select(r => r.DocumentMd5).SingleAsync(cancellation), cancellation), cancellation);
        foreach (var label in chosen)
        {
            if (splits[(label.SchemaVersionId, label.Class)].Options.FirstOrDefault(o => o.Id == answers[label.Id]) is not { } option)
                return new SplitOptionUnknown(answers[label.Id]);
            var (alone, open) = await versioned.CarryAnswered(await Alone(document, label.Part, cancellation), label.SchemaVersionId, option.To, version.Id, cancellation);
            document = Join(document, alone, await versioned.Carry(label.Part.Relations, label.SchemaVersionId, version.Id, cancellation));
            again.AddRange(open.Select(o => o with { Part = o.Part with { Relations = label.Part.Relations } }));
        }

        db.RemoveRange(chosen);
        await versioned.Ask(id, again, cancellation);
        audit.Note("labelling.pending-answered", "reading", id, new { chosen.Length });
        // One commit: the label is in the draft, or it still waits.
        var saved = await append.To(reading, request.BaseRevision, document, cancellation, Hand.Platform);
        return saved.IsRefused(out var refusal) ? refusal : new Response(saved.Value.Number, waiting.Length - chosen.Length + again.Count);
    }

    /// <summary>The label by itself, of the class that was split.</summary>
    private async Task<LabelDocument> Alone(LabelDocument document, PendingPart part, CancellationToken cancellation)
    {
        var alone = document with { Masks = [], Objects = [], Answers = new Dictionary<string, DocumentAnswer>(), Relations = null };
        if (part.Mask is not { } waiting)
            return alone with { Objects = [part.Object!] };
        return alone with { Masks = [(await documents.WithRuns(alone with { Masks = [waiting] }, cancellation)).Masks[0] with { Blob = null }] };
    }

    private static LabelDocument Join(LabelDocument document, LabelDocument label, IEnumerable<DocumentRelation> between)
    {
        foreach (var mask in label.Masks)
        {
            var there = document.Masks.FirstOrDefault(m => m.Class == mask.Class && m.SopInstanceUid == mask.SopInstanceUid && m.Frame == mask.Frame);
            document = document with { Masks = [.. document.Masks.Where(m => m != there).Select(m => m with { Blob = null }), there is null ? mask : PreLabelled.Union(there, mask)] };
        }

        if (label.Objects.Count == 0)
            return document;
        DocumentObject[] objects = [.. document.Objects, .. label.Objects];
        var (ids, joined) = (objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase), (document.Relations ?? []).Select(r => r.Id).ToHashSet(StringComparer.OrdinalIgnoreCase));
        DocumentRelation[] relations = [.. document.Relations ?? [], .. between.Where(r => ids.Contains(r.From) && ids.Contains(r.To) && !joined.Contains(r.Id))];
        return document with { Objects = objects, Relations = relations.Length > 0 ? relations : null };
    }

    private Task<Reading?> Own(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation);
    }

    private async Task<Dictionary<(SchemaVersionId, string), ClassSplit>> Splits(IEnumerable<PendingLabel> labels, CancellationToken cancellation)
    {
        var asking = labels.Select(l => l.SchemaVersionId).Distinct().ToArray();
        var versions = await db.Set<SchemaVersion>().AsNoTracking().Where(v => asking.Contains(v.Id)).ToArrayAsync(cancellation);
        return versions.SelectMany(v => v.Migration!.Classes.Where(c => c.Split is not null).Select(c => (v.Id, c.From, c.Split))).ToDictionary(c => (c.Id, c.From), c => c.Split!);
    }
}
