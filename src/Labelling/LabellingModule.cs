using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Exchange;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling;

public static class LabellingModule
{
    public static IServiceCollection AddLabelling(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(LabellingModule).Assembly)).AddSingleton<ModelPart, LabellingModel>().AddSingleton<ModelPart, AssignmentModel>().AddSingleton<IObjectReferences, LabellingObjects>();
        services.AddScoped<Documents>().AddScoped<VersionedDocuments>().AddScoped<Sealing>().AddScoped<NextReading>().AddScoped<ReadingSources>();
        services.AddScoped<ComparisonStore>().AddScoped<MakeComparison>().AddScoped<AnswerModels>().AddScoped<ReaderSkills>().AddScoped<Adjudication>().AddScoped<DisagreementPictures>().AddScoped<HeatMaps>().AddScoped<AppendRevision>().AddScoped<SentBefore>().AddScoped<KeepSideDraft>().AddScoped<ShownPreLabels>();
        services.AddSingleton<FiguresCache>().AddScoped<AgreementSums>().AddScoped<CaseDigests>().AddJob<DigestCase, DigestCase.Payload>();
        services.AddScoped<Rounds>().AddHandler<SecondPassEnded, Rounds>().AddHandler<ReaderLeft, WaitingCases>().AddJob<OfferWork, OfferWork.Payload>().AddScoped<UntakenPlaces>().AddScoped<WaitingDecisions>().AddScoped<Examination>().AddScoped<StoppedComparisons>().AddSingleton<HandOutGate>().AddSingleton<ImportSeats>().AddScoped<HandOut>().AddScoped<NextPlace>().AddScoped<Capacity>().AddScoped<ReaderRules>().AddScoped<Replacement>().AddScoped<OfferCases>();
        services.AddSingleton(p => AtOnce.From(p.GetRequiredService<IConfiguration>())).AddScoped<ProjectWork>().AddScoped<Starting>().AddScoped<Adding>().AddScoped<MigrationPlans>().AddScoped<CarryLabels>();
        services.AddJob<StartLabelling, StartLabelling.Payload>().AddJob<AddToProject, AddToProject.Payload>().AddJob<LeadToNextVersion, LeadToNextVersion.Payload>();
        services.AddScoped<CaseSelection>().AddScoped<OwnPart>().AddScoped<OwnReading>().AddScoped<OwnCentres>().AddScoped<ActiveExperts>().AddScoped<PersonLock>().AddScoped<ActiveTime>().AddSingleton<Chance>(RandomNumberGenerator.GetInt32).AddScoped<GoldDraw>().AddScoped<KnownLabels>().AddScoped<ControlItems>();
        services.AddScoped<ExpertPages>().AddScoped<Earnings>().AddScoped<StatementBook>().AddScoped<StatementFile>();
        services.AddScoped<LeastLoaded>().AddScoped<Deciders>().AddScoped<Outcomes>().AddScoped<AskReader>().AddScoped<AskValidators>().AddScoped<AskAdjudicator>();
        services.AddScoped<ReleasableCases>().AddScoped<ReliabilityReports>().AddScoped<ReleaseChanges>().AddJob<FreezeRelease, FreezeRelease.Payload>();
        services.AddScoped<IReleases, PublishedReleases>().AddScoped<ICaseAccessRule, CaseAccess>().AddScoped<IStartCard, LabellingStartCards>();
        services.AddScoped<IEvidenceSource, ReadingEvidence>().AddScoped<IEvidenceSource, ComparisonEvidence>()
            .AddScoped<IEvidenceSource, ConsensusEvidence>().AddScoped<IEvidenceSource, ValidationEvidence>().AddScoped<IEvidenceSource, ReleaseEvidence>();
        services.AddHandler<ReadingSubmitted, LockReading>().AddJob<CompareReadings, CompareReadings.Payload>().AddJob<CompareAgain, CompareAgain.Payload>().AddJob<MeasureSources, MeasureSources.Payload>();
        services.AddHandler<LevelReached, FillLots>().AddHandler<VerdictGiven, FillLots>().AddHandler<CaseWentAside, FillLots>().AddHandler<VerdictGiven, MeasureAgain>();
        services.AddScoped<FormatCases>().AddScoped<FilesOfCases>().AddScoped<ReleaseFiles>().AddJob<ReadPreLabels, ReadPreLabels.Payload>().AddJob<WriteExport, WriteExport.Payload>();
        services.AddHandler<ReadingSubmitted, AskForScore>().AddJob<ScoreReading, ScoreReading.Payload>();
        return services.AddRights(LabellingRights.Table).AddUseCases(typeof(LabellingModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapLabelling(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        SeeSchemas.Map(api);
        DesignSchema.Map(api);
        ExchangeSchema.Map(api);
        SearchCodes.Map(api);
        ChooseForProject.Map(api);
        CreateProject.Map(api);
        StartProject.Map(api);
        SeeProjects.Map(api);
        ReopenCase.Map(api);
        SetCaseAside.Map(api);
        SendToAdjudicator.Map(api);
        SeeCase.Map(api);
        MigrateProject.Map(api);
        SteerProject.Map(api);
        AddProjectCases.Map(api);
        CorrectPlan.Map(api);
        ChangePeople.Map(api);
        SeeAssignment.Map(api);
        SeeOpenWork.Map(api);
        SeeEffort.Map(api);
        KeepGold.Map(api);
        SeeExperts.Map(api);
        EditExpert.Map(api);
        OwnProfile.Map(api);
        SeeStatements.Map(api);
        OwnStatement.Map(api);
        OwnWork.Map(api);
        MyReadings.Map(api);
        NextCase.Map(api);
        SkipReading.Map(api);
        ReportActivity.Map(api);
        SeeRightAnswer.Map(api);
        SeeReading.Map(api);
        TakeReading.Map(routes, api);
        SaveDocument.Map(api);
        SeeSideDrafts.Map(api);
        DecideDisagreement.Map(api);
        SeeDisagreementPicture.Map(api);
        SeeHeatMap.Map(api);
        SeeCaseLabels.Map(api);
        SeeComparison.Map(api);
        ResumeComparisons.Map(api);
        SeeSecondPass.Map(api);
        SubmitReading.Map(api);
        AnswerPending.Map(api);
        GiveVerdict.Map(api);
        SetValidationRules.Map(api);
        MyResults.Map(routes, api);
        MyQuality.Map(api);
        SeeLots.Map(api);
        SeeProgress.Map(api);
        SeeQuality.Map(api);
        SeeReliability.Map(api);
        SeeDoubtfulCases.Map(api);
        ReleaseLabels.Map(api);
        SeeReleases.Map(api);
        ImportPreLabels.Map(api);
        SeeImports.Map(api);
        ImportIntoReading.Map(api);
        SeeOwnImport.Map(api);
        ExportReading.Map(api);
        ExportRelease.Map(api);
        PrepareExport.Map(api);
    }
}
