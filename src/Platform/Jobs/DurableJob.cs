using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// Work that outlives the process. It may be killed at any line and is then run again from the start, so it commits its
/// result in one transaction and begins by asking its aggregate whether that has happened already.
/// </summary>
public abstract class DurableJob<TPayload>
{
    public virtual int MaxAttempts => 5;

    public abstract Task Run(TPayload payload, JobProgress progress, CancellationToken cancellation);
}

/// <summary>An expected failure that trying again will not mend; its reason is a key of the strings.</summary>
public sealed class JobRefusedException(string reasonKey) : Exception(reasonKey)
{
    /// <summary>What a use case would have answered: told as there, with its title, its detail and what they name.</summary>
    public JobRefusedException(Refusal refusal) : this((refusal ?? throw new ArgumentNullException(nameof(refusal))).WordsKey + ".title") => Refusal = refusal;

    public string ReasonKey { get; } = reasonKey;

    public Refusal? Refusal { get; }
}

/// <param name="Words">A key of the strings.</param>
/// <param name="Figures">For its placeholders.</param>
public sealed record JobResult(string Words, IReadOnlyDictionary<string, double> Figures);

/// <summary>Tells how far a job is, at most twice a second, outside the job's own transaction.</summary>
public sealed class JobProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly IServiceScopeFactory scopes;
    private readonly TimeProvider time;
    private readonly RunningJobs? running;
    private DateTimeOffset lastTold;

    public JobProgress(JobId id, IServiceScopeFactory scopes, TimeProvider time) => (Id, this.scopes, this.time) = (id, scopes, time);

    internal JobProgress(JobId id, IServiceScopeFactory scopes, TimeProvider time, RunningJobs running) : this(id, scopes, time) => this.running = running;

    public JobId Id { get; }

    /// <summary>
    /// For a job that writes at this moment: SQLite has one writer, and one that waits for another connection while it writes waits for ever. It is
    /// seen by whoever asks this process.
    /// </summary>
    /// <param name="message">A key of the strings, or words without patient data.</param>
    public void Show(int percent, string message) => running?.Show(Id, percent, message);

    /// <summary>While the database is away nothing is told: a bar that stands still is no reason to lose the work.</summary>
    /// <param name="message">A key of the strings, or words without patient data.</param>
    public async Task Tell(int percent, string message, CancellationToken cancellation)
    {
        Show(percent, message);
        var now = time.Now();
        if (now - lastTold < Interval && percent < 100)
            return;
        lastTold = now;
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await scope.ServiceProvider.GetRequiredService<PirogovDb>().Set<JobRecord>().Where(j => j.Id == Id)
                .ExecuteUpdateAsync(s => s.SetProperty(j => j.Percent, percent).SetProperty(j => j.Message, message), cancellation);
        }
        catch (Exception away) when (DatabaseOutage.IsBehind(away))
        {
            // The next one tells.
        }
    }

    /// <summary>Says what came of the job, for jobs whose outcome has no page of its own.</summary>
    /// <param name="words">A key of the strings with the figures' names as placeholders.</param>
    public async Task Conclude(string words, IReadOnlyDictionary<string, double> figures, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await Conclude(scope.ServiceProvider.GetRequiredService<PirogovDb>(), words, figures, cancellation);
    }

    /// <summary>The same in the job's own transaction: where the process dies behind it, the next attempt finds that the work is done.</summary>
    public async Task Conclude(PirogovDb db, string words, IReadOnlyDictionary<string, double> figures, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(db);
        var result = JsonSerializer.Serialize(new JobResult(words, figures), PlatformJson.Options);
        await db.Set<JobRecord>().Where(j => j.Id == Id).ExecuteUpdateAsync(s => s.SetProperty(j => j.Result, result), cancellation);
    }

    public Task<bool> HasConcluded(PirogovDb db, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<JobRecord>().AnyAsync(j => j.Id == Id && j.Result != null, cancellation);
    }
}

internal sealed record JobEnqueued(JobId Id);

internal sealed record JobKind(string Name, Func<IServiceProvider, string, JobProgress, CancellationToken, Task> Run, Func<IServiceProvider, int> MaxAttempts);

/// <summary>Asks for durable jobs.</summary>
public sealed class JobQueue(PirogovDb db, EventOutbox outbox, CurrentActor actor, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>: no commit, no job.</summary>
    public JobId Enqueue<TJob, TPayload>(TPayload payload, string subjectKind, object subjectId) where TJob : DurableJob<TPayload>
    {
        ArgumentNullException.ThrowIfNull(subjectId);
        var by = actor.IsKnown ? actor.Actor.AccountId : Guid.Empty;
        var record = new JobRecord(typeof(TJob).Name, JsonSerializer.Serialize(payload, PlatformJson.Options), subjectKind, subjectId.ToString()!, by, time.Now());
        db.Add(record);
        outbox.Add(new JobEnqueued(record.Id));
        return record.Id;
    }
}

public static class JobRegistration
{
    public static IServiceCollection AddJob<TJob, TPayload>(this IServiceCollection services) where TJob : DurableJob<TPayload>
    {
        services.AddScoped<TJob>();
        return services.AddSingleton(new JobKind(typeof(TJob).Name,
            (provider, payload, progress, cancellation) => provider.GetRequiredService<TJob>()
                .Run(JsonSerializer.Deserialize<TPayload>(payload, PlatformJson.Options)!, progress, cancellation),
            provider => provider.GetRequiredService<TJob>().MaxAttempts));
    }
}
