using System.Data.Common;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Labelling;

/// <summary>Holds whoever comes to a statement, for as long as the test says, or lets it stumble there.</summary>
internal sealed class Halt : IDbCommandInterceptor
{
    private readonly Lock gate = new();
    private TaskCompletionSource reached = new();
    private TaskCompletionSource mayGo = new();
    private string? words;
    private bool stumbles;

    /// <summary>Only the first that comes there.</summary>
    public void At(string statement, bool stumble = false)
    {
        lock (gate)
        {
            (words, stumbles) = (statement, stumble);
            reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            mayGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Task Reached => reached.Task.WaitAsync(TimeSpan.FromMinutes(2));

    public void Go() => mayGo.TrySetResult();

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await Pass(command, cancellationToken);
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await Pass(command, cancellationToken);
        return result;
    }

    /// <summary>PostgreSQL's statements quote no names that need it not.</summary>
    private async Task Pass(DbCommand command, CancellationToken cancellation)
    {
        Task go;
        lock (gate)
        {
            if (words is null || !command.CommandText.Replace("\"", "", StringComparison.Ordinal).Contains(words, StringComparison.Ordinal))
                return;
            words = null;
            go = mayGo.Task;
            reached.TrySetResult();
            if (stumbles)
                throw new IOException("The test lets it stumble.");
        }

        await go.WaitAsync(cancellation);
    }
}

/// <summary>A host to which a project of four cases is a large one.</summary>
public abstract class LargeProjects : LabellingApp
{
    public const int CasesAtOnce = 3;

    private readonly Engine engine;

    private protected LargeProjects(Engine engine) : base(engine) => this.engine = engine;

    internal Halt Halt { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Labelling:CasesAtOnce", $"{CasesAtOnce}");
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        base.ConfigureServices(services);
        if (engine == Engine.Sqlite)
            services.ConfigureDbContext<SqliteDb>(o => o.AddInterceptors(Halt), ServiceLifetime.Singleton);
        else
            services.ConfigureDbContext<PostgreSqlDb>(o => o.AddInterceptors(Halt), ServiceLifetime.Singleton);
    }
}

public sealed class LargeProjectsOnSqlite() : LargeProjects(Engine.Sqlite);

public sealed class LargeProjectsOnPostgreSql() : LargeProjects(Engine.PostgreSql);
