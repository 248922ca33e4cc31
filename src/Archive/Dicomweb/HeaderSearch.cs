using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>PS3.18 10.6.3.1: 413, the search is to be narrowed.</summary>
internal sealed record SearchTooBroad(int Limit) : Refusal("archive.search-too-broad", 413);

/// <summary>
/// Matching of what has no column: the headers of those series that the database has let through are read, one document a series. It is
/// for few of them: a search that leaves more is refused.
/// </summary>
internal sealed class HeaderSearch(ObjectStore store)
{
    private const int MostSeries = 300;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Of cases or series those whose first instance has what is asked for.</summary>
    public async Task<Outcome<List<TKey>>> Firsts<TKey>(IReadOnlyList<HeaderKey> keys, IQueryable<HeaderDocument<TKey>> candidates, CancellationToken cancellation)
    {
        var documents = await candidates.Take(MostSeries + 1).ToArrayAsync(cancellation);
        if (documents.Length > MostSeries)
            return new SearchTooBroad(MostSeries);
        var found = new List<TKey>();
        foreach (var (key, md5) in documents)
        {
            using var headers = JsonDocument.Parse(await store.Read(md5, cancellation), Deep);
            if (keys.All(k => k.Matches(headers.RootElement[0])))
                found.Add(key);
        }

        return found;
    }

    /// <summary>SOP Instance UIDs of the instances that have what is asked for.</summary>
    public async Task<Outcome<List<string>>> Instances(IReadOnlyList<HeaderKey> keys, IQueryable<HeaderDocument<CaseId>> candidates, CancellationToken cancellation)
    {
        var documents = await candidates.Take(MostSeries + 1).ToArrayAsync(cancellation);
        if (documents.Length > MostSeries)
            return new SearchTooBroad(MostSeries);
        var found = new List<string>();
        foreach (var document in documents)
        {
            using var headers = JsonDocument.Parse(await store.Read(document.MetadataMd5, cancellation), Deep);
            found.AddRange(headers.RootElement.EnumerateArray().Where(h => keys.All(k => k.Matches(h)))
                .Select(h => h.GetProperty("00080018").GetProperty("Value")[0].GetString()!));
        }

        return found;
    }
}

/// <param name="MetadataMd5">The headers of a series in the store.</param>
internal sealed record HeaderDocument<TKey>(TKey Key, string MetadataMd5);
