using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Platform.Store;

/// <summary>Which objects no row of any room and no link of the evidence names.</summary>
internal sealed class UnnamedObjects(PirogovDb db, IEnumerable<IObjectReferences> references)
{
    private const int Some = 500;
    private readonly IObjectReferences[] references = [.. references];

    /// <summary>
    /// Notes on every object's row since when nobody names it, and takes the note back where somebody does again. Reads
    /// every address once and holds them in memory: some 130 bytes an object, for as long as it takes.
    /// </summary>
    public async Task Mark(DateTimeOffset now, CancellationToken cancellation)
    {
        if (references.Length == 0)
            throw new InvalidOperationException("No room says what it names: everything would be swept away.");
        var unnamed = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var address in db.Set<StoredObject>().AsNoTracking().Select(o => o.Md5).AsAsyncEnumerable().WithCancellation(cancellation))
            unnamed.Add(address);
        foreach (var named in Queries())
        {
            await foreach (var address in named.AsAsyncEnumerable().WithCancellation(cancellation))
                unnamed.Remove(address);
        }

        await KeepWhatEvidenceNames(unnamed, cancellation);
        foreach (var some in unnamed.Chunk(Some))
        {
            await db.Set<StoredObject>().Where(o => o.UnnamedSince == null && some.Contains(o.Md5))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.UnnamedSince, now), cancellation);
        }

        var noted = await db.Set<StoredObject>().Where(o => o.UnnamedSince != null).Select(o => o.Md5).ToArrayAsync(cancellation);
        foreach (var some in noted.Where(a => !unnamed.Contains(a)).Chunk(Some))
        {
            await db.Set<StoredObject>().Where(o => some.Contains(o.Md5))
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.UnnamedSince, (DateTimeOffset?)null), cancellation);
        }
    }

    public async Task<IReadOnlySet<string>> NamedAmong(IReadOnlyCollection<string> addresses, CancellationToken cancellation)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var named in Queries())
            found.UnionWith(await named.Where(a => addresses.Contains(a)).ToArrayAsync(cancellation));
        return found;
    }

    private IEnumerable<IQueryable<string>> Queries() => references.SelectMany(r => r.In(db));

    /// <summary>Should a room lose rows, the files that its links vouch for are still there to show what was lost.</summary>
    private async Task KeepWhatEvidenceNames(HashSet<string> unnamed, CancellationToken cancellation)
    {
        if (unnamed.Count == 0)
            return;
        await foreach (var record in db.Set<EvidenceRecord>().AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            foreach (var file in record.Parse().Files)
                unnamed.Remove(file.Md5);
        }
    }
}
