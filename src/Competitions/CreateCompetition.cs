using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Agenda.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions;

public sealed record DatasetHasNoTest(string Part) : Refusal("competitions.dataset-has-no-test", 422);

public sealed record QuestionUnknown(string Question) : Refusal("competitions.question-unknown", 422);

/// <summary>A draft on a published dataset version; it opens with <see cref="OpenCompetition"/>.</summary>
[Needs(CompetitionsRights.Run)]
internal sealed class CreateCompetition(PirogovDb db, IDatasets datasets, IAgenda agenda, AuditTrail audit, TimeProvider time)
{
    public const string DefaultTimeZone = "Europe/Moscow";
    public const double DefaultToleranceMm = 2;

    public sealed record Request(
        Bilingual Title, Bilingual Description, ClinicalTaskId? ClinicalTaskId, DatasetVersionId DatasetVersionId, CompetitionKind Kind,
        string? QuestionId, string? PositiveOption, Metric Primary, IReadOnlyList<Metric>? Secondary, double? ToleranceMm,
        DateTimeOffset StartsAt, DateTimeOffset EndsAt, int DailyLimit, string? TimeZone);

    public sealed record Response(CompetitionId Id);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/competitions",
        (CreateCompetition use, Request request, CancellationToken cancellation) => use.Handle(request, cancellation).ToCreated(r => $"/api/v1/competitions/{r.Id}"))
        .Needs(typeof(CreateCompetition)).WithSummary("Drafts a competition");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        if (await datasets.Find(request.DatasetVersionId, cancellation) is not { } version)
            return new NotFound("dataset-version");
        if (request.ClinicalTaskId is { } task && await agenda.FindTask(task, cancellation) is null)
            return new NotFound("clinical-task");
        if (await WhyNot(request, version, cancellation) is { } unfit)
            return unfit;
        var terms = new CompetitionTerms(
            request.Title.Ru, request.Title.En, request.Description.Ru, request.Description.En, request.ClinicalTaskId ?? version.ClinicalTaskId, version.Id,
            request.Kind, request.QuestionId, request.PositiveOption, request.Primary, request.Secondary ?? [], request.ToleranceMm ?? DefaultToleranceMm,
            request.StartsAt, request.EndsAt, request.DailyLimit, request.TimeZone ?? DefaultTimeZone);
        var drafted = Competition.Draft(terms, time.Now());
        if (drafted.IsRefused(out var refusal))
            return refusal;
        db.Add(drafted.Value);
        audit.Note("competitions.drafted", "competition", drafted.Value.Id);
        await db.SaveChangesAsync(cancellation);
        return new Response(drafted.Value.Id);
    }

    private async Task<Refusal?> WhyNot(Request request, DatasetVersionSummary version, CancellationToken cancellation)
    {
        if (request.Kind == CompetitionKind.Probabilities)
        {
            if (version.Questions.FirstOrDefault(q => q.Id == request.QuestionId) is not { } question)
                return new QuestionUnknown(request.QuestionId ?? "");
            if (question.Options.Count > 0 && !question.Options.Contains(request.PositiveOption))
                return new QuestionUnknown($"{question.Id}: {request.PositiveOption}");
            if (string.IsNullOrWhiteSpace(request.PositiveOption))
                return new Missing("positiveOption");
        }

        var truth = await datasets.Truth(version.Id, cancellation);
        foreach (var part in new[] { Split.PublicTest, Split.HiddenTest })
        {
            var known = truth.Any(t => t.Split == part && (request.Kind == CompetitionKind.Masks
                ? t.LabelNiftiMd5 is not null
                : t.Answers.GetValueOrDefault(request.QuestionId!) is not null));
            if (!known)
                return new DatasetHasNoTest(part.ToString());
        }

        return null;
    }
}
