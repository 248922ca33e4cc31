using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Effort;

/// <summary>A stretch of time in which a person worked on a reading, by the server's clock. One person's never overlap: nobody works on two at once.</summary>
internal sealed class ActivityInterval
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public Guid AccountId { get; private set; }
    public ReadingId ReadingId { get; private set; }
    public ProjectId ProjectId { get; private set; }
    public DateTimeOffset From { get; private set; }
    public DateTimeOffset To { get; private set; }

    private ActivityInterval()
    {
    }

    public ActivityInterval(Reading reading, Stretch stretch) =>
        (AccountId, ReadingId, ProjectId, From, To) = (reading.AccountId, reading.Id, reading.ProjectId, stretch.From, stretch.To);

    public Stretch Stretch => new(From, To);

    public void Extend(DateTimeOffset to) => To = to;
}

/// <summary>Half-open: <paramref name="To"/> is its first moment no more.</summary>
internal readonly record struct Stretch(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To > From ? To - From : TimeSpan.Zero;

    public Stretch Within(DateTimeOffset from, DateTimeOffset to) => new(From > from ? From : from, To < to ? To : to);

    /// <summary>What of it none of the others covers, in order.</summary>
    public IReadOnlyList<Stretch> Without(IEnumerable<Stretch> others)
    {
        var (left, at) = (new List<Stretch>(), From);
        foreach (var other in others.Where(o => o.Length > TimeSpan.Zero).OrderBy(o => o.From))
        {
            if (other.From > at && at < To)
                left.Add(new(at, other.From < To ? other.From : To));
            at = other.To > at ? other.To : at;
        }

        if (at < To)
            left.Add(new(at, To));
        return left;
    }
}

/// <summary>Sums of active time.</summary>
internal sealed class ActiveTime(PirogovDb db)
{
    public async Task<TimeSpan> Of(Guid person, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var some = await db.Set<ActivityInterval>().AsNoTracking().Where(i => i.AccountId == person && i.To > from && i.From < to)
            .Select(i => new Stretch(i.From, i.To)).ToArrayAsync(cancellation);
        return some.Aggregate(TimeSpan.Zero, (sum, s) => sum + s.Within(from, to).Length);
    }

    /// <returns>Reading → time; readings without any are left out.</returns>
    public static async Task<IReadOnlyDictionary<ReadingId, TimeSpan>> PerReading(IQueryable<ActivityInterval> intervals, CancellationToken cancellation)
    {
        var some = await intervals.AsNoTracking().Select(i => new { i.ReadingId, i.From, i.To }).ToArrayAsync(cancellation);
        return some.GroupBy(i => i.ReadingId).ToDictionary(g => g.Key, g => g.Aggregate(TimeSpan.Zero, (sum, i) => sum + (i.To - i.From)));
    }
}
