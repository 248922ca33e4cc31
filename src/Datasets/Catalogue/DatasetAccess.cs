using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Datasets.Catalogue;

/// <summary>Whose files a dataset's are: staff's, and those accounts' that a competition admitted.</summary>
internal sealed class DatasetAccess(PirogovDb db, CurrentActor actor)
{
    public bool IsStaff => actor.Actor.IsAny(DatasetsRights.Staff);

    /// <returns>Null when there is no such dataset for this actor.</returns>
    public async Task<Dataset?> FindPullable(string slug, CancellationToken cancellation)
    {
        var dataset = await db.Set<Dataset>().AsNoTracking().SingleOrDefaultAsync(d => d.Slug == slug, cancellation);
        return dataset is not null && await MayPull(dataset.Id, cancellation) ? dataset : null;
    }

    public async Task<bool> MayPull(DatasetId dataset, CancellationToken cancellation)
    {
        if (IsStaff)
            return true;
        var me = actor.Actor.AccountId;
        return await db.Set<DatasetAdmission>().AnyAsync(a => a.DatasetId == dataset && a.AccountId == me, cancellation);
    }
}

/// <summary>
/// Notes who read which case of which version: once an hour, for one case is hundreds of files and a pull asks for
/// each of them several times.
/// </summary>
internal sealed class PullJournal(TimeProvider time)
{
    private const int Most = 100_000;
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);
    private readonly Dictionary<(Guid Account, Guid Version, string What), DateTimeOffset> noted = [];

    public async Task Note(AuditTrail audit, PirogovDb db, Guid account, DatasetVersionId version, string path, CancellationToken cancellation)
    {
        var what = path.Split('/') is [_, var name, _, ..] ? name : path;
        var now = time.GetUtcNow();
        lock (noted)
        {
            if (noted.TryGetValue((account, version.Value, what), out var last) && now - last < Quiet)
                return;
            if (noted.Count >= Most)
                noted.Clear();
            noted[(account, version.Value, what)] = now;
        }

        audit.Note("datasets.read", "dataset-version", version, new { what });
        await db.SaveChangesAsync(cancellation);
    }
}
