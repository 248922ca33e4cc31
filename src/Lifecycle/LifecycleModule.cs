using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Lifecycle;

public static class LifecycleModule
{
    public static IServiceCollection AddLifecycle(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(LifecycleModule).Assembly));
        return services.AddRights(LifecycleRights.Table).AddUseCases(typeof(LifecycleModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapLifecycle(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
    }
}
