using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Boards;

public sealed record BoardIsSecret(string EndsAt) : Refusal("competitions.board-is-secret", 409);

/// <summary>The public board at any time; the private one to nobody, the AI office included, before the end.</summary>
[Needs(CompetitionsRights.See)]
internal sealed class SeeBoards(PirogovDb db, Standings standings)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/competitions/{id}/board", (SeeBoards use, CompetitionId id, CancellationToken cancellation) =>
            use.Public(id, cancellation).ToHttp()).Needs(typeof(SeeBoards)).WithName("getPublicBoard").WithSummary("The board of the public test part");
        api.MapGet("/competitions/{id}/private-board", (SeeBoards use, CompetitionId id, CancellationToken cancellation) =>
            use.Private(id, cancellation).ToHttp())
            .Needs(typeof(SeeBoards)).WithName("getPrivateBoard").WithSummary("The board of the hidden test part, after the end");
    }

    public async Task<Outcome<Board>> Public(CompetitionId id, CancellationToken cancellation) =>
        await Find(id, cancellation) is { } competition ? await standings.Of(competition, Split.PublicTest, cancellation) : new NotFound("competition");

    public async Task<Outcome<Board>> Private(CompetitionId id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } competition)
            return new NotFound("competition");
        if (competition.State != CompetitionState.Ended)
            return new BoardIsSecret(competition.Words(competition.EndsAt));
        return await standings.Of(competition, Split.HiddenTest, cancellation);
    }

    private Task<Competition?> Find(CompetitionId id, CancellationToken cancellation) => db.Set<Competition>().AsNoTracking()
        .SingleOrDefaultAsync(c => c.Id == id && c.State != CompetitionState.Draft, cancellation);
}
