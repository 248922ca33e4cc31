using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Labelling;

public static class LabellingModule
{
    public static IServiceCollection AddLabelling(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(LabellingModule).Assembly));
        return services.AddRights(LabellingRights.Table).AddUseCases(typeof(LabellingModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapLabelling(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
    }
}
