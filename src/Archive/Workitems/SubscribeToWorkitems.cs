using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Dicomweb;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Subscribe, Unsubscribe and Suspend Global Subscription (PS3.18 11.10 to 11.12, PS3.4 CC.2.3).</summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class SubscribeToWorkitems(Worklist items, PirogovDb db, EventOutbox outbox, AuditTrail audit, CurrentActor actor, TimeProvider time)
{
    private const int MostToldAtOnce = 1000;
    private const int LongestFilter = 2000;

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        const string path = "/workitems/{workitem}/subscribers/{subscriber}";
        dicomweb.MapPost(path, (SubscribeToWorkitems use, HttpContext http, string workitem, string subscriber, CancellationToken cancellation) =>
            use.Subscribe(http, workitem, subscriber, cancellation)).Needs(typeof(SubscribeToWorkitems));
        dicomweb.MapDelete(path, (SubscribeToWorkitems use, string workitem, string subscriber, CancellationToken cancellation) =>
            use.Unsubscribe(workitem, subscriber, cancellation)).Needs(typeof(SubscribeToWorkitems));
        dicomweb.MapPost(path + "/suspend", (SubscribeToWorkitems use, string workitem, string subscriber, CancellationToken cancellation) =>
            use.Suspend(workitem, subscriber, cancellation)).Needs(typeof(SubscribeToWorkitems));
    }

    public async Task<IResult> Subscribe(HttpContext http, string workitem, string subscriber, CancellationToken cancellation)
    {
        if (await Judge(workitem, subscriber, cancellation) is { } refusal)
            return refusal.ToHttp();
        var keys = http.Request.Query.Where(q => !q.Key.Equals("deletionlock", StringComparison.OrdinalIgnoreCase) && q.Value.ToString().Length > 0).ToArray();
        var filter = workitem == WorkitemSubscription.FilteredGlobal ? QueryString.Create(keys).ToString() : "";
        if (filter.Length > LongestFilter || (workitem == WorkitemSubscription.FilteredGlobal && (keys.Length == 0 || Array.Exists(keys, k => HeaderKey.Parse(k.Key, "") is null))))
            return new WorkitemMalformed("filter").ToHttp(http);
        var found = await db.Set<WorkitemSubscription>().SingleOrDefaultAsync(s => s.Subscriber == subscriber && s.Workitem == workitem, cancellation);
        if (found is null)
            db.Add(found = WorkitemSubscription.Of(subscriber, actor.Actor.AccountId, workitem));
        found.TurnOn(filter, string.Equals(http.Request.Query["deletionlock"], "true", StringComparison.OrdinalIgnoreCase));
        // Who comes hears how things stand (PS3.4 CC.2.3.3).
        foreach (var item in await Concerned(found, workitem, cancellation))
            outbox.Add(WorkitemReport.OfState(item, subscriber));
        audit.Note("archive.workitem-subscribed", "workitem", workitem, new { subscriber });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new Conflict().ToHttp();
        }

        var root = DicomModels.Root(http);
        http.Response.Headers.ContentLocation = $"ws{root[4..]}/subscribers/{Uri.EscapeDataString(subscriber)}";
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    public async Task<IResult> Unsubscribe(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (await Judge(workitem, subscriber, cancellation) is { } refusal)
            return refusal.ToHttp();
        var own = await db.Set<WorkitemSubscription>().Where(s => s.Subscriber == subscriber).ToListAsync(cancellation);
        if (own.Count == 0)
            return new NotFound("subscription").ToHttp();
        if (WorkitemSubscription.IsGlobal(workitem))
        {
            // From everything: those to single items end with it (PS3.4 CC.2.3.3).
            db.RemoveRange(own);
        }
        else
        {
            var one = own.Find(s => s.Workitem == workitem);
            if (one is null)
                db.Add(one = WorkitemSubscription.Of(subscriber, actor.Actor.AccountId, workitem));
            one.TurnOff();
        }

        audit.Note("archive.workitem-unsubscribed", "workitem", workitem, new { subscriber });
        await db.SaveChangesAsync(cancellation);
        return Results.Ok();
    }

    public async Task<IResult> Suspend(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (!WorkitemSubscription.IsGlobal(workitem))
            return new NotFound("workitem").ToHttp();
        if (await Judge(workitem, subscriber, cancellation) is { } refusal)
            return refusal.ToHttp();
        if (await db.Set<WorkitemSubscription>().SingleOrDefaultAsync(s => s.Subscriber == subscriber && s.Workitem == workitem, cancellation) is not { } found)
            return new NotFound("subscription").ToHttp();
        found.Suspend(time.Now());
        audit.Note("archive.workitem-subscription-suspended", "workitem", workitem, new { subscriber });
        await db.SaveChangesAsync(cancellation);
        return Results.Ok();
    }

    /// <summary>A title belongs to the account that used it first; an item that one may not see is not there.</summary>
    private async Task<Refusal?> Judge(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (subscriber.Length > Subscribers.LongestName)
            return new WorkitemMalformed("subscriber");
        if (await db.Set<WorkitemSubscription>().AnyAsync(s => s.Subscriber == subscriber && s.AccountId != actor.Actor.AccountId, cancellation))
            return new SubscriberTaken();
        return WorkitemSubscription.IsGlobal(workitem) || await items.Find(workitem, cancellation) is not null ? null : new NotFound("workitem");
    }

    private async Task<IReadOnlyList<Workitem>> Concerned(WorkitemSubscription subscription, string workitem, CancellationToken cancellation)
    {
        var visible = (await items.Visible(cancellation)).AsNoTracking();
        if (!WorkitemSubscription.IsGlobal(workitem))
            return await visible.Where(w => w.Uid == workitem).ToArrayAsync(cancellation);
        var open = await visible.Where(w => w.State == WorkitemState.Scheduled || w.State == WorkitemState.InProgress).OrderBy(w => w.Id).Take(MostToldAtOnce).ToArrayAsync(cancellation);
        return [.. open.Where(w => Matches(subscription, w))];
    }

    private static bool Matches(WorkitemSubscription subscription, Workitem item)
    {
        using var document = item.ReadJson();
        return subscription.Concerns(document.RootElement, item.CreatedAt);
    }
}
