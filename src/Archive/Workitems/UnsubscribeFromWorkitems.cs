using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Unsubscribe and Suspend Global Subscription (PS3.18 11.11 and 11.12, PS3.4 Table CC.2.3-2).</summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class UnsubscribeFromWorkitems(Subscriptions subscriptions, Worklist items, PirogovDb db, AuditTrail audit, CurrentActor actor, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        dicomweb.MapDelete(Subscriptions.Path, (UnsubscribeFromWorkitems use, string workitem, string subscriber, CancellationToken cancellation) =>
            use.Unsubscribe(workitem, subscriber, cancellation)).Needs(typeof(UnsubscribeFromWorkitems));
        dicomweb.MapPost(Subscriptions.Path + "/suspend", (UnsubscribeFromWorkitems use, string workitem, string subscriber, CancellationToken cancellation) =>
            use.Suspend(workitem, subscriber, cancellation)).Needs(typeof(UnsubscribeFromWorkitems));
    }

    public async Task<IResult> Unsubscribe(string workitem, string subscriber, CancellationToken cancellation)
    {
        if ((await subscriptions.Of(workitem, subscriber, cancellation)).IsRefused(out var refusal, out var own))
            return refusal.ToHttp();
        if (!(WorkitemSubscription.IsGlobal(workitem) ? FromEverything(own!) : await FromOne(own!, workitem, subscriber, cancellation)))
            return new NotFound("subscription").ToHttp();
        audit.Note("archive.workitem-unsubscribed", "workitem", workitem, new { subscriber });
        await db.SaveChangesAsync(cancellation);
        return Results.Ok();
    }

    /// <summary>No new items, but those to which it is subscribed.</summary>
    public async Task<IResult> Suspend(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (!WorkitemSubscription.IsGlobal(workitem))
            return new NotFound("workitem").ToHttp();
        if ((await subscriptions.Of(workitem, subscriber, cancellation)).IsRefused(out var refusal, out var own))
            return refusal.ToHttp();
        if (own!.Find(s => s.Workitem == workitem && s.SuspendedAt is null) is not { } found)
            return new NotFound("subscription").ToHttp();
        if (workitem == WorkitemSubscription.Global)
            found.Suspend(time.Now());
        else
            db.Remove(found);
        audit.Note("archive.workitem-subscription-suspended", "workitem", workitem, new { subscriber });
        await db.SaveChangesAsync(cancellation);
        return Results.Ok();
    }

    /// <summary>Those to single items end with it.</summary>
    private bool FromEverything(List<WorkitemSubscription> own)
    {
        db.RemoveRange(own);
        return own.Count > 0;
    }

    private async Task<bool> FromOne(List<WorkitemSubscription> own, string workitem, string subscriber, CancellationToken cancellation)
    {
        var one = own.Find(s => s.Workitem == workitem);
        var createdAt = (await items.Find(workitem, cancellation))!.CreatedAt;
        if (one is null ? !own.Exists(s => s.Covers(createdAt)) : one.IsOff)
            return false;
        if (!own.Exists(s => WorkitemSubscription.IsGlobal(s.Workitem)))
        {
            db.Remove(one!);
            return true;
        }

        if (one is null)
            db.Add(one = WorkitemSubscription.Of(subscriber, actor.Actor.AccountId, workitem));
        one.TurnOff();
        return true;
    }
}
