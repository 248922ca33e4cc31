using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Competitions.Contracts;
using Pirogov.Lifecycle.Verification;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Strings;

namespace Pirogov.Lifecycle;

/// <summary>Solutions on their way through the nine stages.</summary>
public static class LifecycleModule
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(LifecycleModule).Assembly));
        services.AddSingleton<ModelPart, LifecycleModel>();
        services.AddScoped<ChainOfEvidence>().AddScoped<OwnSolution>().AddScoped<IEvidenceSource, StageGateLink>();
        services.AddHandler<CompetitionClosed, MakeSolution>();
        return services.AddRights(LifecycleRights.Table).AddUseCases(typeof(LifecycleModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapLifecycle(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        SeeSolutions.Map(api);
        PassStageGate.Map(api);
        VerifyChain.Map(api);
    }
}
