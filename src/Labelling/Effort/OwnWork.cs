using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Effort;

/// <param name="MinutesPerReading">Active minutes of a reading that was finished in the last thirty days.</param>
/// <param name="Quality">Nearness to known labels, from 0 to 1, over the thirteen weeks before <paramref name="QualityUntil"/>; none for fewer than three control cases.</param>
internal sealed record OwnWorkView(
    double ActiveHoursThisWeek, double ActiveHoursThisMonth, int FinishedThisMonth, MeanWithInterval? MinutesPerReading, MeanWithInterval? Quality, DateTimeOffset QualityUntil);

/// <summary>
/// What an expert sees of their own time and quality. Quality stands still within a week: one that moved with each case would tell which
/// of them was a control.
/// </summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class OwnWork(PirogovDb db, CurrentActor actor, ActiveTime activeTime, TimeProvider time)
{
    private const int FewestControls = 3;
    private const int Weeks = 13;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/expert/work", (OwnWork use, CancellationToken cancellation) => use.See(cancellation))
        .Needs(typeof(OwnWork)).WithName("getOwnWork").WithSummary("The signed-in expert's active time, pace and quality.");

    public async Task<OwnWorkView> See(CancellationToken cancellation)
    {
        var (me, now) = (actor.Actor.AccountId, time.Now());
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var (monday, month, lately) = (today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), Month.Of(now).From, now.AddDays(-30));
        var finished = db.Set<Reading>().Where(r => r.AccountId == me && r.FinishedAt >= lately);
        var minutes = await ActiveTime.PerReading(db.Set<ActivityInterval>().Where(i => finished.Any(r => r.Id == i.ReadingId)), cancellation);
        var since = monday.AddDays(-7 * Weeks);
        var scores = await db.Set<GoldScore>().Where(s => s.AccountId == me && s.Purpose == ReadingPurpose.Control && s.At >= since && s.At < monday)
            .Select(s => s.Score).ToArrayAsync(cancellation);
        return new((await activeTime.Of(me, monday, now, cancellation)).TotalHours, (await activeTime.Of(me, month, now, cancellation)).TotalHours,
            await db.Set<Reading>().CountAsync(r => r.AccountId == me && r.FinishedAt >= month, cancellation), MeanWithInterval.Mean([.. minutes.Values.Select(m => m.TotalMinutes)]),
            scores.Length < FewestControls ? null : MeanWithInterval.Mean(scores) is { } mean ? mean with { From = 0 } : null, monday);
    }
}
