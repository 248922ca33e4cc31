using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Agenda.Contracts;
using Pirogov.Dicom.Network;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dimse;

/// <summary>The door for modalities and PACS: open while the platform runs, when a port is configured.</summary>
internal sealed class DimseServer(DimseOptions options, RefusedAssociations refused, IServiceScopeFactory scopes, ILogger<DimseServer> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.IsOn)
            return;
        await using var listener = new DicomListener(options.Listener, Judge);
        listener.Start();
        log.LogInformation("DIMSE: {Title} listens on port {Port} for {Peers} titles.", options.Title, listener.Port, options.Peers.Count);
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask<AssociationVerdict> Judge(AssociationRequest request, IPAddress address, CancellationToken cancellation)
    {
        var allowed = options.Find(request.CallingTitle);
        var who = ActorOf(allowed, request.CallingTitle, address);
        if (request.CalledTitle != options.Title)
            return await Refuse(who, address, "called-title", AssociationRejection.CalledTitleUnknown, cancellation);
        if (allowed is null || !allowed.MayComeFrom(address))
            return await Refuse(who, address, allowed is null ? "calling-title" : "address", AssociationRejection.CallingTitleUnknown, cancellation);
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<IAgenda>().FindCentre(allowed.Centre, cancellation) is not { } centre)
        {
            log.LogWarning("DIMSE: {Title} is bound to a centre that does not exist.", allowed.Title);
            return await Refuse(who, address, "centre", AssociationRejection.CallingTitleUnknown, cancellation);
        }

        return new DimsePeer(options, allowed, centre, who, scopes, log);
    }

    private async Task<AssociationVerdict> Refuse(Actor who, IPAddress address, string reason, AssociationRejection rejection, CancellationToken cancellation)
    {
        if (refused.Count(address, who.Name, reason) is not { } told)
            return rejection;
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(who);
        scope.ServiceProvider.GetRequiredService<AuditTrail>().Note("archive.dimse-refused", "application-entity", who.Name, new { reason, told.Count, told.OfMany });
        await scope.ServiceProvider.GetRequiredService<PirogovDb>().SaveChangesAsync(cancellation);
        return rejection;
    }

    /// <summary>Whoever calls may call himself anything: only what can be printed is kept.</summary>
    private static Actor ActorOf(AllowedPeer? allowed, string title, IPAddress address)
    {
        var printable = new string([.. title.Where(c => c is > ' ' and < '\u007f')]);
        return new(allowed?.AccountId ?? Guid.Empty, printable, null, new HashSet<Role>(), $"dimse {printable}@{address}");
    }
}
