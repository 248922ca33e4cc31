using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;

namespace Pirogov.Lifecycle.Verification;

/// <param name="Text">What is wrong and where, in the reader's language.</param>
public sealed record FaultView(string Kind, Guid Subject, LinkFault Fault, string? Where, string Text);

public sealed record VerificationView(bool IsWhole, FaultView? FirstFault, int FilesRead, IReadOnlyList<VerifiedLink> Links);

/// <summary>
/// Walks from a link down to the batches: records, live rows, every file's bytes, the audit log. The AI office and
/// administrators from anywhere, a team from its own submission, score and solution.
/// </summary>
[Needs(LifecycleRights.Verify)]
internal sealed class VerifyChain(
    PirogovDb db, EvidenceVerifier verifier, EvidenceChain evidence, ICompetitions competitions, OwnSolution own, Localizer words, CurrentActor actor, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        string[] verbs = [HttpMethods.Get, HttpMethods.Post];
        api.MapMethods("/evidence/verify", verbs, (VerifyChain use, string kind, Guid subject, CancellationToken cancellation) =>
            use.Link(kind, subject, null, cancellation).ToHttp()).Needs(typeof(VerifyChain)).WithName("verifyLink").WithSummary("Verifies the chain below a link");
        api.MapMethods("/solutions/{id}/verify", verbs, (VerifyChain use, SolutionId id, CancellationToken cancellation) =>
            use.Solution(id, null, cancellation).ToHttp())
            .Needs(typeof(VerifyChain)).WithName("verifySolution").WithSummary("Verifies a solution's chain from its newest gate or its score");
    }

    /// <param name="progress">Told after every link.</param>
    public async Task<Outcome<VerificationView>> Link(string kind, Guid subject, Func<VerifiedLink, Task>? progress, CancellationToken cancellation)
    {
        var ownLink = kind is CompetitionEvidence.Submission or CompetitionEvidence.Score
            && await competitions.IsOwn(SubmissionId.From(subject), actor.Actor.AccountId, cancellation);
        if (!ownLink && !actor.Actor.IsAny(Role.AiOffice, Role.Administrator))
            return new NotFound("evidence");
        return await evidence.Find(kind, subject, cancellation) is { } start
            ? await Walk([start], progress, cancellation)
            : new NotFound("evidence");
    }

    public async Task<Outcome<VerificationView>> Solution(SolutionId id, Func<VerifiedLink, Task>? progress, CancellationToken cancellation)
    {
        var solution = await db.Set<Solution>().AsNoTracking().Include(s => s.Gates).SingleOrDefaultAsync(s => s.Id == id, cancellation);
        if (solution is null || !await own.MaySee(solution, actor, cancellation))
            return new NotFound("solution");
        var starts = new List<EvidenceReference>();
        if (solution.Gates.MaxBy(g => g.Stage) is { } newest && await evidence.Find(LifecycleEvidence.StageGate, newest.Id, cancellation) is { } gate)
            starts.Add(gate);
        // The first gates stand on nothing of the competition yet; the score is always part of the walk.
        if (await evidence.Find(CompetitionEvidence.Score, solution.SubmissionId.Value, cancellation) is { } score)
            starts.Add(score);
        return starts.Count == 0 ? new NotFound("evidence") : await Walk(starts, progress, cancellation);
    }

    private async Task<Outcome<VerificationView>> Walk(List<EvidenceReference> starts, Func<VerifiedLink, Task>? progress, CancellationToken cancellation)
    {
        var links = new Dictionary<(string, Guid, string), VerifiedLink>();
        var files = 0;
        foreach (var start in starts.Where(s => !links.ContainsKey((s.Kind, s.Subject, s.Sha256))))
        {
            var walked = await verifier.Walk(start, progress, cancellation);
            foreach (var link in walked.Links)
                links.TryAdd((link.Kind, link.Subject, link.Sha256), link);
            files += walked.FilesRead;
        }

        var first = links.Values.FirstOrDefault(l => l.Fault is not null);
        audit.Note("lifecycle.chain-verified", starts[0].Kind, starts[0].Subject, new { IsWhole = first is null, Links = links.Count });
        await db.SaveChangesAsync(cancellation);
        return new VerificationView(first is null, first is null ? null : Say(first), files, [.. links.Values]);
    }

    private FaultView Say(VerifiedLink link) => new(link.Kind, link.Subject, link.Fault!.Value, link.Where,
        words[$"lifecycle.fault.{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(link.Fault.Value.ToString())}",
            new { kind = words[$"lifecycle.link.{link.Kind}"], subject = link.Subject, where = link.Where }]);
}
