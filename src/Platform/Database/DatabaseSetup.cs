using System.Data.Common;
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
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<WakeOutboxAfterCommit>();
        if (options.IsPostgreSql)
            services.AddDbContext<PirogovDb, PostgreSqlDb>((provider, db) => db
                .UseNpgsql(options.Connection, o => o.MigrationsAssembly(DatabaseOptions.MigrationsAssembly))
                .AddInterceptors(provider.GetRequiredService<WakeOutboxAfterCommit>()));
        else
            services.AddDbContext<PirogovDb, SqliteDb>((provider, db) => db
                .UseSqlite(options.Connection, o => o.MigrationsAssembly(DatabaseOptions.MigrationsAssembly))
                .AddInterceptors(new SqlitePragmas(), provider.GetRequiredService<WakeOutboxAfterCommit>()));
        return services;
    }

    /// <summary>WAL lets readers go on while one writes; FULL because an acknowledged write must survive a power cut.</summary>
    private sealed class SqlitePragmas : DbConnectionInterceptor
    {
        private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=60000;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
