using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Datasets;

public static class DatasetsModule
{
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(DatasetsModule).Assembly));
        return services.AddRights(DatasetsRights.Table).AddUseCases(typeof(DatasetsModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapDatasets(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
    }
}
