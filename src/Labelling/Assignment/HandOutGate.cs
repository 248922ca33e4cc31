using System.Collections.Concurrent;
using Pirogov.Labelling.Projects;

namespace Pirogov.Labelling.Assignment;

/// <summary>
/// One hand-out of a project at a time in this process. The database holds the rule among processes; this spares it hundreds
/// of connections that only wait for one another.
/// </summary>
internal sealed class HandOutGate
{
    private readonly ConcurrentDictionary<ProjectId, SemaphoreSlim> gates = [];

    public async Task<IDisposable> Enter(ProjectId id, CancellationToken cancellation)
    {
        var gate = gates.GetOrAdd(id, _ => new(1, 1));
        await gate.WaitAsync(cancellation);
        return new Exit(gate);
    }

    private sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
