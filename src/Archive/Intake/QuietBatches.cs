using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Archive.Review;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Ends the day batches of the doors, which nobody opened and nobody would close: when nothing has come for a while and nothing waits
/// for a reviewer. A batch that never got a file is given up.
/// </summary>
internal sealed class QuietBatches(IServiceScopeFactory scopes, IConfiguration configuration, TimeProvider time, ILogger<QuietBatches> log) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(1);
    private readonly TimeSpan quiet = TimeSpan.FromMinutes(int.Parse(configuration["Doors:QuietMinutes"] ?? "60", NumberStyles.None, CultureInfo.InvariantCulture));

    public async Task Look(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        foreach (var batch in await db.Set<Batch>().AsNoTracking().Where(b => b.Door != null && b.State == BatchState.Open).OrderBy(b => b.Id).ToArrayAsync(cancellation))
        {
            try
            {
                await Look(db, batch, cancellation);
            }
            catch (Exception failed) when (!cancellation.IsCancellationRequested)
            {
                // Of the others each is looked at all the same.
                log.LogError(failed, "The quiet batch {Batch} could not be closed; the next look tries again.", batch.Id);
            }
        }
    }

    private async Task Look(PirogovDb db, Batch batch, CancellationToken cancellation)
    {
        var came = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == batch.Id).OrderByDescending(f => f.Id)
            .Select(f => (DateTimeOffset?)f.ReceivedAt).FirstOrDefaultAsync(cancellation);
        // Who has just decided may still take it back.
        var reviews = await db.Set<QuarantinedFile>().AsNoTracking().Where(f => f.BatchId == batch.Id).Select(f => f.DecidedAt).ToArrayAsync(cancellation);
        if (Array.Exists(reviews, r => r is null))
            return;
        var last = reviews.Append(came ?? batch.CreatedAt).Max()!.Value;
        if (time.Now() - last >= quiet)
            await End(batch, isEmpty: came is null, cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(BetweenLooks, time, stoppingToken);
                await Look(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                log.LogError(failed, "Quiet batches could not be looked for; the next look tries again.");
            }
        }
    }

    /// <summary>The note and the act are committed together; what came or was decided meanwhile makes the act a refusal.</summary>
    private async Task End(Batch batch, bool isEmpty, CancellationToken cancellation)
    {
        await using var own = scopes.CreateAsyncScope();
        own.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        own.ServiceProvider.GetRequiredService<CentreAccess>().SpeakFor(batch.CentreId);
        own.ServiceProvider.GetRequiredService<AuditTrail>().Note("archive.batch-quiet", "batch", batch.Id, new { door = batch.Door, minutes = quiet.TotalMinutes, empty = isEmpty });
        if (isEmpty)
            await own.ServiceProvider.GetRequiredService<CancelBatch>().Handle(batch.Id, cancellation, onlyIfEmpty: true);
        else
            await own.ServiceProvider.GetRequiredService<CloseBatch>().Handle(batch.Id, cancellation);
    }
}
