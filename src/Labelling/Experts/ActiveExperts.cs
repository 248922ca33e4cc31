using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Experts;

/// <summary>Who can do work that is given to them: the others stay in their projects, but what they were given would wait for ever.</summary>
internal sealed class ActiveExperts(PirogovDb db)
{
    /// <returns>Those of the pool, in its order, who may sign in and are experts still.</returns>
    public async Task<IReadOnlyList<Guid>> Of(IReadOnlyCollection<Guid> pool, CancellationToken cancellation)
    {
        var active = (await db.Set<Account>().Where(a => pool.Contains(a.Id) && !a.IsDisabled && a.Roles.Any(r => r.Role == Role.Expert)).Select(a => a.Id).ToArrayAsync(cancellation)).ToHashSet();
        return [.. pool.Where(active.Contains)];
    }
}
