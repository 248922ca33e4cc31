using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Archive.Workitems;

/// <summary>Tells of an item what the next commit makes of it, and whose filtered subscription it then matches.</summary>
internal sealed class WorkitemNews(PirogovDb db, EventOutbox outbox)
{
    public async Task Tell(Workitem item, IEnumerable<WorkitemReport> reports, CancellationToken cancellation)
    {
        var filtered = await db.Set<WorkitemSubscription>().AsNoTracking().Where(s => s.Workitem == WorkitemSubscription.FilteredGlobal).ToArrayAsync(cancellation);
        using var document = item.ReadJson();
        var watchers = filtered.Where(s => s.Matches(document.RootElement)).Select(s => s.Subscriber).ToArray();
        foreach (var report in reports)
            outbox.Add(report with { Watchers = watchers });
    }
}

/// <summary>
/// Who watches by a filter is subscribed to each item that matched it, once and for all (PS3.4 CC.2.3.3.1): a filter by state would otherwise hear
/// nothing of the next state.
/// </summary>
internal sealed class KeepWatchers(PirogovDb db) : IHandle<WorkitemReport>
{
    public async Task Handle(WorkitemReport happened, CancellationToken cancellation)
    {
        if (happened.Watchers is not { Count: > 0 } watchers)
            return;
        var known = await db.Set<WorkitemSubscription>().AsNoTracking().Where(s => watchers.Contains(s.Subscriber)
            && (s.Workitem == happened.Workitem || s.Workitem == WorkitemSubscription.FilteredGlobal)).ToArrayAsync(cancellation);
        // Who has unsubscribed from this one stays so, and who no longer filters gets nothing new.
        foreach (var filter in known.Where(s => s.Workitem == WorkitemSubscription.FilteredGlobal && !Array.Exists(known, k => k.Subscriber == s.Subscriber && k.Workitem == happened.Workitem)))
            db.Add(WorkitemSubscription.Of(filter.Subscriber, filter.AccountId, happened.Workitem));
    }
}
