using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Validation;

internal sealed record ConsensusHasChanged(int Newest) : Refusal("labelling/consensus-has-changed", 409);

internal sealed record NothingCorrected() : Refusal("labelling/nothing-corrected", 409);

/// <summary>A validator accepts the consensus at their level, mends it, or returns it to the adjudicator with what is wrong and where.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class GiveVerdict(
    PirogovDb db, CurrentActor actor, ICases cases, AuditTrail audit, EvidenceChain chain, Sealing sealing, Documents documents, VersionedDocuments versioned, EventOutbox outbox, JobQueue jobs,
    AskValidators askValidators, AskAdjudicator askAdjudicator, NextReading next, TimeProvider time)
{
    /// <param name="Consensus">The number of the consensus that was on the screen: another one is not accepted unseen.</param>
    public sealed record AcceptRequest(int? Consensus = null, IReadOnlyList<Remark>? Remarks = null);

    /// <param name="Revision">The validator's own newest, which becomes the consensus.</param>
    public sealed record CorrectRequest(int Revision, int? Consensus = null, IReadOnlyList<Remark>? Remarks = null);

    /// <param name="Comment">About the whole case; the same as a remark with the reason "other".</param>
    public sealed record ReturnRequest(string? Comment = null, IReadOnlyList<Remark>? Remarks = null, int? Consensus = null);

    public sealed record Response(ReadingId? Next);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/readings/{id}/accept", (GiveVerdict use, ReadingId id, AcceptRequest? request, CancellationToken cancellation) =>
            use.Accept(id, request ?? new(), cancellation).ToHttp())
            .Needs(typeof(GiveVerdict)).WithName("acceptConsensus").WithSummary("Accepts the consensus at this level.");
        api.MapPost("/readings/{id}/correct", (GiveVerdict use, ReadingId id, CorrectRequest request, CancellationToken cancellation) =>
            use.Correct(id, request, cancellation).ToHttp())
            .Needs(typeof(GiveVerdict)).WithName("correctConsensus").WithSummary("Makes the validator's newest revision the consensus and accepts it.");
        api.MapPost("/readings/{id}/return", (GiveVerdict use, ReadingId id, ReturnRequest request, CancellationToken cancellation) =>
            use.Return(id, request, cancellation).ToHttp())
            .Needs(typeof(GiveVerdict)).WithName("returnConsensus").WithSummary("Returns the consensus to the adjudicator with reasons, each pinned to its place.");
    }

    public Task<Outcome<Response>> Accept(ReadingId id, AcceptRequest request, CancellationToken cancellation) =>
        Judge(id, VerdictKind.Accepted, null, request.Consensus, request.Remarks ?? [], cancellation);

    public Task<Outcome<Response>> Correct(ReadingId id, CorrectRequest request, CancellationToken cancellation) =>
        Judge(id, VerdictKind.Corrected, request.Revision, request.Consensus, request.Remarks ?? [], cancellation);

    public async Task<Outcome<Response>> Return(ReadingId id, ReturnRequest request, CancellationToken cancellation)
    {
        var remarks = (request.Remarks ?? []).ToList();
        if (!string.IsNullOrWhiteSpace(request.Comment) || remarks.Count == 0)
        {
            if (CaseComment.Check(request.Comment) is { } refusal)
                return refusal;
            remarks.Add(new(ReturnReason.Other, request.Comment, null));
        }

        return await Judge(id, VerdictKind.Returned, null, request.Consensus, remarks, cancellation);
    }

    private async Task<Outcome<Response>> Judge(
        ReadingId id, VerdictKind kind, int? revision, int? seen, IReadOnlyList<Remark> remarks, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        var now = time.Now();
        if ((revision is { } own ? reading.Correct(own, now) : reading.GiveVerdict(now)) is { } refusal)
            return refusal;
        var waiting = await db.Set<PendingLabel>().Where(p => p.ReadingId == id).ToArrayAsync(cancellation);
        if (kind == VerdictKind.Corrected && waiting.Length > 0)
            return new LabelsArePending(waiting.Length);
        // What was drawn besides is given up with the draft, and so is what was asked about it.
        db.RemoveRange(waiting);
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        if (one.State != ProjectCaseState.Validation || one.Level != reading.Slot || kind == VerdictKind.Returned && one.Return(now) is not null)
            return new CaseIsElsewhere(one.State);
        var judged = await db.Set<Consensus>().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstAsync(cancellation);
        if (seen is { } number && number != judged.Number)
            return new ConsensusHasChanged(judged.Number);
        if (remarks.Count > 0 && await Unfit(one, judged, remarks, cancellation) is { } unfit)
            return unfit;
        if ((kind == VerdictKind.Corrected ? await Correction(one, reading, judged, cancellation) : judged).IsRefused(out var uncorrected, out var result))
            return uncorrected;
        var verdict = new Verdict(judged, result!, reading, kind, now);
        db.Add(verdict);
        db.AddRange(remarks.Select((r, i) => new CaseComment(one.Id, reading.Slot, judged.Number, r, now, i)));
        outbox.Add(new VerdictGiven(one.Id, reading.Slot, kind == VerdictKind.Accepted));
        await GoOn(one, verdict, result!, cancellation);
        audit.Note($"labelling.consensus-{kind.ToString().ToLowerInvariant()}", "labelling-case", one.Id, new { judged.Number, Level = reading.Slot });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return new Response((await next.After(reading, cancellation))?.Id);
    }

    private async Task GoOn(ProjectCase one, Verdict verdict, Consensus result, CancellationToken cancellation)
    {
        if (verdict.Kind == VerdictKind.Returned)
        {
            await askAdjudicator.About(one, cancellation);
            return;
        }

        var below = verdict.Kind == VerdictKind.Corrected ? corrected : await chain.Find(LabellingEvidence.Consensus, result.Id, cancellation);
        sealing.Record(LabellingEvidence.Validation, verdict.Id, verdict.Facts(), [below], []);
        await askValidators.From(one, one.Level + 1, cancellation);
    }

    /// <summary>The link of a consensus that this verdict makes: it is in no table yet.</summary>
    private EvidenceReference? corrected;

    private async Task<Outcome<Consensus>> Correction(ProjectCase one, Reading reading, Consensus judged, CancellationToken cancellation)
    {
        var revision = await db.Set<ReadingRevision>().SingleAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation);
        if (revision.DocumentSha256 == judged.DocumentSha256)
            return new NothingCorrected();
        var document = await documents.Load(revision.DocumentMd5, cancellation);
        var schema = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == revision.SchemaVersionId, cancellation);
        if (DocumentCheck.CheckComplete(schema.Content, document) is { } incomplete)
            return incomplete;
        var files = await documents.FilesOf(new(revision.DocumentMd5, revision.DocumentSha256, revision.DocumentSize), document, cancellation);
        var (before, batch) = (await chain.Find(LabellingEvidence.Consensus, judged.Id, cancellation), await chain.Find(ArchiveEvidence.Batch, one.BatchId.Value, cancellation));
        var drawn = sealing.Record(LabellingEvidence.Reading, revision.Id, ReadingEvidence.Facts(reading, revision), [batch, before], files);
        var consensus = Consensus.Corrected(judged, revision, time.Now());
        db.Add(consensus);
        jobs.Enqueue<MeasureSources, MeasureSources.Payload>(new(consensus.Id), "labelling-case", one.Id);
        corrected = sealing.Record(LabellingEvidence.Consensus, consensus.Id, consensus.Facts(), [before, drawn], files);
        return consensus;
    }

    private async Task<Refusal?> Unfit(ProjectCase one, Consensus judged, IReadOnlyList<Remark> remarks, CancellationToken cancellation)
    {
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == one.ProjectId, cancellation) ?? new(one.ProjectId);
        // As the validator sees it: under the project's present version.
        var schema = await (from p in db.Set<LabellingProject>() join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id where p.Id == one.ProjectId select v).AsNoTracking().SingleAsync(cancellation);
        var document = await versioned.Load(judged.DocumentMd5, judged.SchemaVersionId, schema.Id, cancellation);
        var images = (await cases.Files(one.CaseId, cancellation)).ToDictionary(f => f.SopInstanceUid);
        return new RemarkCheck(rules.Reasons, schema.Content, document, images, await cases.Texts(one.CaseId, cancellation)).First(remarks);
    }
}
