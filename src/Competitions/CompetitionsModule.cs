using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Competitions;

public static class CompetitionsModule
{
    public static IServiceCollection AddCompetitions(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(CompetitionsModule).Assembly));
        return services.AddRights(CompetitionsRights.Table).AddUseCases(typeof(CompetitionsModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapCompetitions(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
    }
}
