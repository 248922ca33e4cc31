using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Lifecycle;

/// <summary>The AI office passes the next gate; the gate is itself a link that stands on the stage's evidence and on the gate before.</summary>
[Needs(LifecycleRights.PassGate)]
internal sealed class PassStageGate(PirogovDb db, EvidenceChain evidence, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string? Note);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/solutions/{id}/stages/{stage:int:range(1,9)}/pass",
        (PassStageGate use, SolutionId id, int stage, Request? request, CancellationToken cancellation) =>
            use.Handle(id, (Stage)stage, request?.Note ?? "", cancellation).ToHttp())
        .Needs(typeof(PassStageGate)).WithSummary("Passes the gate of the next stage");

    public async Task<Outcome<Done>> Handle(SolutionId id, Stage stage, string note, CancellationToken cancellation)
    {
        if (await db.Set<Solution>().Include(s => s.Gates).SingleOrDefaultAsync(s => s.Id == id, cancellation) is not { } solution)
            return new NotFound("solution");
        var shown = stage switch
        {
            Stage.Dataset => await evidence.Find(DatasetEvidence.Version, solution.DatasetVersionId.Value, cancellation),
            Stage.Model => await evidence.Find(CompetitionEvidence.Score, solution.SubmissionId.Value, cancellation),
            _ => null,
        };
        var previous = solution.Gates.SingleOrDefault(g => g.Stage == stage - 1);
        var before = previous is null ? null : await evidence.Find(LifecycleEvidence.StageGate, previous.Id, cancellation);
        var passed = solution.Pass(stage, shown is null ? [] : [shown], before, actor.Actor.AccountId, note, time.Now());
        if (passed.IsRefused(out var refusal))
            return refusal;
        evidence.Record(passed.Value.State());
        audit.Note("lifecycle.gate-passed", "solution", id, new { Stage = (int)stage });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
