using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Experts;

/// <summary>Says what an expert is qualified for; a new level holds from now on, and earlier readings keep theirs.</summary>
[Needs(LabellingRights.ManageExperts)]
internal sealed class EditExpert(PirogovDb db, IAgenda agenda, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    /// <param name="PractisingSince">The first year of practice.</param>
    /// <param name="Centres">Whose cases are the expert's own beside those of the organisation.</param>
    public sealed record Request(
        Specialty? Specialty, string? Subspecialty, int? PractisingSince, QualificationLevel? Level, IReadOnlyList<ReferenceCentreId>? Centres, Availability? Availability);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/experts/{id}", (EditExpert use, Guid id, Request request, CancellationToken cancellation) =>
        use.Handle(id, request, cancellation).ToHttp()).Needs(typeof(EditExpert)).WithName("editExpert").WithSummary("Changes an expert's qualification and availability.");

    public async Task<Outcome<Done>> Handle(Guid id, Request request, CancellationToken cancellation)
    {
        if (!await db.Set<Account>().AnyAsync(a => a.Id == id && a.Roles.Any(r => r.Role == Role.Expert), cancellation))
            return new NotFound("expert");
        var known = (await agenda.Centres(cancellation)).Select(c => c.Id).ToHashSet();
        if ((request.Centres ?? []).Any(c => !known.Contains(c)))
            return new NotFound("reference-centre");
        var (profile, now) = (await db.Set<ExpertProfile>().SingleOrDefaultAsync(p => p.AccountId == id, cancellation), time.Now());
        if (profile is null)
            db.Add(profile = new(id));
        var (before, had) = (profile.Level, profile.Centres);
        if (profile.Qualify(request.Specialty, request.Subspecialty, request.PractisingSince, request.Level, request.Centres ?? [], now) is { } unfit)
            return unfit;
        if (request.Availability is { } availability && profile.BeAvailable(availability, now) is { } unavailable)
            return unavailable;
        if (before != request.Level)
            db.Add(new QualificationPeriod(id, request.Level, now));
        audit.Note("labelling.expert-edited", "account", id, new { request.Specialty, request.Level });
        if (had.Except(profile.Centres).Any())
            await OfferWaiting(id, cancellation);
        return await db.TrySave(cancellation) is { } overtaken ? overtaken : Done.Value;
    }

    /// <summary>Cases of a centre that is not the expert's own any more may have waited for just this. Joins the caller's next <c>SaveChanges</c>.</summary>
    private async Task OfferWaiting(Guid id, CancellationToken cancellation)
    {
        var projects = await db.Set<LabellingProject>().AsNoTracking().Where(p => (p.State == ProjectState.Running || p.State == ProjectState.Paused)
            && p.Members.Any(m => m.AccountId == id && m.Mode != ReadingMode.Read && m.Standing == MemberStanding.Admitted)).ToArrayAsync(cancellation);
        foreach (var project in projects.Where(p => !p.Terms.OwnCentre))
            jobs.Enqueue<OfferWork, OfferWork.Payload>(new(project.Id), "labelling-project", project.Id);
    }
}

/// <summary>An expert's own page: who they are here, and when they have time, which they say themselves.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class OwnProfile(PirogovDb db, CurrentActor actor, ExpertPages pages, PersonLock persons, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/expert", (OwnProfile use, CancellationToken cancellation) => use.See(cancellation).ToHttp())
            .Needs(typeof(OwnProfile)).WithName("getOwnExpertProfile").WithSummary("The signed-in expert's qualification, availability and exam results.");
        api.MapPut("/expert/availability", (OwnProfile use, Availability request, CancellationToken cancellation) => use.BeAvailable(request, cancellation).ToHttp())
            .Needs(typeof(OwnProfile)).WithName("setOwnAvailability").WithSummary("Says how many hours a week, on which days not, and how many open readings at one time.");
    }

    public async Task<Outcome<ExpertPage>> See(CancellationToken cancellation) =>
        await pages.Of(actor.Actor.AccountId, cancellation) is { } page ? page : new NotFound("expert");

    public async Task<Outcome<Done>> BeAvailable(Availability request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await persons.Take(me, cancellation);
        var profile = await db.Set<ExpertProfile>().SingleAsync(p => p.AccountId == me, cancellation);
        if (profile.BeAvailable(request, time.Now()) is { } refusal)
            return refusal;
        audit.Note("labelling.availability-changed", "account", me);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return Done.Value;
    }
}
