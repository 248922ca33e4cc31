using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

internal sealed record NotAvailable(string Reason) : Refusal("labelling.not-available", 409)
{
    public override string WordsKey => "reason.labelling.not-available." + Reason;
}

/// <param name="Until">When the day (UTC) is over.</param>
internal sealed record TimeToRest(string Reason, DateTimeOffset Until) : Refusal("labelling.time-to-rest", 409)
{
    public override string WordsKey => "reason.labelling.time-to-rest." + Reason;
}

/// <summary>Whether a person has room for one more reading now.</summary>
internal sealed class Capacity(PirogovDb db, ActiveTime activeTime, TimeProvider time)
{
    public async Task<Refusal?> Lacks(LabellingProject project, Guid person, CancellationToken cancellation)
    {
        var (now, terms) = (time.Now(), project.Terms);
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var mine = db.Set<Reading>().Where(r => r.AccountId == person && r.Mode == ReadingMode.Read);
        if (terms.MostReadings is { } most && await mine.CountAsync(r => r.ProjectId == project.Id, cancellation) >= most)
            return new NotAvailable("most-readings");
        if (terms.Resting?.Readings is { } readings && await mine.CountAsync(
                r => r.ProjectId == project.Id && (r.State == ReadingState.Submitted || r.State == ReadingState.Locked) && (r.FinishedAt ?? r.ChangedAt) >= today, cancellation) >= readings)
            return new TimeToRest("readings", today.AddDays(1));
        if (terms.Resting?.ActiveMinutes is { } minutes && (await activeTime.Of(person, today, now, cancellation)).TotalMinutes >= minutes)
            return new TimeToRest("minutes", today.AddDays(1));
        var profile = await db.Set<ExpertProfile>().AsNoTracking().SingleOrDefaultAsync(p => p.AccountId == person, cancellation);
        return profile is null ? null : await Lacks(profile.Availability, person, today, now, cancellation);
    }

    private async Task<NotAvailable?> Lacks(Availability availability, Guid person, DateTimeOffset today, DateTimeOffset now, CancellationToken cancellation)
    {
        if (availability.IsOff(DateOnly.FromDateTime(now.UtcDateTime)))
            return new("day-off");
        if (availability.MostOpen is { } most && await db.Set<Reading>().CountAsync(
                r => r.AccountId == person && r.State != ReadingState.Submitted && r.State != ReadingState.Locked
                    && !db.Set<ProjectCase>().Any(c => c.Id == r.ProjectCaseId && c.AsideAt != null), cancellation) >= most)
            return new("most-open");
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        return availability.WeeklyHours is { } hours && (await activeTime.Of(person, monday, now, cancellation)).TotalHours >= hours ? new("weekly-hours") : null;
    }
}
