using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Gold;

/// <param name="Score">From 0 to 1.</param>
internal sealed record RightAnswerView(
    ReadingId ReadingId, double Score, IReadOnlyDictionary<string, double> Dice, IReadOnlyDictionary<string, double> Objects, IReadOnlyDictionary<string, bool> Answers,
    LabelDocument Document);

/// <summary>After a training case the newcomer sees the known labels and how near they came. Of any other reading there is none to see.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeRightAnswer(PirogovDb db, CurrentActor actor, KnownLabels known)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings/{id}/right-answer",
            (SeeRightAnswer use, ReadingId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
        .Needs(typeof(SeeRightAnswer)).WithName("getRightAnswer").WithSummary("The known labels of a training case, once it is handed in.");

    public async Task<Outcome<RightAnswerView>> One(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var reading = await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(
            r => r.Id == id && r.AccountId == me && r.Purpose == ReadingPurpose.Training && r.State == ReadingState.Locked, cancellation);
        if (reading is null || await known.Compare(reading, cancellation) is not { } closeness || await known.RightAnswer(reading, cancellation) is not { } document)
            return new NotFound("reading");
        return new RightAnswerView(id, closeness.Score, closeness.Dice, closeness.Objects, closeness.Answers, document);
    }
}
