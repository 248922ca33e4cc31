using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Teams;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Competitions.Submissions;

/// <summary>What a submission must contain, as CSV: a table to fill in, or the file names with their shapes. Which part a case is in is not said.</summary>
[Needs(CompetitionsRights.See)]
internal sealed class SeeTemplate(PirogovDb db, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/competitions/{id}/template",
        async (SeeTemplate use, CompetitionId id, CancellationToken cancellation) =>
        {
            var outcome = await use.Handle(id, cancellation);
            return outcome.IsRefused(out var refusal) ? refusal.ToHttp() : Results.File(Encoding.UTF8.GetBytes(outcome.Value), "text/csv; charset=utf-8", "template.csv");
        })
        .Needs(typeof(SeeTemplate)).WithName("getSubmissionTemplate").WithSummary("Names (and shapes) that a submission must contain").WithMetadata(new GivesBytes("text/csv"));

    public async Task<Outcome<string>> Handle(CompetitionId id, CancellationToken cancellation)
    {
        var competition = await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.State != CompetitionState.Draft, cancellation);
        var runs = actor.Actor.IsAny(Role.AiOffice, Role.Administrator);
        if (competition is null || (!runs && !await db.OwnTeam(id, actor.Actor.AccountId).AnyAsync(cancellation)))
            return new NotFound("competition");
        var cases = await db.Set<CompetitionCase>().AsNoTracking().Where(c => c.CompetitionId == id).OrderBy(c => c.Name).ToArrayAsync(cancellation);
        return competition.Kind == CompetitionKind.Masks ? Files(cases) : Table(cases);
    }

    private static string Table(CompetitionCase[] cases) =>
        string.Concat(cases.Select(c => $"{c.Name},0.5\n").Prepend(ProbabilityTable.Header + "\n"));

    private static string Files(CompetitionCase[] cases) => string.Concat(cases.Select(c =>
        $"{c.Name}.nii.gz,{string.Join(',', c.Shape)},{string.Join(',', c.Affine.Select(a => a.ToString(CultureInfo.InvariantCulture)))}\n")
        .Prepend("file,columns,rows,slices," + string.Join(',', Enumerable.Range(0, 12).Select(i => $"affine_{i / 4}{i % 4}")) + "\n"));
}
