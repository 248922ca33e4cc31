using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>A subscriber's subscriptions, for who may touch them.</summary>
internal sealed class Subscriptions(Worklist items, PirogovDb db, CurrentActor actor)
{
    public const string Path = "/workitems/{workitem}/subscribers/{subscriber}";

    /// <summary>A title belongs to the account that used it first; an item that one may not see is not there.</summary>
    public async Task<Outcome<List<WorkitemSubscription>>> Of(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (subscriber.Length > Subscribers.LongestName)
            return new WorkitemMalformed("subscriber");
        var own = await db.Set<WorkitemSubscription>().Where(s => s.Subscriber == subscriber).ToListAsync(cancellation);
        if (own.Exists(s => s.AccountId != actor.Actor.AccountId))
            return new SubscriberTaken();
        return WorkitemSubscription.IsGlobal(workitem) || await items.Find(workitem, cancellation) is not null ? own : new NotFound("workitem");
    }
}
