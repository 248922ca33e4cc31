namespace Pirogov.Dicom.Network;

/// <summary>
/// A thread that does one task and whatever the task goes on with after it has waited for something. It sleeps until it is woken: one that spins first, as
/// collections that block do, takes the processor from those on whom it waits.
/// </summary>
internal sealed class OwnThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Act, object? State)> queue = [];
    private bool hasEnded;

    /// <returns>Ends with the task.</returns>
    public static Task Run(Func<Task> work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            var own = new OwnThread();
            SetSynchronizationContext(own);
            try
            {
                var task = work();
                task.ContinueWith(_ => own.End(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                while (own.Next() is { } next)
                    next.Act(next.State);
                task.GetAwaiter().GetResult();
                ended.SetResult();
            }
            catch (Exception failed)
            {
                own.End();
                ended.SetException(failed);
            }
        }, maxStackSize: 1 << 20)
        { IsBackground = true, Name = "DICOM association" }.Start();
        return ended.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (queue)
        {
            if (!hasEnded)
            {
                queue.Enqueue((d, state));
                Monitor.Pulse(queue);
                return;
            }
        }

        // The task has ended and this is nothing of it that anybody waits for.
        ThreadPool.QueueUserWorkItem(_ => d(state));
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <returns>Null when the task has ended and nothing of it is left.</returns>
    private (SendOrPostCallback Act, object? State)? Next()
    {
        lock (queue)
        {
            while (queue.Count == 0)
            {
                if (hasEnded)
                    return null;
                Monitor.Wait(queue);
            }

            return queue.Dequeue();
        }
    }

    private void End()
    {
        lock (queue)
        {
            hasEnded = true;
            Monitor.Pulse(queue);
        }
    }
}
