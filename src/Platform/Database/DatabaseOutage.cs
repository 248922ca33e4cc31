using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pirogov.Platform.Database;

/// <summary>Tells a database that is away for a while from one that has answered and said no.</summary>
internal static class DatabaseOutage
{
    /// <summary>Result codes of SQLite: BUSY, LOCKED, IOERR, FULL, CANTOPEN.</summary>
    private static readonly int[] PassingInSqlite = [5, 6, 10, 13, 14];

    /// <summary>
    /// Classes of SQLSTATE (PostgreSQL, appendix A): connection exception, insufficient resources (too many clients), operator intervention
    /// (shutdown, still starting), system error; and 55000, which a database that takes no connections answers with. 57014 is a cancelled statement.
    /// </summary>
    private static readonly string[] PassingInPostgreSql = ["08", "53", "57P", "58", "55000"];

    /// <summary>However deep the provider's exception is wrapped. A statement that took too long counts: the provider does not tell it from a silent server.</summary>
    public static bool IsBehind(Exception failure)
    {
        for (Exception? one = failure; one is not null; one = one.InnerException)
        {
            if (IsOne(one))
                return true;
        }

        return false;
    }

    /// <summary>
    /// What was sent holds a NUL, which PostgreSQL takes in no text (22021) and in no JSON (22P05): the sender's doing.
    /// </summary>
    public static bool IsOfText(Exception failure) => failure is PostgresException { SqlState: "22021" or "22P05" } || (failure.InnerException is { } inner && IsOfText(inner));

    private static bool IsOne(Exception one) => one switch
    {
        PostgresException answered => Array.Exists(PassingInPostgreSql, c => answered.SqlState.StartsWith(c, StringComparison.Ordinal)),
        NpgsqlException silent => silent.IsTransient || silent.InnerException is IOException or TimeoutException,
        SqliteException sqlite => PassingInSqlite.Contains(sqlite.SqliteErrorCode),
        _ => false,
    };
}

/// <summary>For what must be written whenever the database takes it again.</summary>
internal sealed class Patience(IHostApplicationLifetime lifetime, ILogger<Patience> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Acts again until the database is back, with pauses that double. Any other failure, and an outage that outlasts the process, is the caller's.</summary>
    /// <param name="act">May be called again after it was committed: the answer to a commit may be what was lost.</param>
    public async Task<T> Outlast<T>(Func<Task<T>> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        var stopping = lifetime.ApplicationStopping;
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await act();
            }
            catch (Exception away) when (DatabaseOutage.IsBehind(away) && !stopping.IsCancellationRequested)
            {
                log.LogWarning(away, "The database is away; it is asked again in {Pause}", pause);
                await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public Task Outlast(Func<Task> act) => Outlast(async () =>
    {
        await act();
        return true;
    });
}
