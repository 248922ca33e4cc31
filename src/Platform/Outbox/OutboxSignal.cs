using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Outbox;

/// <summary>Wakes the dispatcher, so that an event waits for its commit and not for a timer.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    public void Dispose() => signal.Dispose();

    internal void Wake()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody woke it already.
        }
    }

    internal Task Wait(TimeSpan atMost, CancellationToken cancellation) => signal.WaitAsync(atMost, cancellation);
}

internal sealed class WakeOutboxAfterCommit(OutboxSignal signal) : ISaveChangesInterceptor, IDbTransactionInterceptor
{
    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        WakeFor(eventData.Context);
        return Task.CompletedTask;
    }

    /// <summary>Inside a transaction nothing is told before its end.</summary>
    private void Saved(DbContext? context)
    {
        if (context is { Database.CurrentTransaction: null })
            WakeFor(context);
    }

    /// <summary>The intake commits many times a second and has rarely anything to tell. A transaction that is told of as committed is still the context's current one.</summary>
    private void WakeFor(DbContext? context)
    {
        if (context is not PirogovDb { HasEvents: true } db)
            return;
        db.HasEvents = false;
        signal.Wake();
    }
}
