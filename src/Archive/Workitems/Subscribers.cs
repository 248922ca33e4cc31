using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Archive.Workitems;

/// <summary>
/// Open event channels. What happens while a subscriber has none is not kept for it: opening the channel again is the subscriber's part, and a new
/// subscription tells how things stand (PS3.4 CC.2.3.2, note 2).
/// </summary>
internal sealed class Subscribers
{
    public const int LongestName = 64;
    private const int MostWaiting = 1000;
    private readonly ConcurrentDictionary<Guid, Channel> open = [];

    /// <param name="sees">Which centres the subscriber's account may see.</param>
    public Channel Open(string subscriber, Func<ReferenceCentreId, bool> sees)
    {
        var channel = new Channel(Guid.CreateVersion7(), subscriber, sees);
        return open[channel.Id] = channel;
    }

    public void Close(Channel channel) => open.TryRemove(channel.Id, out _);

    public void Tell(WorkitemReport report, Predicate<string> isSubscribed)
    {
        foreach (var channel in open.Values)
        {
            if ((report.OnlyTo is null ? isSubscribed(channel.Subscriber) : report.OnlyTo == channel.Subscriber) && channel.Sees(report.CentreId))
                channel.Reports.Writer.TryWrite(report);
        }
    }

    /// <summary>One connection; a subscriber that does not read loses what is oldest.</summary>
    public sealed record Channel(Guid Id, string Subscriber, Func<ReferenceCentreId, bool> Sees)
    {
        public Channel<WorkitemReport> Reports { get; } =
            System.Threading.Channels.Channel.CreateBounded<WorkitemReport>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    }
}

/// <summary>Tells open channels of what was committed.</summary>
internal sealed class TellSubscribers(PirogovDb db, Subscribers subscribers) : IHandle<WorkitemReport>, IReachOutside
{
    public async Task Handle(WorkitemReport happened, CancellationToken cancellation)
    {
        var concerned = await db.Set<WorkitemSubscription>().AsNoTracking()
            .Where(s => s.Workitem == happened.Workitem || s.Workitem == WorkitemSubscription.Global || s.Workitem == WorkitemSubscription.FilteredGlobal).ToArrayAsync(cancellation);
        if (concerned.Length == 0 || await db.Set<Workitem>().AsNoTracking().SingleOrDefaultAsync(w => w.Uid == happened.Workitem, cancellation) is not { } item)
            return;
        using var document = item.ReadJson();
        // What is said of the one item goes before what is said of all.
        var told = concerned.GroupBy(s => s.Subscriber).Where(g => g.FirstOrDefault(s => s.Workitem == happened.Workitem) is { } own
            ? !own.IsOff : g.Any(s => s.Concerns(document.RootElement, happened.CreatedAt))).Select(g => g.Key).ToHashSet();
        subscribers.Tell(happened, told.Contains);
    }
}
