using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Lifecycle;

internal sealed class StageGateLink(PirogovDb db) : IEvidenceSource
{
    public string Kind => LifecycleEvidence.StageGate;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation) =>
        (await db.Set<StageGate>().AsNoTracking().SingleOrDefaultAsync(g => g.Id == subject, cancellation))?.State();
}
