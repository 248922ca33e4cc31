using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Lifecycle;

/// <summary>A competition that ended with a winner begins a solution, once.</summary>
internal sealed class MakeSolution(PirogovDb db, AuditTrail audit, TimeProvider time) : IHandle<CompetitionClosed>
{
    public async Task Handle(CompetitionClosed happened, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.Winner is null || await db.Set<Solution>().AnyAsync(s => s.CompetitionId == happened.CompetitionId, cancellation))
            return;
        var solution = Solution.Of(happened.Winner, time.Now());
        db.Add(solution);
        audit.Note("lifecycle.solution-made", "solution", solution.Id, new { Competition = happened.CompetitionId });
    }
}
