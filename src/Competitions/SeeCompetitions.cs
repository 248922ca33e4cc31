using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions;

/// <param name="ToleranceMm">τ of the normalised surface Dice, mm.</param>
public sealed record CompetitionView(
    CompetitionId Id, Bilingual Title, Bilingual Description, CompetitionState State, CompetitionPhase Phase, CompetitionKind Kind, string? QuestionId, string? PositiveOption,
    Metric Primary, IReadOnlyList<Metric> Secondary, double ToleranceMm, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset? EndedAt,
    string TimeZone, int DailyLimit, DatasetVersionId DatasetVersionId, ClinicalTaskId? ClinicalTaskId, int Teams, int Submissions)
{
    /// <summary>When it really ended, if that was before the planned date.</summary>
    public DateTimeOffset End() => EndedAt < EndsAt ? EndedAt.Value : EndsAt;

    /// <summary>A date as the competition's own zone writes it.</summary>
    public DateTimeOffset InZone(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));
}

public sealed record CompetitionDetails(CompetitionView Competition, DatasetVersionSummary? Dataset, ClinicalTaskSummary? Task);

/// <summary>Drafts are seen by those who run competitions.</summary>
[Needs(CompetitionsRights.See)]
internal sealed class SeeCompetitions(PirogovDb db, IDatasets datasets, IAgenda agenda, CurrentActor actor, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/competitions", (SeeCompetitions use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeCompetitions)).WithName("listCompetitions").WithSummary("Competitions, the newest first");
        api.MapGet("/competitions/{id}", (SeeCompetitions use, CompetitionId id, CancellationToken cancellation) =>
            use.Plain(id, cancellation).ToHttp()).Needs(typeof(SeeCompetitions)).WithName("getCompetition").WithSummary("One competition");
    }

    public async Task<Page<CompetitionView>> List(int page, int size, CancellationToken cancellation)
    {
        var found = await Visible().OrderByDescending(c => c.Id).ToPage(page, size, cancellation);
        var views = new List<CompetitionView>();
        foreach (var competition in found.Items)
            views.Add(await View(competition, cancellation));
        return new(views, found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<CompetitionView>> Plain(CompetitionId id, CancellationToken cancellation) =>
        await Visible().SingleOrDefaultAsync(c => c.Id == id, cancellation) is { } competition ? await View(competition, cancellation) : new NotFound("competition");

    /// <summary>With its dataset and clinical task, as the page shows it.</summary>
    public async Task<Outcome<CompetitionDetails>> One(CompetitionId id, CancellationToken cancellation)
    {
        if (await Visible().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } competition)
            return new NotFound("competition");
        return new CompetitionDetails(await View(competition, cancellation), await datasets.Find(competition.DatasetVersionId, cancellation),
            competition.ClinicalTaskId is { } task ? await agenda.FindTask(task, cancellation) : null);
    }

    private IQueryable<Competition> Visible()
    {
        var runs = actor.Actor.IsAny(Role.AiOffice, Role.Administrator);
        return db.Set<Competition>().AsNoTracking().Where(c => runs || c.State != CompetitionState.Draft);
    }

    private async Task<CompetitionView> View(Competition c, CancellationToken cancellation) => new(
        c.Id, new(c.TitleRu, c.TitleEn), new(c.DescriptionRu, c.DescriptionEn), c.State, c.PhaseAt(time.Now()), c.Kind, c.QuestionId, c.PositiveOption,
        c.Primary, c.Secondary, c.ToleranceMm, c.StartsAt, c.EndsAt, c.EndedAt, c.TimeZone, c.DailyLimit, c.DatasetVersionId, c.ClinicalTaskId,
        await db.Set<Team>().CountAsync(t => t.CompetitionId == c.Id, cancellation), c.Received);
}
