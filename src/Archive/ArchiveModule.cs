using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Dimse;
using Pirogov.Archive.Intake;
using Pirogov.Archive.Review;
using Pirogov.Archive.Workitems;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Archive;

public static class ArchiveModule
{
    public static IServiceCollection AddArchive(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(ArchiveModule).Assembly));
        services.AddSingleton<ModelPart, WorkitemModel>().AddSingleton<Subscribers>().AddScoped<Worklist>().AddSingleton(new WorklistBounds()).AddScoped<WorkitemIdentity>().AddScoped<WorkitemNews>().AddScoped<Subscriptions>();
        services.AddHandler<WorkitemReport, TellSubscribers>().AddHandler<WorkitemReport, KeepWatchers>();
        services.AddSingleton<ModelPart, ArchiveModel>().AddSingleton<IObjectReferences, ArchiveObjects>();
        services.AddScoped<KeepFiles>().AddSingleton<IntakeWriter>().AddHostedService(s => s.GetRequiredService<IntakeWriter>());
        services.AddSingleton<IntakeMemory>().AddSingleton<LargeFiles>().AddSingleton<KeyedCentres>().AddSingleton<DoorBatchGate>().AddScoped<DoorBatches>();
        services.AddScoped<CentreAccess>().AddScoped<CentreKeys>().AddScoped<Quarantine>().AddScoped<ReviewedFrames>().AddScoped<CentreProfiles>().AddScoped<CaseAccess>().AddScoped<ICases, StoredCases>();
        services.AddScoped<SeriesAssembly>().AddScoped<BatchEvidence>().AddScoped<IEvidenceSource, BatchEvidence>().AddScoped<IStartCard, ArchiveStartCard>();
        services.AddSingleton<UnreadableInstances>().AddSingleton<MultipartAnswer>();
        services.AddSingleton<RecentRetrieves>().AddScoped<RetrieveLog>().AddScoped<StoredInstances>().AddScoped<MovedInstance>().AddScoped<IncludedFields>().AddScoped<HeaderSearch>();
        services.AddSingleton(s => DimseOptions.From(s.GetRequiredService<IConfiguration>())).AddSingleton<RefusedAssociations>().AddHostedService<DimseServer>();
        services.AddSingleton<QuietBatches>().AddHostedService(s => s.GetRequiredService<QuietBatches>());
        services.AddJob<CompleteBatch, CompleteBatch.Payload>().AddJob<RefreshSeries, RefreshSeries.Payload>().AddHostedService<RefreshAtStart>();
        return services.AddRights(ArchiveRights.Table).AddUseCases(typeof(ArchiveModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapArchive(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        CreateBatch.Map(api);
        ReceiveFile.Map(api);
        FindKnownFiles.Map(api);
        CloseBatch.Map(api);
        CancelBatch.Map(api);
        SeeReview.Map(api);
        DecideReview.Map(api);
        ChooseProfile.Map(api);
        SeeBatches.Map(api);
        SeeCases.Map(api);
        OpenCase.Map(routes, api);
        var dicomweb = routes.MapGroup("/dicomweb").ExcludeFromDescription();
        StoreInstances.Map(dicomweb);
        SearchDicom.Map(dicomweb);
        RetrieveInstances.Map(dicomweb);
        RetrieveMetadata.Map(dicomweb);
        RetrieveFrames.Map(dicomweb);
        RetrieveBulkData.Map(dicomweb);
        RetrieveAllBulkData.Map(dicomweb);
        CreateWorkitem.Map(dicomweb);
        RetrieveWorkitem.Map(dicomweb);
        UpdateWorkitem.Map(dicomweb);
        ChangeWorkitemState.Map(dicomweb);
        RequestWorkitemCancellation.Map(dicomweb);
        SearchWorkitems.Map(dicomweb);
        SubscribeToWorkitems.Map(dicomweb);
        UnsubscribeFromWorkitems.Map(dicomweb);
        ListenToWorkitems.Map(dicomweb);
        RetrieveRendered.Map(dicomweb);
    }
}
