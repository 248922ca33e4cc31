using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Competitions.Submissions;

/// <summary>What teams have handed in.</summary>
internal sealed class SubmittedObjects : IObjectReferences
{
    public IEnumerable<IQueryable<string>> In(PirogovDb db) => [db.Set<Submission>().Where(s => s.Md5 != null).Select(s => s.Md5!)];
}
