using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// The scheduler's own SQLite file, written several times a job. It is not flushed at every commit: after a power cut every
/// job that has not ended is announced again, and a trigger that came back finds its job done.
/// </summary>
internal sealed class ScheduleFile : DbProviderFactory
{
    public static readonly ScheduleFile Instance = new();

    public override DbConnection CreateConnection() => new Connection();

    public override DbCommand CreateCommand() => SqliteFactory.Instance.CreateCommand();

    public override DbParameter CreateParameter() => SqliteFactory.Instance.CreateParameter();

    private sealed class Connection : SqliteConnection
    {
        public override void Open()
        {
            base.Open();
            using var command = CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;";
            command.ExecuteNonQuery();
        }
    }
}
