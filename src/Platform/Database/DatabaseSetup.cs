using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Outbox;

namespace Pirogov.Platform.Database;

/// <summary>Where the database is: <c>Database:Engine</c> (sqlite or postgresql) and <c>Database:Connection</c>.</summary>
public sealed record DatabaseOptions(bool IsPostgreSql, string Connection)
{
    internal const string MigrationsAssembly = "Pirogov.Portal";

    public static DatabaseOptions From(IConfiguration configuration, string dataFolder)
    {
        var postgreSql = string.Equals(configuration["Database:Engine"], "postgresql", StringComparison.OrdinalIgnoreCase);
        var connection = configuration["Database:Connection"];
        if (postgreSql)
            return new(true, connection ?? throw new InvalidOperationException("Database:Connection is needed for PostgreSQL."));
        return new(false, connection ?? new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(dataFolder, "pirogov.db"),
            DefaultTimeout = 60,
        }.ToString());
    }
}

internal static class DatabaseSetup
{
    public static IServiceCollection AddDatabase(this IServiceCollection services, DatabaseOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<Patience>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<WakeOutboxAfterCommit>();
        if (options.IsPostgreSql)
            services.AddDbContext<PirogovDb, PostgreSqlDb>((provider, db) => db
                .UseNpgsql(options.Connection, o => o.MigrationsAssembly(DatabaseOptions.MigrationsAssembly))
                .AddInterceptors(provider.GetRequiredService<WakeOutboxAfterCommit>()), ServiceLifetime.Scoped, ServiceLifetime.Singleton);
        else
            services.AddDbContext<PirogovDb, SqliteDb>((provider, db) => db
                .UseSqlite(options.Connection, o => o.MigrationsAssembly(DatabaseOptions.MigrationsAssembly))
                .AddInterceptors(new SqlitePragmas(), provider.GetRequiredService<WakeOutboxAfterCommit>()), ServiceLifetime.Scoped, ServiceLifetime.Singleton);
        return services;
    }

    /// <summary>WAL lets readers go on while one writes; FULL because an acknowledged write must survive a power cut.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=60000;";

        /// <summary>The pool keeps connections with what was set; every question of the platform opens one.</summary>
        private static readonly ConditionalWeakTable<object, object> Prepared = [];

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            if (((SqliteConnection)connection).Handle is not { } handle || Prepared.TryGetValue(handle, out _))
                return;
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
            Prepared.AddOrUpdate(handle, handle);
        }

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            // Of this engine asynchronous calls are synchronous ones.
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }
}
