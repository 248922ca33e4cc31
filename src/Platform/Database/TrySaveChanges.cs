using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Database;

public static class TrySaveChanges
{
    /// <summary>Saves, where losing to somebody who was faster is an answer and no fault: a token that has moved on, a place that is taken.</summary>
    /// <returns>Null when it is saved.</returns>
    public static async Task<Conflict?> TrySave(this PirogovDb db, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(db);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return null;
        }
        catch (DbUpdateException)
        {
            return new Conflict();
        }
    }
}
