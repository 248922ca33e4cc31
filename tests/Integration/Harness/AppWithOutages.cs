using System.Data.Common;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Harness;

/// <summary>
/// Lets a statement, a commit or every connection fail as the engine's own outage does, for as long as the test says. "commit" and
/// "committed" are told before and after a commit: the latter is one whose answer was lost.
/// </summary>
internal sealed class Outage(Engine engine) : IDbCommandInterceptor, IDbTransactionInterceptor, IDbConnectionInterceptor
{
    public const string Commit = "commit";
    public const string Committed = "committed";
    private Func<string, bool>? meets;
    private int met;

    public bool IsWhole { get; set; }

    /// <summary>How many statements have met it.</summary>
    public int Met => Volatile.Read(ref met);

    public void Strike(Func<string, bool>? statements) => (meets, met) = (statements, 0);

    /// <summary>Strikes the first statements that hold these words.</summary>
    public void Strike(string words, int times)
    {
        var left = times;
        Strike(text => text.Contains(words, StringComparison.Ordinal) && Interlocked.Decrement(ref left) >= 0);
    }

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        IsWhole ? throw Failure() : ValueTask.FromResult(result);

    public InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) =>
        IsWhole ? throw Failure() : result;

    public ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(command.CommandText, result));

    public ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(command.CommandText, result));

    public ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(command.CommandText, result));

    public ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(Commit, result));

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default) =>
        Task.FromResult(Pass(Committed, true));

    /// <summary>PostgreSQL's statements quote no names that need it not.</summary>
    private T Pass<T>(string text, T result)
    {
        if (meets?.Invoke(text.Replace("\"", "", StringComparison.Ordinal)) != true)
            return result;
        Interlocked.Increment(ref met);
        throw Failure();
    }

    private DbException Failure() => engine == Engine.Sqlite
        ? new SqliteException("database is locked", 5)
        : new PostgresException("sorry, too many clients already", "FATAL", "FATAL", PostgresErrorCodes.TooManyConnections);
}

/// <summary>A host whose database goes away and comes back, with retries that do not make a test wait.</summary>
public class AppWithOutages : PirogovApp
{
    private readonly Engine engine;
    private readonly PirogovApp? before;

    /// <param name="before">A host on whose data this one goes on.</param>
    protected AppWithOutages(Engine engine, PirogovApp? before = null) : base(engine) => (this.engine, this.before, Outage) = (engine, before, new(engine));

    internal Outage Outage { get; }

    /// <summary>Of PostgreSQL no connection is taken and those that were are broken; of SQLite no file opens.</summary>
    public Task TakeDatabaseAway() => engine == Engine.Sqlite ? Whole(true) : OnServer(
        $"ALTER DATABASE {DatabaseName} ALLOW_CONNECTIONS false", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DatabaseName}'");

    public Task GiveDatabaseBack() => engine == Engine.Sqlite ? Whole(false) : OnServer($"ALTER DATABASE {DatabaseName} ALLOW_CONNECTIONS true");

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Jobs:FirstRetrySeconds", "0.005");
        builder.UseSetting("Jobs:WatchSeconds", "0.5");
        if (before is null)
            return;
        builder.UseSetting("Data", before.DataFolder);
        if (engine == Engine.PostgreSql)
            builder.UseSetting("Database:Connection", new NpgsqlConnectionStringBuilder(Cluster) { Database = before.DatabaseName }.ToString());
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        if (engine == Engine.Sqlite)
            services.ConfigureDbContext<SqliteDb>(o => o.AddInterceptors(Outage), ServiceLifetime.Singleton);
        else
            services.ConfigureDbContext<PostgreSqlDb>(o => o.AddInterceptors(Outage), ServiceLifetime.Singleton);
    }

    private static string? Cluster => Environment.GetEnvironmentVariable("PIROGOV_TEST_POSTGRESQL");

    private Task Whole(bool away)
    {
        Outage.IsWhole = away;
        return Task.CompletedTask;
    }

    private static async Task OnServer(params string[] statements)
    {
        await using var server = new NpgsqlConnection(Cluster);
        await server.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, server);
            await command.ExecuteNonQueryAsync();
        }
    }
}
