using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Database;

public static class TrySaveChanges
{
    /// <summary>
    /// Whether somebody was faster: a token has moved on, a unique place is taken (SQLite 1555, 2067), or the engine gave way to another transaction. A lost
    /// connection, a full disk and a broken reference are nobody's doing: told as "taken" they would be looked for in the wrong place.
    /// </summary>
    public static bool IsOvertaken(this Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure is DbUpdateConcurrencyException || (failure as DbException ?? failure.InnerException) switch
        {
            SqliteException sqlite => sqlite.SqliteExtendedErrorCode is 1555 or 2067 or SnapshotIsOld,
            PostgresException answered => answered.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
            _ => false,
        };
    }

    /// <summary>SQLITE_BUSY_SNAPSHOT: what was read has been written over since.</summary>
    private const int SnapshotIsOld = 517;

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
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict();
        }
    }

    /// <summary>For those who save one of many after another: what one loses is forgotten, so that the next begins clean.</summary>
    /// <returns>Null when it is saved.</returns>
    public static async Task<DbUpdateException?> SaveUnlessMoved(this PirogovDb db, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(db);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return null;
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            db.ChangeTracker.Clear();
            return lost;
        }
    }
}
