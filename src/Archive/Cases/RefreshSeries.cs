using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pirogov.Archive.Intake;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Archive.Cases;

/// <summary>
/// Reads again the headers of series that an earlier version read, so that what it did not index is found and metadata name their
/// bulk data. One transaction a series: a run that was killed goes on where it was.
/// </summary>
internal sealed class RefreshSeries(PirogovDb db, SeriesAssembly assembly) : DurableJob<RefreshSeries.Payload>
{
    public sealed record Payload(int Reading);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var old = await db.Set<Series>().Where(s => s.Reading < SeriesAssembly.Reading).OrderBy(s => s.Id)
            .Select(s => new { s.Id, Case = EF.Property<Contracts.CaseId>(s, "CaseId"), s.SeriesInstanceUid }).ToArrayAsync(cancellation);
        for (var i = 0; i < old.Length; i++)
        {
            await progress.Tell(100 * i / old.Length, "archive.job.rereading", cancellation);
            await Refresh(old[i].Id, old[i].Case, old[i].SeriesInstanceUid, cancellation);
        }
    }

    private async Task Refresh(long id, Contracts.CaseId home, string uid, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var instances = await db.Set<Instance>().AsNoTracking().Where(i => i.CaseId == home && i.SeriesInstanceUid == uid).ToArrayAsync(cancellation);
        var read = await assembly.Assemble(instances, cancellation);
        var found = await db.Set<Case>().Include(c => c.Series).SingleAsync(c => c.Id == home, cancellation);
        // The first series speaks for its study.
        if (found.Series.Min(s => s.Id) == id)
            found.Index(read.First, found.Series.Select(s => s.Modality));
        await db.SaveChangesAsync(cancellation);
        await db.Set<Series>().Where(s => s.Id == id).ExecuteUpdateAsync(s => s
            .SetProperty(r => r.SeriesDate, read.Series.SeriesDate).SetProperty(r => r.SeriesTime, read.Series.SeriesTime)
            .SetProperty(r => r.StepStartDate, read.Series.StepStartDate).SetProperty(r => r.StepStartTime, read.Series.StepStartTime)
            .SetProperty(r => r.RequestAttributes, read.Series.RequestAttributes).SetProperty(r => r.MetadataMd5, read.Series.MetadataMd5)
            .SetProperty(r => r.Reading, read.Series.Reading), cancellation);
        await transaction.CommitAsync(cancellation);
    }
}

/// <summary>Asks for the rereading where the archive holds series of an earlier version.</summary>
internal sealed class RefreshAtStart(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (!await db.Set<Series>().AnyAsync(s => s.Reading < SeriesAssembly.Reading, cancellationToken))
            return;
        scope.ServiceProvider.GetRequiredService<JobQueue>().Enqueue<RefreshSeries, RefreshSeries.Payload>(new(SeriesAssembly.Reading), "archive", "series");
        await db.SaveChangesAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
