using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Addresses = System.Collections.Generic.Dictionary<Pirogov.Platform.Store.WrittenBytes, Pirogov.Platform.Store.IncomingBytes>;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Commits what all doors have judged, in groups: whatever came while one group was flushed is the next one. A flush and a commit cost
/// the same for one file and for fifty, so the busier the doors are, the less each file pays; and SQLite's one writer is never fought over.
/// Who comes first does it for all who come meanwhile: a lone sender waits for no other thread to wake.
/// </summary>
internal sealed class IntakeWriter(IServiceScopeFactory scopes, ILogger<IntakeWriter> log) : IHostedService, IDisposable
{
    private const int LargestGroup = 64;

    private readonly ConcurrentQueue<Waiting> queue = new();

    /// <summary>The next group is addressed while one is flushed and committed.</summary>
    private readonly SemaphoreSlim commits = new(1, 1);

    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    /// <summary>Used by whoever holds <see cref="commits"/>.</summary>
    private AsyncServiceScope? writing;

    private int underWay;
    private int gathering;
    private volatile bool isStopping;

    /// <summary>Ends when the file and its rows are flushed to disk, or when it is certain that they will not be.</summary>
    /// <param name="judge">Told whether no other file is under way.</param>
    public async Task<Outcome<IncomingVerdict>> Keep(Func<bool, JudgedFile> judge)
    {
        var others = Interlocked.Increment(ref underWay) - 1;
        try
        {
            if (isStopping)
                throw new OperationCanceledException("The platform is stopping.");
            using var file = judge(others == 0);
            var waiting = new Waiting(file);
            queue.Enqueue(waiting);
            await Gather();
            return await waiting.Verdict.Task;
        }
        finally
        {
            if (Interlocked.Decrement(ref underWay) == 0 && isStopping)
                idle.TrySetResult();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What was begun is ended: its senders are told.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        isStopping = true;
        return Volatile.Read(ref underWay) == 0 ? Task.CompletedTask : idle.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        writing?.Dispose();
        commits.Dispose();
    }

    /// <summary>Commits one group, unless somebody else gathers it at this moment.</summary>
    private async Task Gather()
    {
        if (Interlocked.Exchange(ref gathering, 1) == 1)
            return;
        var group = new List<Waiting>();
        var addressing = Task.FromResult<Addresses>([]);
        try
        {
            while (group.Count < LargestGroup && queue.TryDequeue(out var next))
                group.Add(next);
            if (group.Count > 0)
                addressing = Address(group);
            await commits.WaitAsync(CancellationToken.None);
        }
        finally
        {
            Interlocked.Exchange(ref gathering, 0);
            // Whoever came meanwhile has found somebody gathering.
            if (!queue.IsEmpty)
                _ = Task.Run(Gather, CancellationToken.None);
        }

        try
        {
            if (group.Count > 0)
                await Commit(group, addressing);
        }
        finally
        {
            commits.Release();
        }
    }

    /// <summary>MD5 of many is reckoned here, while the group before is flushed; that of a lone file on another processor, while its rows are begun.</summary>
    private static async Task<Addresses> Address(List<Waiting> group)
    {
        WrittenBytes[] written = [.. group.Select(w => w.File.Bytes).OfType<WrittenBytes>()];
        return new(written.Zip(await ObjectStore.Address(written), KeyValuePair.Create), ReferenceEqualityComparer.Instance);
    }

    private async Task Commit(IReadOnlyList<Waiting> group, Task<Addresses> addressing)
    {
        if (await Try(group, addressing))
            return;
        foreach (var one in group)
        {
            // Alone it finds what the other writer has written.
            if (!await Try([one], addressing) && !await Try([one], addressing))
                one.Verdict.TrySetResult(new Conflict());
        }
    }

    private async Task<bool> Try(IReadOnlyList<Waiting> group, Task<Addresses> addressing)
    {
        try
        {
            // Making a context costs what a file's rows do: the one writer has one, as long as nothing goes wrong in it.
            writing ??= scopes.CreateAsyncScope();
            // Not cancelled with a sender that has gone: the others of its group are still there.
            if (await writing.Value.ServiceProvider.GetRequiredService<KeepFiles>().Handle([.. group.Select(w => w.File)], addressing, CancellationToken.None) is { } verdicts)
            {
                foreach (var (waiting, verdict) in group.Zip(verdicts))
                    waiting.Verdict.TrySetResult(verdict);
                return true;
            }
        }
        catch (Exception defect) when (group.Count > 1)
        {
            log.LogWarning(defect, "A group of {Files} files could not be kept together; each is tried alone.", group.Count);
        }
        catch (Exception defect)
        {
            group[0].Verdict.TrySetException(defect);
        }

        await Forget();
        return group.Count == 1 && group[0].Verdict.Task.IsCompleted;
    }

    private async Task Forget()
    {
        if (writing is { } scope)
        {
            writing = null;
            try
            {
                await scope.DisposeAsync();
            }
            catch (Exception defect)
            {
                // Its group has been told, or is tried again with another one.
                log.LogWarning(defect, "A context of the intake could not be put away.");
            }
        }
    }

    private sealed record Waiting(JudgedFile File)
    {
        public TaskCompletionSource<Outcome<IncomingVerdict>> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
