using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Experts;

internal sealed record ExpertRow(
    Guid AccountId, string Name, string? Organisation, Specialty? Specialty, QualificationLevel? Level, int? Years, bool AwayToday, int Open, int Finished);

/// <param name="Score">From 0 to 1.</param>
internal sealed record ExamView(ProjectId ProjectId, string ProjectName, int Cases, double Score, double Threshold, bool Passed, DateTimeOffset At);

/// <param name="OwnCentres">All whose cases count as own: those of the organisation and those of the profile.</param>
/// <param name="ActiveHoursThisWeek">Since Monday (UTC).</param>
internal sealed record ExpertPage(
    Guid AccountId, string Name, string? Organisation, Specialty? Specialty, string Subspecialty, int? PractisingSince, int? Years, QualificationLevel? Level,
    IReadOnlyList<ReferenceCentreId> Centres, IReadOnlyList<ReferenceCentreId> OwnCentres, Availability Availability, IReadOnlyList<ExamView> Exams,
    double ActiveHoursThisWeek, DateTimeOffset? ChangedAt);

/// <summary>Experts with what is known of them.</summary>
[Needs(LabellingRights.ManageExperts)]
internal sealed class SeeExperts(PirogovDb db, ExpertPages pages, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/experts", (SeeExperts use, string? text, EnumWord<Specialty>? specialty, int? page, int? size, CancellationToken cancellation) =>
            use.List(text, specialty?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeExperts)).WithName("listExperts").WithSummary("Experts with their qualification and load.");
        api.MapGet("/experts/{id}", (SeeExperts use, Guid id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeExperts)).WithName("getExpert").WithSummary("An expert's qualification, availability and exam results.");
    }

    public async Task<Page<ExpertRow>> List(string? text, Specialty? specialty, int page, int size, CancellationToken cancellation)
    {
        var (now, folded) = (time.Now(), text?.Trim().ToUpperInvariant());
        var found = await (
            from a in db.Set<Account>().AsNoTracking()
            from o in db.Set<Organisation>().Where(o => o.Id == a.OrganisationId).DefaultIfEmpty()
            from p in db.Set<ExpertProfile>().Where(p => p.AccountId == a.Id).DefaultIfEmpty()
            where !a.IsDisabled && a.Roles.Any(r => r.Role == Role.Expert) && (specialty == null || p.Specialty == specialty)
                && (string.IsNullOrEmpty(folded) || a.NormalizedFullName.Contains(folded))
            orderby a.NormalizedFullName, a.Id
            select new { a.Id, a.FullName, Organisation = o == null ? null : o.Name, Profile = p }).ToPage(page, size, cancellation);
        var ids = found.Items.Select(f => f.Id).ToArray();
        var loads = await db.Set<Reading>().Where(r => ids.Contains(r.AccountId)).GroupBy(r => r.AccountId)
            .Select(g => new { g.Key, Open = g.Count(r => r.State != ReadingState.Submitted && r.State != ReadingState.Locked), All = g.Count() })
            .ToDictionaryAsync(g => g.Key, cancellation);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        return new([.. found.Items.Select(f => new ExpertRow(f.Id, f.FullName, f.Organisation, f.Profile?.Specialty, f.Profile?.Level, f.Profile?.YearsAt(now),
            f.Profile?.Availability.IsOff(today) == true, loads.GetValueOrDefault(f.Id)?.Open ?? 0,
            loads.TryGetValue(f.Id, out var load) ? load.All - load.Open : 0))], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<ExpertPage>> One(Guid id, CancellationToken cancellation) => await pages.Of(id, cancellation) is { } page ? page : new NotFound("expert");
}

/// <summary>An expert's page, for managers and for the expert.</summary>
internal sealed class ExpertPages(PirogovDb db, OwnCentres centres, ActiveTime activeTime, TimeProvider time)
{
    public async Task<ExpertPage?> Of(Guid id, CancellationToken cancellation)
    {
        var account = await (
            from a in db.Set<Account>().AsNoTracking()
            from o in db.Set<Organisation>().Where(o => o.Id == a.OrganisationId).DefaultIfEmpty()
            where a.Id == id && a.Roles.Any(r => r.Role == Role.Expert)
            select new { a.FullName, Organisation = o == null ? null : o.Name }).SingleOrDefaultAsync(cancellation);
        if (account is null)
            return null;
        var now = time.Now();
        var profile = await db.Set<ExpertProfile>().AsNoTracking().SingleOrDefaultAsync(p => p.AccountId == id, cancellation) ?? new ExpertProfile(id);
        var exams = await (
            from e in db.Set<Exam>().AsNoTracking()
            join p in db.Set<LabellingProject>() on e.ProjectId equals p.Id
            where e.AccountId == id
            orderby e.At descending
            select new ExamView(p.Id, p.Name, e.Cases, e.Score, e.Threshold, e.Passed, e.At)).ToArrayAsync(cancellation);
        var own = (await centres.Of([id], cancellation)).GetValueOrDefault(id);
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var week = await activeTime.Of(id, today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), now, cancellation);
        return new(id, account.FullName, account.Organisation, profile.Specialty, profile.Subspecialty, profile.PractisingSince, profile.YearsAt(now), profile.Level,
            profile.Centres, [.. own ?? new HashSet<ReferenceCentreId>()], profile.Availability, exams, week.TotalHours, profile.ChangedAt);
    }
}
