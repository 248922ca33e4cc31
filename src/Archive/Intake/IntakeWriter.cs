using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Commits what all doors have judged, in groups: whatever came while one group was flushed is the next one. A flush and a commit cost
/// the same for one file and for fifty, so the busier the doors are, the less each file pays; and SQLite's one writer is never fought over.
/// </summary>
internal sealed class IntakeWriter(IServiceScopeFactory scopes, ILogger<IntakeWriter> log) : BackgroundService
{
    private const int LargestGroup = 64;

    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });

    /// <summary>Ends when the file and its rows are flushed to disk, or when it is certain that they will not be.</summary>
    public async Task<Outcome<IncomingVerdict>> Keep(JudgedFile file)
    {
        using (file)
        {
            var waiting = new Waiting(file);
            return queue.Writer.TryWrite(waiting) ? await waiting.Verdict.Task : throw new OperationCanceledException("The platform is stopping.");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Waiting>(LargestGroup);
        try
        {
            while (await queue.Reader.WaitToReadAsync(stoppingToken))
            {
                while (group.Count < LargestGroup && queue.Reader.TryRead(out var next))
                    group.Add(next);
                await Commit(group);
                group.Clear();
            }
        }
        finally
        {
            queue.Writer.Complete();
            while (queue.Reader.TryRead(out var late))
                late.Verdict.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task Commit(IReadOnlyList<Waiting> group)
    {
        if (await Try(group))
            return;
        foreach (var one in group)
        {
            // Alone it finds what the other writer has written.
            if (!await Try([one]) && !await Try([one]))
                one.Verdict.TrySetResult(new Conflict());
        }
    }

    private async Task<bool> Try(IReadOnlyList<Waiting> group)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            // Not cancelled with a sender that has gone: the others of its group are still there.
            if (await scope.ServiceProvider.GetRequiredService<KeepFiles>().Handle([.. group.Select(w => w.File)], CancellationToken.None) is not { } verdicts)
                return false;
            foreach (var (waiting, verdict) in group.Zip(verdicts))
                waiting.Verdict.TrySetResult(verdict);
            return true;
        }
        catch (Exception defect) when (group.Count > 1)
        {
            log.LogWarning(defect, "A group of {Files} files could not be kept together; each is tried alone.", group.Count);
            return false;
        }
        catch (Exception defect)
        {
            group[0].Verdict.TrySetException(defect);
            return true;
        }
    }

    private sealed record Waiting(JudgedFile File)
    {
        public TaskCompletionSource<Outcome<IncomingVerdict>> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
