using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Portal.Demo;

/// <summary>
/// Walks the whole way once with synthetic patients, and leaves a second set of cases with each step open for the
/// newcomer's own hand. Every step looks first for what it would make, so a killed walk goes on where it was.
/// </summary>
internal sealed class SeedDemo(PirogovDb db, IServer server, IHostApplicationLifetime lifetime, TimeProvider time) : DurableJob<SeedDemo.Payload>
{
    public sealed record Payload(bool Synthetic = true);

    public static async Task EnqueueOnce(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Set<JobRecord>().AnyAsync(j => j.Kind == nameof(SeedDemo)))
            return;
        scope.ServiceProvider.GetRequiredService<JobQueue>().Enqueue<SeedDemo, Payload>(new(), "demo", "demo");
        await db.SaveChangesAsync();
    }

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        await Listening(cancellation);
        var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal)
            .Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal);
        using var api = new DemoApi(new Uri(address), db, time);
        await progress.Tell(2, "portal.demo.agenda", cancellation);
        var task = await DemoAgenda.Walk(api, cancellation);
        await progress.Tell(10, "portal.demo.archive", cancellation);
        var finished = await DemoArchive.Send(api, "Синтетическая партия 1 (пройденный путь)", DemoArchive.FinishedSeeds, cancellation);
        var open = await DemoArchive.Send(api, "Синтетическая партия 2 (для своих рук)", DemoArchive.OpenSeeds, cancellation);
        await progress.Tell(40, "portal.demo.labelling", cancellation);
        var schema = await DemoLabelling.Schema(api, cancellation);
        await DemoLabelling.Qualify(api, cancellation);
        var release = await DemoLabelling.WalkProject(api, task, schema, finished, cancellation);
        await DemoLabelling.OpenProject(api, task, schema, open, cancellation);
        await progress.Tell(70, "portal.demo.datasets", cancellation);
        var version = await DemoDataset.Freeze(api, task, release, cancellation);
        await DemoLabelling.Correct(api, schema, finished, cancellation);
        await progress.Tell(85, "portal.demo.competitions", cancellation);
        await DemoCompetition.WalkFinished(api, task, version, time.Now(), cancellation);
        await DemoCompetition.LeaveOpen(api, task, version, time.Now(), cancellation);
        await api.Leave(cancellation);
        await progress.Tell(100, "portal.demo.done", cancellation);
    }

    private async Task Listening(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellation);
    }
}
