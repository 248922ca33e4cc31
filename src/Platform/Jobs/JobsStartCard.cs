using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Jobs;

/// <summary>One's own jobs that run or have failed.</summary>
internal sealed class JobsStartCard(PirogovDb db, Localizer words) : IStartCard
{
    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        var counts = await db.Set<JobRecord>().AsNoTracking().Where(j => j.RequestedBy == actor.AccountId)
            .GroupBy(j => j.State).Select(g => new { State = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.State, g => g.Count, cancellation);
        var open = new[] { JobState.Queued, JobState.Running, JobState.Retrying }.Sum(s => counts.GetValueOrDefault(s));
        var failed = counts.GetValueOrDefault(JobState.Failed);
        if (open + failed == 0)
            return [];
        var detail = string.Join(" ", new[] { open > 0 ? words.Plural("platform.start.jobs-open", open) : "", failed > 0 ? words.Plural("platform.start.jobs-failed", failed) : "" }).Trim();
        return [new("platform-jobs", words["platform.jobs.title"], detail, words["platform.start.jobs-action"], "/jobs") { Count = open + failed, IsUrgent = failed > 0, Order = 200 }];
    }
}
