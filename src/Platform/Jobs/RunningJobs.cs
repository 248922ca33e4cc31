namespace Pirogov.Platform.Jobs;

/// <summary>Jobs that run in this process, the means to cancel them, and how far they are while their own transaction keeps that out of the database.</summary>
internal sealed class RunningJobs
{
    private sealed class Run(CancellationTokenSource source)
    {
        public CancellationTokenSource Source => source;

        public bool WasCancelled { get; set; }

        public (int Percent, string Message)? Shown { get; set; }
    }

    private readonly Dictionary<JobId, Run> running = [];

    /// <returns>False when it runs already.</returns>
    public bool TryAdd(JobId id, CancellationTokenSource source)
    {
        lock (running)
            return running.TryAdd(id, new(source));
    }

    public bool Has(JobId id)
    {
        lock (running)
            return running.ContainsKey(id);
    }

    public void Remove(JobId id)
    {
        lock (running)
            running.Remove(id);
    }

    public void Cancel(JobId id)
    {
        lock (running)
        {
            if (!running.TryGetValue(id, out var run))
                return;
            run.WasCancelled = true;
            run.Source.Cancel();
        }
    }

    /// <summary>By somebody, and not because the process stops.</summary>
    public bool WasCancelled(JobId id)
    {
        lock (running)
            return running.TryGetValue(id, out var run) && run.WasCancelled;
    }

    public void Show(JobId id, int percent, string message)
    {
        lock (running)
        {
            if (running.TryGetValue(id, out var run))
                run.Shown = (percent, message);
        }
    }

    /// <returns>None where it runs elsewhere, or has not told anything yet.</returns>
    public (int Percent, string Message)? Shown(JobId id)
    {
        lock (running)
            return running.TryGetValue(id, out var run) ? run.Shown : null;
    }
}
