using Pirogov.Platform.Database;

namespace Pirogov.Platform.Store;

/// <summary>
/// Says which stored objects a room's rows name: one query for each column that holds an address. What no room names is
/// swept away, so a column that is forgotten here costs its bytes; a test walks the model and finds it.
/// </summary>
public interface IObjectReferences
{
    /// <returns>Addresses, repeated or not; never null.</returns>
    IEnumerable<IQueryable<string>> In(PirogovDb db);
}
