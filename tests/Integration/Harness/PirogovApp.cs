using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Integration.Harness;

/// <summary>
/// The real host on a real database and a private data folder. SQLite always; PostgreSQL where
/// <c>PIROGOV_TEST_POSTGRESQL</c> holds the connection string of a cluster in which databases may be made.
/// </summary>
public class PirogovApp : WebApplicationFactory<Program>, IAsyncLifetime
{
    private static readonly string? PostgreSql = Environment.GetEnvironmentVariable("PIROGOV_TEST_POSTGRESQL");
    private readonly string databaseName = "pirogov_" + Guid.CreateVersion7().ToString("N");
    private readonly Dictionary<string, (Guid Id, string Token)> people = [];
    private readonly SemaphoreSlim gate = new(1, 1);

    protected PirogovApp(Engine engine)
    {
        if (engine == Engine.PostgreSql)
            PostgreSqlConnection = new NpgsqlConnectionStringBuilder(PostgreSql ?? "Host=nowhere") { Database = databaseName }.ToString();
    }

    public static bool HasPostgreSql => PostgreSql is not null;

    /// <summary>By which its connections are told from those of other apps: the database's name, or of SQLite the folder of its file.</summary>
    public string DatabaseName => PostgreSqlConnection is null ? DataFolder : databaseName;

    public string DataFolder { get; } = Directory.CreateTempSubdirectory("pirogov-test-").FullName;

    /// <summary>Everything that the host logged, for tests that look for what must not be there.</summary>
    public CapturedLog Log { get; } = new();

    private string? PostgreSqlConnection { get; }

    public virtual async Task InitializeAsync()
    {
        if (PostgreSqlConnection is null)
            return;
        if (!HasPostgreSql)
            return;
        await using var server = new NpgsqlConnection(PostgreSql);
        await server.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {databaseName}", server);
        await command.ExecuteNonQueryAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("Data", DataFolder);
        builder.UseSetting("Jobs:FirstRetrySeconds", "0.2");
        builder.UseSetting("Demo", "off");
        if (PostgreSqlConnection is not null)
        {
            builder.UseSetting("Database:Engine", "postgresql");
            builder.UseSetting("Database:Connection", PostgreSqlConnection);
        }

        builder.ConfigureLogging(l => l.ClearProviders().AddProvider(Log));
        builder.ConfigureTestServices(ConfigureServices);
    }

    /// <summary>Where a test of one room puts stand-ins for outside worlds (a clock).</summary>
    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    /// <summary>A client with a token of a person in this role; the same name is the same person.</summary>
    public async Task<HttpClient> As(Role role, string? name = null) => await As(name ?? role.ToString(), [role]);

    public async Task<HttpClient> As(string name, IReadOnlyCollection<Role> roles, OrganisationId? organisation = null)
    {
        var (_, token) = await Person(name, roles, organisation);
        var client = Nobody();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru");
        return client;
    }

    public HttpClient Nobody()
    {
        // A host behind a real socket knows its address only once it runs.
        _ = Services;
        return CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, BaseAddress = ClientOptions.BaseAddress });
    }

    public async Task<(Guid Id, string Token)> Person(string name, IReadOnlyCollection<Role> roles, OrganisationId? organisation = null)
    {
        await gate.WaitAsync();
        try
        {
            if (people.TryGetValue(name, out var known))
                return known;
            await using var scope = Services.CreateAsyncScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var login = name.ToLowerInvariant();
            var account = new Account { UserName = login, Email = $"{login}@test.example", EmailConfirmed = true, FullName = name, OrganisationId = organisation };
            foreach (var role in roles)
                account.Grant(role);
            var made = await users.CreateAsync(account, Password);
            Assert.True(made.Succeeded, string.Join(", ", made.Errors.Select(e => e.Description)));
            var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
            var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().Now();
            var (token, secret) = PersonalAccessToken.Issue(account.Id, "test", ["*"], now, now.AddDays(1));
            db.Add(token);
            await db.SaveChangesAsync();
            return people[name] = (account.Id, secret);
        }
        finally
        {
            gate.Release();
        }
    }

    public const string Password = "Correct-Horse-7";

    public async Task<T> InScope<T>(Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        return await act(scope.ServiceProvider);
    }

    public Task<T> InDatabase<T>(Func<PirogovDb, Task<T>> act) => InScope(s => act(s.GetRequiredService<PirogovDb>()));

    /// <summary>Waits until every event is delivered and every job has ended; a failed job fails the test.</summary>
    public async Task Settle(bool failedJobsAreFine = false)
    {
        var patience = TimeSpan.FromMinutes(3);
        for (var waited = TimeSpan.Zero; ; waited += TimeSpan.FromMilliseconds(50))
        {
            var (open, failed) = await InDatabase(async db => (
                await db.Set<OutboxMessage>().AsNoTracking().CountAsync()
                + await db.Set<JobRecord>().AsNoTracking().CountAsync(j => j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying),
                await db.Set<JobRecord>().AsNoTracking().Where(j => j.State == JobState.Failed).Select(j => j.Kind + ": " + j.Failure).ToArrayAsync()));
            if (open == 0)
            {
                Assert.True(failedJobsAreFine || failed.Length == 0, string.Join("; ", failed) + Environment.NewLine + Log.Errors);
                return;
            }

            Assert.True(waited < patience, "Events or jobs did not settle." + Environment.NewLine + Log.Errors);
            await Task.Delay(50);
        }
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        Directory.Delete(DataFolder, recursive: true);
    }
}

public enum Engine
{
    Sqlite,
    PostgreSql,
}

public sealed class SqliteApp() : PirogovApp(Engine.Sqlite);

public sealed class PostgreSqlApp() : PirogovApp(Engine.PostgreSql);
