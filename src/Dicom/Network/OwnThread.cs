using System.Collections.Concurrent;

namespace Pirogov.Dicom.Network;

/// <summary>A thread that does one task and whatever the task goes on with after it has waited for something.</summary>
internal sealed class OwnThread : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Act, object? State)> queue = [];

    /// <returns>Ends with the task.</returns>
    public static Task Run(Func<Task> work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            using var own = new OwnThread();
            SetSynchronizationContext(own);
            try
            {
                var task = work();
                task.ContinueWith(_ => own.queue.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                foreach (var (act, state) in own.queue.GetConsumingEnumerable())
                    act(state);
                task.GetAwaiter().GetResult();
                ended.SetResult();
            }
            catch (Exception failed)
            {
                ended.SetException(failed);
            }
        }, maxStackSize: 1 << 20)
        { IsBackground = true, Name = "DICOM association" }.Start();
        return ended.Task;
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The task has ended and this is nothing of it that anybody waits for.
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    public void Dispose() => queue.Dispose();
}
