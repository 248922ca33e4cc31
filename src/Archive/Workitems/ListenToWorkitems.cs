using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

internal sealed record NotAWebSocket() : Refusal("archive.not-a-websocket", 400);

/// <summary>The event channel (PS3.18 8.10.4): reports of subscribed work items over a WebSocket, one data set a message.</summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class ListenToWorkitems(
    PirogovDb db, CentreAccess centres, Subscribers subscribers, CurrentActor actor, AuditTrail audit, IHostApplicationLifetime host)
{
    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        var channel = dicomweb.CreateApplicationBuilder().UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        channel.Run(http => http.RequestServices.GetRequiredService<ListenToWorkitems>().Handle(http));
        dicomweb.MapGet("/subscribers/{subscriber}", channel.Build()).Needs(typeof(ListenToWorkitems));
    }

    public async Task Handle(HttpContext http)
    {
        var subscriber = (string)http.GetRouteValue("subscriber")!;
        if (!http.WebSockets.IsWebSocketRequest || subscriber.Length > Subscribers.LongestName)
        {
            await new NotAWebSocket().ToHttp().ExecuteAsync(http);
            return;
        }

        if (!IsOurs(http) || await db.Set<WorkitemSubscription>().AnyAsync(s => s.Subscriber == subscriber && s.AccountId != actor.Actor.AccountId, http.RequestAborted))
        {
            await new SubscriberTaken().ToHttp().ExecuteAsync(http);
            return;
        }

        audit.Note("archive.workitem-channel-opened", "subscriber", subscriber);
        await db.SaveChangesAsync(http.RequestAborted);
        var (all, own) = (centres.SeesEverything, await centres.Own(http.RequestAborted));
        // Before the handshake is answered: whoever has the connection misses nothing.
        var channel = subscribers.Open(subscriber, centre => all || own.Contains(centre));
        try
        {
            if (subscribers.Meet(subscriber) && await db.Set<WorkitemSubscription>().AnyAsync(s => s.Subscriber == subscriber, http.RequestAborted))
                channel.Reports.Writer.TryWrite(WorkitemReport.OfRestart());
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
            await Talk(socket, channel.Reports.Reader, ending);
        }
        finally
        {
            subscribers.Close(channel);
        }
    }

    /// <summary>A page of another origin would speak with the visitor's own cookies.</summary>
    private static bool IsOurs(HttpContext http) => http.Request.Headers.Origin.FirstOrDefault() is not { } origin
        || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == http.Request.Host.Value);

    private async Task Talk(WebSocket socket, ChannelReader<WorkitemReport> reports, CancellationTokenSource ending)
    {
        var hearing = Hear(socket, ending);
        try
        {
            ushort id = 0;
            await foreach (var report in reports.ReadAllAsync(ending.Token))
            {
                if (!await MayHear(ending.Token))
                    break;
                await socket.SendAsync(Encoding.UTF8.GetBytes(report.ToMessage(++id)), WebSocketMessageType.Text, endOfMessage: true, ending.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The other side has left, or the host stops.
        }

        await ending.CancelAsync();
        await hearing;
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    /// <summary>A channel may stand for weeks: before each report it is asked whether the person still is who opened it.</summary>
    private async Task<bool> MayHear(CancellationToken cancellation)
    {
        var who = actor.Actor;
        var now = await db.Set<Account>().AsNoTracking().Where(a => a.Id == who.AccountId && !a.IsDisabled)
            .Select(a => new { a.OrganisationId, Roles = a.Roles.Select(r => r.Role).ToArray() }).SingleOrDefaultAsync(cancellation);
        return now is not null && now.OrganisationId == who.OrganisationId && who.Roles.IsSubsetOf(now.Roles);
    }

    /// <summary>Subscribers have nothing to say but that they leave.</summary>
    private static async Task Hear(WebSocket socket, CancellationTokenSource ending)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer, ending.Token)).MessageType != WebSocketMessageType.Close)
            {
                // Whatever it was is not answered.
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The same as leaving.
        }

        await ending.CancelAsync();
    }
}
