using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Validation;

/// <summary>A validator accepts the consensus at their level, or returns it to the adjudicator with a comment.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class GiveVerdict(
    PirogovDb db, CurrentActor actor, AuditTrail audit, EvidenceChain chain, Sealing sealing, AskValidators askValidators, AskAdjudicator askAdjudicator, NextReading next, TimeProvider time)
{
    public sealed record ReturnRequest(string? Comment);

    public sealed record Response(ReadingId? Next);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/readings/{id}/accept", (GiveVerdict use, ReadingId id, CancellationToken cancellation) => use.Accept(id, cancellation).ToHttp())
            .Needs(typeof(GiveVerdict)).WithName("acceptConsensus").WithSummary("Accepts the consensus at this level.");
        api.MapPost("/readings/{id}/return", (GiveVerdict use, ReadingId id, ReturnRequest request, CancellationToken cancellation) =>
            use.Return(id, request, cancellation).ToHttp())
            .Needs(typeof(GiveVerdict)).WithName("returnConsensus").WithSummary("Returns the consensus to the adjudicator with a comment.");
    }

    public Task<Outcome<Response>> Accept(ReadingId id, CancellationToken cancellation) => Judge(id, null, cancellation);

    public async Task<Outcome<Response>> Return(ReadingId id, ReturnRequest request, CancellationToken cancellation) =>
        CaseComment.Check(request.Comment) is { } refusal ? refusal : await Judge(id, request.Comment, cancellation);

    private async Task<Outcome<Response>> Judge(ReadingId id, string? comment, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        var now = time.Now();
        if (reading.GiveVerdict(now) is { } refusal)
            return refusal;
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        if (one.State != ProjectCaseState.Validation || one.Level != reading.Slot || comment is not null && one.Return(now) is not null)
            return new CaseIsElsewhere(one.State);
        var consensus = await db.Set<Consensus>().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstAsync(cancellation);
        var verdict = new Verdict(consensus, reading, comment is null, now);
        db.Add(verdict);
        if (comment is null)
        {
            sealing.Record(LabellingEvidence.Validation, verdict.Id, verdict.Facts(),
                [await chain.Find(LabellingEvidence.Consensus, consensus.Id, cancellation)], []);
            await askValidators.From(one, one.Level + 1, cancellation);
        }
        else
        {
            db.Add(new CaseComment(one.Id, verdict.Level, comment, now));
            await askAdjudicator.About(one, cancellation);
        }

        audit.Note(comment is null ? "labelling.consensus-accepted" : "labelling.consensus-returned", "labelling-case", one.Id, new { consensus.Number });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new Conflict();
        }

        return new Response((await next.After(reading, cancellation))?.Id);
    }
}
