using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

/// <summary>Hands the signed-in expert the next case of a project's queue, or of all of theirs.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class NextCase(PirogovDb db, CurrentActor actor, HandOut handOut)
{
    /// <param name="ProjectId">None asks all of the person's projects, the earliest due first.</param>
    public sealed record Request(ProjectId? ProjectId = null);

    public sealed record Response(ReadingId Id, ProjectId ProjectId, string CaseLabel, ReadingState State, DateTimeOffset? ReservedUntil, bool Training);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/next",
            (NextCase use, Request request, CancellationToken cancellation) => use.Handle(request, cancellation).ToHttp())
        .Needs(typeof(NextCase)).WithName("takeNextReading").WithSummary("Reserves the next case for the signed-in expert.");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (request.ProjectId is { } wanted)
            return await From(wanted, me, cancellation);
        var mine = await db.Set<LabellingProject>().AsNoTracking()
            .Where(p => p.Distribution == Distribution.Queue && p.State == ProjectState.Running && p.Members.Any(m => m.AccountId == me && m.Mode == ReadingMode.Read))
            .OrderBy(p => p.DueAt == null).ThenBy(p => p.DueAt).ThenBy(p => p.CreatedAt).Select(p => p.Id).ToArrayAsync(cancellation);
        Outcome<Response> answer = new NothingToRead();
        foreach (var id in mine)
        {
            answer = await From(id, me, cancellation);
            if (!answer.IsRefused(out _))
                return answer;
        }

        return answer;
    }

    private async Task<Outcome<Response>> From(ProjectId id, Guid me, CancellationToken cancellation)
    {
        var given = await handOut.To(me, id, cancellation);
        if (given.IsRefused(out var refusal))
            return refusal;
        var reading = given.Value;
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        return new Response(reading.Id, id, label, reading.State, reading.ReservedUntil, reading.Purpose == ReadingPurpose.Training);
    }
}
