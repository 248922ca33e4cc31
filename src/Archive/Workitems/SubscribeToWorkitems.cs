using System.Text.Json;
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

/// <summary>UPS-RS Subscribe (PS3.18 11.10, PS3.4 Table CC.2.3-2).</summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class SubscribeToWorkitems(
    Subscriptions subscriptions, Worklist items, WorklistBounds bounds, PirogovDb db, EventOutbox outbox, Subscribers subscribers, AuditTrail audit, CurrentActor actor, TimeProvider time)
{
    private const int MostToldAtOnce = 1000;
    private const int LongestFilter = 2000;

    /// <summary>Parameters that are no matching keys.</summary>
    private static readonly string[] NoKeys = ["deletionlock", "accept", "accept-charset", "charset"];

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPost(Subscriptions.Path,
            (SubscribeToWorkitems use, HttpContext http, string workitem, string subscriber, CancellationToken cancellation) => use.Handle(http, workitem, subscriber, cancellation))
        .Needs(typeof(SubscribeToWorkitems));

    public async Task<IResult> Handle(HttpContext http, string workitem, string subscriber, CancellationToken cancellation)
    {
        if ((await subscriptions.Of(workitem, subscriber, cancellation)).IsRefused(out var refusal, out var own))
            return refusal.ToHttp();
        var filter = workitem == WorkitemSubscription.FilteredGlobal ? Filter(http.Request.Query) : "";
        if (filter is null)
            return new WorkitemMalformed("filter").ToHttp();
        var hasLock = string.Equals(http.Request.Query["deletionlock"], "true", StringComparison.OrdinalIgnoreCase);
        var found = own!.Find(s => s.Workitem == workitem);
        if (found is null)
            db.Add(found = WorkitemSubscription.Of(subscriber, actor.Actor.AccountId, workitem));
        found.TurnOn(filter, hasLock);
        if (workitem == WorkitemSubscription.FilteredGlobal && await ToMatching(found, own, hasLock, cancellation) is { } unbounded)
            return unbounded.ToHttp();
        if (workitem == WorkitemSubscription.Global)
            await ToAll(own, subscriber, hasLock, cancellation);
        else if (workitem != WorkitemSubscription.FilteredGlobal)
            await ToOne(workitem, subscriber, cancellation);
        audit.Note("archive.workitem-subscribed", "workitem", workitem, new { subscriber });
        subscribers.Meet(subscriber);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict().ToHttp();
        }

        var root = DicomModels.Root(http);
        http.Response.Headers.ContentLocation = $"ws{root[4..]}/subscribers/{Uri.EscapeDataString(subscriber)}";
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    /// <summary>Who comes to one item hears how it stands.</summary>
    private async Task ToOne(string workitem, string subscriber, CancellationToken cancellation)
    {
        if (await items.Find(workitem, cancellation) is { } item)
            outbox.Add(WorkitemReport.OfState(item) with { OnlyTo = subscriber });
    }

    /// <summary>There is one global subscription: this one takes the place of a filtered one, and of what was said against single items.</summary>
    private async Task ToAll(List<WorkitemSubscription> own, string subscriber, bool hasLock, CancellationToken cancellation)
    {
        db.RemoveRange(own.Where(s => s.IsOff || s.Workitem == WorkitemSubscription.FilteredGlobal));
        if (!hasLock)
            return;
        // With a lock, who comes hears how everything stands (CC.2.4.3): what is open first, in the bounds of a channel.
        await foreach (var item in Ordered(await items.Visible(cancellation)).Take(MostToldAtOnce).AsAsyncEnumerable().WithCancellation(cancellation))
            outbox.Add(WorkitemReport.OfState(item) with { OnlyTo = subscriber });
    }

    /// <summary>Makes a subscription to every item that matches and has not ended; what the whole worklist gave before stays (CC.2.3.3.1).</summary>
    private async Task<WorklistTooLong?> ToMatching(WorkitemSubscription filtered, List<WorkitemSubscription> own, bool hasLock, CancellationToken cancellation)
    {
        var global = own.Find(s => s.Workitem == WorkitemSubscription.Global);
        global?.Suspend(time.Now());
        var byItem = own.ToDictionary(s => s.Workitem);
        var (told, looked) = (0, 0);
        await foreach (var item in Ordered(await items.Visible(cancellation)).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (looked++ == bounds.MostLookedAt)
            {
                // What is open comes first: of what has ended there is nothing more to hear.
                return item.State is WorkitemState.Scheduled or WorkitemState.InProgress ? new(bounds.MostLookedAt) : null;
            }

            if (!Matches(filtered, item))
                continue;
            if (byItem.TryGetValue(item.Uid, out var one) && one.IsOff)
                one.TurnOn("", hasLock);
            else if (one is null && global?.Covers(item.CreatedAt) != true && item.State is WorkitemState.Scheduled or WorkitemState.InProgress)
                db.Add(WorkitemSubscription.Of(filtered.Subscriber, filtered.AccountId, item.Uid));
            if (hasLock && told++ < MostToldAtOnce)
                outbox.Add(WorkitemReport.OfState(item) with { OnlyTo = filtered.Subscriber });
        }

        return null;
    }

    private static IQueryable<Workitem> Ordered(IQueryable<Workitem> visible) =>
        visible.AsNoTracking().OrderBy(w => w.State == WorkitemState.Completed || w.State == WorkitemState.Canceled ? 1 : 0).ThenBy(w => w.Id);

    private static bool Matches(WorkitemSubscription filtered, Workitem item)
    {
        using var document = item.ReadJson();
        return filtered.Matches(document.RootElement);
    }

    /// <summary>Keys as parameters of the query, or as PS3.18 11.10.1.2 has them, in one parameter <c>filter</c> with commas between them.</summary>
    /// <returns>A query string; null when there is no key, or one is no attribute.</returns>
    private static string? Filter(IQueryCollection query)
    {
        var keys = new List<KeyValuePair<string, string?>>();
        foreach (var (name, value) in query.Where(q => !NoKeys.Contains(q.Key.ToLowerInvariant()) && q.Value.ToString().Length > 0))
        {
            if (!name.Equals("filter", StringComparison.OrdinalIgnoreCase))
                keys.Add(new(name, value));
            foreach (var part in name.Equals("filter", StringComparison.OrdinalIgnoreCase) ? value.ToString().Split(',') : [])
            {
                // A comma in a list of UIDs stands between values, not between keys.
                if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
                    keys.Add(new(part[..at], part[(at + 1)..]));
                else if (keys.Count > 0)
                    keys[^1] = new(keys[^1].Key, keys[^1].Value + "," + part);
            }
        }

        var filter = QueryString.Create(keys).ToString();
        return keys.Count > 0 && filter.Length <= LongestFilter && keys.TrueForAll(k => HeaderKey.Parse(k.Key, "") is not null) ? filter : null;
    }
}
