using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Competitions.Boards;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Evidence;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Competitions;

/// <summary>Teams, submissions, scores and boards.</summary>
public static class CompetitionsModule
{
    public static IServiceCollection AddCompetitions(this IServiceCollection services)
    {
        services.AddSingleton(new StringSource(typeof(CompetitionsModule).Assembly));
        services.AddSingleton<ModelPart, CompetitionsModel>().AddSingleton<IObjectReferences, SubmittedObjects>();
        services.AddScoped<Standings>().AddScoped<DoorWords>().AddScoped<WinnerOf>().AddScoped<ICompetitions>(p => p.GetRequiredService<WinnerOf>());
        services.AddScoped<IEvidenceSource, SubmissionLink>().AddScoped<IEvidenceSource, ScoreLink>();
        services.AddJob<ScoreSubmission, ScoreSubmission.Payload>();
        services.AddScoped<IStartCard, CompetitionCards>().AddScoped<IShowcase, CompetitionShelf>();
        services.AddHostedService<CloseDueCompetitions>();
        return services.AddRights(CompetitionsRights.Table).AddUseCases(typeof(CompetitionsModule).Assembly);
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapCompetitions(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        SeeCompetitions.Map(api);
        CreateCompetition.Map(api);
        OpenCompetition.Map(api);
        CloseCompetition.Map(api);
        SeeBoards.Map(api);
        MakeTeam.Map(api);
        SeeTeam.Map(api);
        InviteToTeam.Map(api);
        AnswerInvitation.Map(api);
        SubmitPredictions.Map(api);
        SeeSubmissions.Map(api);
        SeeTemplate.Map(api);
        ChooseFinalSubmission.Map(api);
    }
}
