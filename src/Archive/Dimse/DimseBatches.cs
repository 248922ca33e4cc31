using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Intake;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dimse;

/// <summary>
/// A device knows no batches: what it sends comes into the one that is open for it on that day, and that one is closed when the device
/// has been quiet for a while.
/// </summary>
internal sealed class DimseBatches(DimseOptions options, IServiceScopeFactory scopes, TimeProvider time)
{
    public async Task CloseQuiet(CancellationToken cancellation)
    {
        foreach (var peer in options.Peers)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
            foreach (var batch in await Open(db, peer).ToArrayAsync(cancellation))
            {
                var last = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == batch.Id).OrderByDescending(f => f.Id)
                    .Select(f => (DateTimeOffset?)f.ReceivedAt).FirstOrDefaultAsync(cancellation);
                if (last is null || time.Now() - last < options.Quiet)
                    continue;
                await using var own = scopes.CreateAsyncScope();
                own.ServiceProvider.GetRequiredService<CurrentActor>().Become(new(peer.AccountId, peer.Title, null, new HashSet<Role>(), "dimse " + peer.Title));
                own.ServiceProvider.GetRequiredService<CentreAccess>().SpeakFor(batch.CentreId);
                await own.ServiceProvider.GetRequiredService<CloseBatch>().Handle(batch.Id, cancellation);
            }
        }
    }

    private static IQueryable<Batch> Open(PirogovDb db, AllowedPeer peer) =>
        db.Set<Batch>().AsNoTracking().Where(b => b.CreatedBy == peer.AccountId && b.State == BatchState.Open);
}
