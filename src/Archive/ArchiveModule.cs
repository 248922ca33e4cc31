using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Archive;

public static class ArchiveModule
{
    public static IServiceCollection AddArchive(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(ArchiveModule).Assembly));
        return services.AddRights(ArchiveRights.Table).AddUseCases(typeof(ArchiveModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapArchive(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
    }
}
