using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Outbox;

internal sealed record Subscription(string Type, bool ReachesOutside, Func<IServiceProvider, string, CancellationToken, Task> Deliver);

public static class OutboxRegistration
{
    public static IServiceCollection AddHandler<TEvent, THandler>(this IServiceCollection services)
        where TEvent : class where THandler : class, IHandle<TEvent>
    {
        services.AddScoped<THandler>();
        return services.AddSingleton(new Subscription(typeof(TEvent).FullName!, typeof(THandler).IsAssignableTo(typeof(IReachOutside)), (provider, payload, cancellation) =>
            provider.GetRequiredService<THandler>().Handle(JsonSerializer.Deserialize<TEvent>(payload, PlatformJson.Options)!, cancellation)));
    }
}

/// <summary>
/// Delivers events in the order in which they were committed. Many share one transaction: SQLite has one writer, and with a
/// transaction an event the dispatcher, one among a dozen who write, would fall behind whatever they announce. Where one of
/// them fails, each gets a transaction of its own. Handlers that reach outside are called before the transaction of their batch.
/// </summary>
internal sealed class OutboxDispatcher(
    IServiceScopeFactory scopes, IEnumerable<Subscription> subscriptions, OutboxSignal signal, TimeProvider time, ILogger<OutboxDispatcher> log)
    : BackgroundService
{
    private const int BatchSize = 100;

    /// <summary>Others wait for the writer's place meanwhile: some tens of milliseconds.</summary>
    private const int Together = 32;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);
    private readonly ILookup<string, Subscription> handlers = subscriptions.ToLookup(s => s.Type);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await DeliverDue(stoppingToken) < BatchSize)
                    await signal.Wait(Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Nothing was removed: the next pass begins with the same event.
                log.LogError(failure, "The outbox could not be read");
                await Task.Delay(Idle, time, stoppingToken);
            }
        }
    }

    internal async Task<int> DeliverDue(CancellationToken cancellation)
    {
        OutboxMessage[] due;
        await using (var scope = scopes.CreateAsyncScope())
        {
            var now = time.Now();
            due = await scope.ServiceProvider.GetRequiredService<PirogovDb>().Set<OutboxMessage>().AsNoTracking()
                .Where(m => m.NextAttemptAt <= now).OrderBy(m => m.Id).Take(BatchSize).ToArrayAsync(cancellation);
        }

        foreach (var some in due.Chunk(Together))
            await Deliver(some, cancellation);
        return due.Length;
    }

    private async Task Deliver(OutboxMessage[] messages, CancellationToken cancellation)
    {
        var reached = new List<OutboxMessage>(messages.Length);
        foreach (var message in messages)
        {
            if (await Try(message, ReachOutside, cancellation))
                reached.Add(message);
        }

        if (reached.Count > 1 && await Whole(reached, cancellation))
            return;
        foreach (var message in reached)
            await Try(message, (one, scope) => Handle([one], scope, cancellation), cancellation);

        Task ReachOutside(OutboxMessage message, IServiceProvider scope) => Each(message, reachesOutside: true, scope, cancellation);
    }

    /// <returns>False when nothing was committed: one of them fails, or another host was faster with one.</returns>
    private async Task<bool> Whole(List<OutboxMessage> messages, CancellationToken cancellation)
    {
        try
        {
            await using var scope = Scope();
            return await Handle(messages, scope.ServiceProvider, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            log.LogInformation("Of {Count} events one could not be handled ({Failure}); they are taken one by one", messages.Count, failure.GetType().Name);
            return false;
        }
    }

    private async Task<bool> Handle(IReadOnlyList<OutboxMessage> messages, IServiceProvider scope, CancellationToken cancellation)
    {
        var db = scope.GetRequiredService<PirogovDb>();
        var ids = messages.Select(m => m.Id).ToArray();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Set<OutboxMessage>().Where(m => ids.Contains(m.Id)).ExecuteDeleteAsync(cancellation) < ids.Length)
            return false;
        foreach (var message in messages)
        {
            await Each(message, reachesOutside: false, scope, cancellation);
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    private async Task Each(OutboxMessage message, bool reachesOutside, IServiceProvider scope, CancellationToken cancellation)
    {
        foreach (var handler in handlers[message.Type].Where(h => h.ReachesOutside == reachesOutside))
            await handler.Deliver(scope, message.Payload, cancellation);
    }

    /// <returns>False when it failed, and is postponed.</returns>
    private async Task<bool> Try(OutboxMessage message, Func<OutboxMessage, IServiceProvider, Task> deliver, CancellationToken cancellation)
    {
        await using var scope = Scope();
        try
        {
            await deliver(message, scope.ServiceProvider);
            return true;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            log.LogError(failure, "Event {MessageId} was not delivered and will be tried again", message.Id);
            await Postpone(message.Id, failure, cancellation);
            return false;
        }
    }

    private AsyncServiceScope Scope()
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        return scope;
    }

    private async Task Postpone(long id, Exception failure, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Set<OutboxMessage>().SingleOrDefaultAsync(m => m.Id == id, cancellation) is not { } message)
            return;
        // The type alone: an exception's text may quote what a file held.
        var told = failure.GetType().Name;
        if (DatabaseOutage.IsBehind(failure))
            message.Wait(time.Now() + Idle, told);
        else
            message.Postpone(time.Now() + TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, message.Attempts))), told);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another host has delivered it meanwhile.
        }
    }
}
