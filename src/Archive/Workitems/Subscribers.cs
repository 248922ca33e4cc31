using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Archive.Workitems;

/// <summary>
/// Open event channels. What happens while a subscriber has none is not kept for it: to open the channel again is its own part (PS3.4 CC.2.3.2, note 2), and a
/// provider "has no obligation to queue or retry" (CC.2.4.3).
/// </summary>
internal sealed class Subscribers
{
    public const int LongestName = 64;
    private const int MostWaiting = 1000;
    private readonly ConcurrentDictionary<Guid, Channel> open = [];
    private readonly ConcurrentDictionary<string, bool> met = [];

    /// <summary>Whether this host meets a subscriber for the first time since it began.</summary>
    public bool Meet(string subscriber) => met.TryAdd(subscriber, true);

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
            .Where(s => s.Workitem == happened.Workitem || s.Workitem == WorkitemSubscription.Global).ToArrayAsync(cancellation);
        var own = concerned.Where(s => s.Workitem == happened.Workitem).ToDictionary(s => s.Subscriber);
        // What is said of the one item goes before what is said of all.
        var told = concerned.Where(s => own.TryGetValue(s.Subscriber, out var one) ? !one.IsOff : s.Covers(happened.CreatedAt)).Select(s => s.Subscriber)
            .Concat((happened.Watchers ?? []).Where(w => !own.ContainsKey(w))).ToHashSet();
        subscribers.Tell(happened, told.Contains);
    }
}
