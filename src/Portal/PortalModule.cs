using System.Reflection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using MudBlazor.Services;
using Pirogov.Agenda;
using Pirogov.Archive;
using Pirogov.Competitions;
using Pirogov.Datasets;
using Pirogov.Labelling;
using Pirogov.Lifecycle;
using Pirogov.Platform;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;
using Pirogov.Portal.Api;
using Pirogov.Portal.Components;
using Pirogov.Portal.Demo;
using Pirogov.Portal.Showcase;

namespace Pirogov.Portal;

internal static class PortalModule
{
    /// <summary>The rooms whose pages the portal shows.</summary>
    public static readonly Assembly[] Rooms =
    [
        typeof(PlatformModule).Assembly, typeof(AgendaModule).Assembly, typeof(ArchiveModule).Assembly, typeof(LabellingModule).Assembly,
        typeof(DatasetsModule).Assembly, typeof(CompetitionsModule).Assembly, typeof(LifecycleModule).Assembly,
    ];

    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(PortalModule).Assembly));
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices();
        services.AddJob<SeedDemo, SeedDemo.Payload>();
        services.AddSingleton<IWebAssets, WebAssets>();
        services.AddScoped<IShowcase, TaskShelf>();
        services.AddApiDescription();
        return services;
    }

    public static void MapPortal(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = c => c.Tags.Contains("ready") }).AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null).AddAdditionalAssemblies(Rooms);
    }
}
