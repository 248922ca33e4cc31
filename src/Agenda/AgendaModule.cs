using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Agenda.Centres;
using Pirogov.Agenda.Contracts;
using Pirogov.Agenda.Tasks;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Agenda;

public static class AgendaModule
{
    public static IServiceCollection AddAgenda(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(AgendaModule).Assembly));
        services.AddSingleton<ModelPart, AgendaModel>();
        services.AddScoped<IAgenda, StoredAgenda>().AddScoped<IStartCard, AgendaStartCard>();
        return services.AddRights(AgendaRights.Table).AddUseCases(typeof(AgendaModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapAgenda(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        CreateClinicalTask.Map(api);
        EditClinicalTask.Map(api);
        SeeClinicalTasks.Map(api);
        CreateReferenceCentre.Map(api);
        EditReferenceCentre.Map(api);
        SeeReferenceCentres.Map(api);
    }
}
