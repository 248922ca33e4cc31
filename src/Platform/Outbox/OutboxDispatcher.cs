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

/// <summary>Delivers events in the order in which they were committed, one transaction an event.</summary>
internal sealed class OutboxDispatcher(
    IServiceScopeFactory scopes, IEnumerable<Subscription> subscriptions, OutboxSignal signal, TimeProvider time, ILogger<OutboxDispatcher> log)
    : BackgroundService
{
    private const int BatchSize = 100;
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

        foreach (var message in due)
            await Deliver(message, cancellation);
        return due.Length;
    }

    private async Task Deliver(OutboxMessage message, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        try
        {
            foreach (var handler in handlers[message.Type].Where(h => h.ReachesOutside))
                await handler.Deliver(scope.ServiceProvider, message.Payload, cancellation);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            // Another host was faster.
            if (await db.Set<OutboxMessage>().Where(m => m.Id == message.Id).ExecuteDeleteAsync(cancellation) == 0)
                return;
            foreach (var handler in handlers[message.Type].Where(h => !h.ReachesOutside))
                await handler.Deliver(scope.ServiceProvider, message.Payload, cancellation);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.LogError(failure, "Event {MessageId} was not delivered and will be tried again", message.Id);
            await Postpone(message.Id, failure, cancellation);
        }
    }

    private async Task Postpone(long id, Exception failure, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Set<OutboxMessage>().SingleOrDefaultAsync(m => m.Id == id, cancellation) is not { } message)
            return;
        var delay = TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, message.Attempts)));
        // The type alone: an exception's text may quote what a file held.
        message.Postpone(time.Now() + delay, failure.GetType().Name);
        await db.SaveChangesAsync(cancellation);
    }
}
