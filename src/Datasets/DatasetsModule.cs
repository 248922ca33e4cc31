using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Datasets.Building;
using Pirogov.Datasets.Catalogue;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Datasets.Dvc;
using Pirogov.Datasets.Git;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Datasets;

public static class DatasetsModule
{
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(DatasetsModule).Assembly));
        services.AddSingleton<ModelPart, DatasetsModel>().AddSingleton<IObjectReferences, DatasetObjects>();
        services.AddSingleton(provider => DatasetsOptions.From(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<DatasetRepository>().AddSingleton<PullJournal>().AddSingleton<Readme>();
        services.AddScoped<RepositoryContents>().AddScoped<CaseBuilder>().AddScoped<VersionDocuments>().AddScoped<SplitPlanner>().AddScoped<DatasetAccess>();
        services.AddScoped<IDatasets, PublishedDatasets>().AddScoped<IShowcase, DatasetShelf>().AddScoped<IEvidenceSource, DatasetVersionEvidence>();
        services.AddJob<FreezeDatasetVersion, FreezeDatasetVersion.Payload>();
        return services.AddRights(DatasetsRights.Table).AddUseCases(typeof(DatasetsModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapDatasets(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        SeeReleases.Map(api);
        PreviewSplit.Map(api);
        FreezeVersion.Map(api);
        DropUnfinishedVersion.Map(api);
        SeeDatasets.Map(api);
        ListFiles.Map(api);
        DownloadFile.Map(api);
        PullObject.Map(routes);
        ServeRepository.Map(routes);
    }
}
