using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Database;
using Quartz.Extensibility;
using Quartz.Impl;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// The scheduler's own tables. Its start begins with tidying up after the process before, in the background: were the database away at that
/// moment, the scheduler would not start, nobody would be told, and it cannot be started a second time. So the tidying waits.
/// </summary>
internal sealed class PatientSchedulerTables(IJobStore tables, Patience patience) : DelegatingJobStore(tables)
{
    public override async ValueTask SchedulerStarted(CancellationToken cancellationToken = default) =>
        await patience.Outlast(async () => await InnerJobStore.SchedulerStarted(cancellationToken));

    /// <summary>Stands before the tables that Quartz has registered, whose type is its own secret.</summary>
    public static void Use(IServiceCollection services)
    {
        var tables = services.Single(s => s.ServiceType == typeof(IJobStore) && !s.IsKeyedService);
        services.Remove(tables);
        services.AddSingleton<IJobStore>(p => new PatientSchedulerTables((IJobStore)tables.ImplementationFactory!(p), p.GetRequiredService<Patience>()));
    }
}
