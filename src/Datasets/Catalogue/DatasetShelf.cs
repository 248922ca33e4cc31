using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Datasets.Catalogue;

/// <summary>The newest version of every dataset, for everybody: names and sizes, never a file.</summary>
internal sealed class DatasetShelf(IDatasets datasets, Localizer words) : IShowcase
{
    public async Task<ShowcaseShelf> Shelf(CancellationToken cancellation)
    {
        var newest = (await datasets.Published(cancellation)).GroupBy(v => v.Slug).Select(g => g.MaxBy(v => v.Number)!).OrderByDescending(v => v.FrozenAt);
        return new("datasets", words["datasets.list.title"], words["datasets.list.empty"],
            [.. newest.Select(v => new ShowcaseItem(v.Name, $"v{v.Number} · {words.Plural("datasets.count.cases", v.Cases.Values.Sum())}", $"/datasets/{v.Slug}"))]);
    }
}
