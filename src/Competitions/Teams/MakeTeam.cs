using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Teams;

/// <summary>Who makes the team leads it and is admitted to the dataset.</summary>
[Needs(CompetitionsRights.LeadTeam)]
internal sealed class MakeTeam(PirogovDb db, IDatasets datasets, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string Name);

    public sealed record Response(TeamId Id);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/competitions/{id}/teams",
        (MakeTeam use, CompetitionId id, Request request, CancellationToken cancellation) =>
            use.Handle(id, request, cancellation).ToCreated(_ => $"/api/v1/competitions/{id}/team"))
        .Needs(typeof(MakeTeam)).WithSummary("Makes a team in a competition");

    public async Task<Outcome<Response>> Handle(CompetitionId id, Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } competition)
            return new NotFound("competition");
        if (await db.OwnTeam(id, me).AnyAsync(cancellation))
            return new AlreadyInTeam();
        var made = Team.Make(competition, request.Name, me, time.Now());
        if (made.IsRefused(out var refusal))
            return refusal;
        if (await db.Set<Team>().AnyAsync(t => t.CompetitionId == id && t.NameKey == made.Value.NameKey, cancellation))
            return new TeamNameTaken(made.Value.Name);
        db.Add(made.Value);
        audit.Note("competitions.team-made", "competition-team", made.Value.Id, new { Competition = id });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        await datasets.Admit(competition.DatasetVersionId, me, cancellation);
        await db.SaveChangesAsync(cancellation);
        return new Response(made.Value.Id);
    }
}
