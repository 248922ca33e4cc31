using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Readings;

/// <summary>Who has, or had, work on a case may see its images.</summary>
internal sealed class CaseAccess(PirogovDb db) : ICaseAccessRule
{
    public Task<bool> MaySee(Actor actor, CaseId id, CancellationToken cancellation) =>
        db.Set<Reading>().AnyAsync(r => r.AccountId == actor.AccountId && r.CaseId == id, cancellation);
}
