using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Agreement;

internal sealed record NotForAdjudication() : Refusal("labelling/not-for-adjudication", 409);

/// <param name="Reason">What is wrong, stable.</param>
internal sealed record DecisionUnfit(string Reason) : Refusal("labelling/decision-unfit", 422)
{
    public override string WordsKey => $"reason.labelling.decision.{Reason}";
}

/// <summary>
/// An adjudicator decides one disagreement: the platform writes it into their document as the next revision and keeps who decided what and when.
/// Decisions may be made in any order, changed, and taken back.
/// </summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class DecideDisagreement(
    PirogovDb db, CurrentActor actor, Adjudication adjudication, ReadingSources sources, ComparisonStore comparisons, Documents documents, VersionedDocuments versioned,
    AppendRevision append,
    AuditTrail audit, TimeProvider time)
{
    /// <param name="BaseRevision">The newest that the client knows.</param>
    /// <param name="Source">With "source": the letter of the reading that is taken.</param>
    /// <param name="Object">With "own", of an object: as the adjudicator draws it. Left out, what stands in the document under the disagreement's object id is kept.</param>
    /// <param name="Answer">With "own", of an answer or an attribute.</param>
    public sealed record Request(int BaseRevision, Guid Disagreement, DecisionChoice Choice, string? Source = null, DocumentObject? Object = null, DocumentAnswer? Answer = null);

    /// <param name="Document">The adjudicator's document as it now stands; masks of the decided class come with their runs.</param>
    public sealed record Response(int Revision, DateTimeOffset SavedAt, LabelDocument Document, int Decided, int Total, ListedDisagreement Disagreement);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/readings/{id}/decisions", (DecideDisagreement use, ReadingId id, Request request, CancellationToken cancellation) =>
            use.Handle(id, request, cancellation).ToHttp())
            .Needs(typeof(DecideDisagreement)).WithMetadata(new RequestSizeLimitAttribute(SaveDocument.LargestRequest)).WithName("decideDisagreement")
            .WithSummary("Decides one disagreement; \"reopened\" takes a decision back.");
        api.MapGet("/readings/{id}/disagreements", (DecideDisagreement use, ReadingId id, bool? open, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, open ?? false, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(DecideDisagreement)).WithName("listDisagreements").WithSummary("What the readings of a case differ in, for who decides or validates.");
    }

    public async Task<Outcome<Page<ListedDisagreement>>> List(ReadingId id, bool open, int page, int size, CancellationToken cancellation)
    {
        if (await Own(id, cancellation) is not { } reading || await adjudication.List(reading, cancellation) is not { } all)
            return new NotFound("disagreements");
        return Page.Of([.. all.Where(d => !open || d.Decision is null)], page, size);
    }

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        if (await Own(id, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.Mode != ReadingMode.Adjudicate || await sources.Compared(reading, cancellation) is not { } comparison)
            return new NotForAdjudication();
        if (reading.MaySave(request.BaseRevision) is { } early)
            return early;
        var detail = await comparisons.Detail(comparison, cancellation);
        if (detail.Disagreements.FirstOrDefault(d => d.Id == request.Disagreement) is not { } disagreement)
            return new NotFound("disagreement");
        if (Fault(request, disagreement, detail.Sources) is { } reason)
            return new DecisionUnfit(reason);
        var version = await (from p in db.Set<LabellingProject>()
                             join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id
                             where p.Id == reading.ProjectId
                             select v).AsNoTracking().SingleAsync(cancellation);
        if (request.Choice == DecisionChoice.Source && HasEnded(disagreement, version.Content))
            return new DecisionUnfit("class-ended");
        // Of the same object: the object itself, and its attributes.
        var kin = (await adjudication.List(reading, cancellation))!.Where(d => d.Disagreement.Object is not null && d.Disagreement.Object == disagreement.Object).ToArray();
        if (disagreement.IsOfObject && request.Choice is (DecisionChoice.Source or DecisionChoice.Own) && kin.Any(d => !d.Disagreement.IsOfObject && d.Decision is null))
            return new DecisionUnfit("object-undecided");
        var compose = new ComposeDecision(documents, comparisons, comparison, detail, await Before(reading, version.Id, cancellation),
            [.. kin.Where(d => d.Disagreement.IsOfObject && d.Decision is not null).Select(d => d.Disagreement.Question!)]);
        var composed = await compose.With(disagreement, request, await Source(comparison, request, version.Id, cancellation), cancellation);
        db.Add(new Decision(reading, comparison, disagreement.Id, request.Choice, request.Source, reading.Revision + 1, time.Now()));
        audit.Note("labelling.disagreement-decided", "reading", id, new { Disagreement = disagreement.Id, request.Choice, request.Source });
        var appended = await append.To(reading, request.BaseRevision, composed, cancellation);
        if (appended.IsRefused(out var refusal))
            return refusal;
        return await Answer(reading, appended.Value, disagreement, cancellation);
    }

    private async Task<Reading?> Own(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation);
    }

    private static string? Fault(Request request, Disagreement disagreement, int letters)
    {
        if (request.Choice == DecisionChoice.Source)
            return request.Source is [>= 'A' and var letter] && letter - 'A' < letters ? null : "source-unknown";
        if (request.Source is not null)
            return "source-unknown";
        var isOwn = request.Choice == DecisionChoice.Own;
        var isAnswer = disagreement.Kind is DisagreementKind.Answer or DisagreementKind.Attribute;
        if (isAnswer && isOwn != request.Answer is not null || !isAnswer && request.Answer is not null)
            return "answer-unfit";
        var mayDraw = isOwn && disagreement is { Object: not null, Kind: DisagreementKind.Missing or DisagreementKind.Shape };
        return request.Object is { } drawn && (!mayDraw || drawn.Class != disagreement.Class) ? "object-unfit" : null;
    }

    /// <summary>The project has gone over to a version of the schema in which there is nothing of this name: such a place is decided by one's own hand.</summary>
    private static bool HasEnded(Disagreement disagreement, SchemaContent schema) =>
        disagreement.Class is { } @class && schema.Class(@class) is null || disagreement.Kind == DisagreementKind.Answer && schema.Question(disagreement.Question!) is null;

    private async Task<LabelDocument> Before(Reading reading, SchemaVersionId version, CancellationToken cancellation)
    {
        if (await sources.Draft(reading, cancellation) is { } draft)
            return draft;
        var saved = await db.Set<ReadingRevision>().Where(r => r.ReadingId == reading.Id && r.Number == reading.Revision)
            .Select(r => new { r.DocumentMd5, r.SchemaVersionId }).SingleAsync(cancellation);
        return await versioned.Load(saved.DocumentMd5, saved.SchemaVersionId, version, cancellation);
    }

    /// <summary>As it was compared: under the project's version of the schema, and without what nobody confirmed.</summary>
    private async Task<LabelDocument?> Source(Comparison comparison, Request request, SchemaVersionId version, CancellationToken cancellation)
    {
        if (request.Choice != DecisionChoice.Source)
            return null;
        var revision = comparison.SourceIds[request.Source![0] - 'A'];
        var saved = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.Id == revision, cancellation);
        return (await versioned.Open(saved, version, ownOnly: true, cancellation)).Document;
    }

    private async Task<Response> Answer(Reading reading, AppendedRevision appended, Disagreement disagreement, CancellationToken cancellation)
    {
        var drawn = appended.Document.Masks.Where(m => disagreement.Geometry == Geometry.Mask && m.Class == disagreement.Class).ToArray();
        var withRuns = await documents.WithRuns(appended.Document with { Masks = drawn }, cancellation);
        var view = (await adjudication.List(reading, cancellation))!;
        return new(appended.Number, appended.SavedAt, appended.Document with { Masks = [.. appended.Document.Masks.Except(drawn), .. withRuns.Masks] },
            view.Count(d => d.Decision is not null), view.Count, view.Single(d => d.Disagreement.Id == disagreement.Id));
    }
}
