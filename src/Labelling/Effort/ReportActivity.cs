using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Effort;

internal sealed record ActivityUnfit(string Reason) : Refusal("labelling.activity-unfit", 422)
{
    public override string WordsKey => "reason.labelling.activity." + Reason;
}

/// <summary>
/// Takes the stretches in which somebody really worked on a reading. The browser tells them by a clock of its own that only runs
/// forward, and what that clock shows now; the server lays them on its own time, and believes nothing before the reading was handed
/// out, nothing after now or after it was handed in, and no moment twice, in whichever tab or reading it was spent.
/// </summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class ReportActivity(PirogovDb db, CurrentActor actor, PersonLock persons, TimeProvider time)
{
    public const int MostIntervals = 500;

    /// <summary>What a browser without a network gathers for longer is lost; no pay depends on it.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(2);

    /// <summary>Two stretches of one reading that are nearer than this are one: a report ends where the next begins.</summary>
    private static readonly TimeSpan Joint = TimeSpan.FromSeconds(2);

    /// <param name="From">Milliseconds of the browser's clock.</param>
    public sealed record Interval(double From, double To);

    /// <param name="Now">The same clock as the report leaves.</param>
    /// <param name="Intervals">In order, without overlap, none after <paramref name="Now"/>.</param>
    public sealed record Request(double Now, IReadOnlyList<Interval>? Intervals);

    /// <param name="ActiveSeconds">Believed of this reading so far.</param>
    public sealed record Response(double ActiveSeconds, DateTimeOffset? ReservedUntil);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/{id}/activity",
            (ReportActivity use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(ReportActivity)).WithName("reportActivity").WithSummary("Reports active time on a reading; also keeps its reservation.");

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        if (Fault(request) is { } unfit)
            return unfit;
        var (me, now) = (actor.Actor.AccountId, time.Now());
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await persons.Take(me, cancellation);
        if (await db.Set<Reading>().IgnoreQueryFilters().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.LeftAt is not null)
            return new ReservationHasExpired();
        var claimed = Claimed(reading, request, now);
        if (claimed.Count > 0)
            await Believe(reading, claimed, cancellation);
        if (reading.IsOpen)
            await db.Set<Reading>().Where(r => r.Id == id && r.ReservedMinutes != null)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.ReservedUntil, now.AddMinutes(reading.ReservedMinutes ?? 0)), cancellation);
        await db.SaveChangesAsync(cancellation);
        var spent = await db.Set<ActivityInterval>().AsNoTracking().Where(i => i.ReadingId == id).Select(i => new Stretch(i.From, i.To)).ToArrayAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new Response(spent.Sum(s => s.Length.TotalSeconds), reading.IsOpen && reading.ReservedMinutes is { } minutes ? now.AddMinutes(minutes) : null);
    }

    private static ActivityUnfit? Fault(Request request)
    {
        var intervals = request.Intervals ?? [];
        if (intervals.Count > MostIntervals)
            return new("too-many");
        if (!double.IsFinite(request.Now) || intervals.Any(i => i is null || !double.IsFinite(i.From) || !double.IsFinite(i.To)))
            return new("not-a-number");
        var edges = intervals.SelectMany(i => new[] { i.From, i.To }).Append(request.Now).ToArray();
        return edges.Zip(edges.Skip(1)).Any(e => e.Second < e.First) ? new("out-of-order") : null;
    }

    private static List<Stretch> Claimed(Reading reading, Request request, DateTimeOffset now)
    {
        // A second pass, and what was returned or is asked again, is worked on after the first finish.
        var end = reading.IsOpen ? now : reading.ChangedAt;
        var start = reading.OfferedAt > now - Oldest ? reading.OfferedAt : now - Oldest;
        // Far beyond what is believed anyway, and what a point in time can hold.
        double Ago(double at) => Math.Min(request.Now - at, Oldest.TotalMilliseconds + 1);
        return [.. (request.Intervals ?? []).Select(i => new Stretch(now.AddMilliseconds(-Ago(i.From)), now.AddMilliseconds(-Ago(i.To))).Within(start, end))
            .Where(s => s.Length > TimeSpan.Zero)];
    }

    private async Task Believe(Reading reading, List<Stretch> claimed, CancellationToken cancellation)
    {
        var (from, to) = (claimed[0].From - Joint, claimed[^1].To + Joint);
        var known = await db.Set<ActivityInterval>().Where(i => i.AccountId == reading.AccountId && i.To >= from && i.From <= to).ToListAsync(cancellation);
        foreach (var fresh in claimed.SelectMany(c => c.Without(known.Select(k => k.Stretch))).ToArray())
        {
            var before = known.Where(k => k.ReadingId == reading.Id && k.To <= fresh.From && fresh.From - k.To <= Joint).MaxBy(k => k.To);
            // Between the two nobody else's work of the same person may lie.
            if (before is not null && !known.Any(k => k != before && k.From >= before.To && k.From < fresh.To))
            {
                before.Extend(fresh.To);
                continue;
            }

            var added = new ActivityInterval(reading, fresh);
            known.Add(added);
            db.Add(added);
        }
    }
}
