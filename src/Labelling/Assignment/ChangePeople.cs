using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

internal sealed record NobodyIsLeft(ReadingMode Mode) : Refusal("labelling.nobody-is-left", 409);

internal sealed record PersonCannotRead() : Refusal("labelling.person-cannot-read", 409);

/// <summary>Brings people into a running project and takes them out; what they have open goes on to others.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ChangePeople(
    PirogovDb db, Replacement replacement, Rounds rounds, JobQueue jobs, EventOutbox outbox, AuditTrail audit, TimeProvider time)
{
    /// <param name="Level">The validation level from 1; 0 for readers and adjudicators.</param>
    public sealed record JoinRequest(Guid AccountId, ReadingMode Mode = ReadingMode.Read, int Level = 0);

    /// <param name="AccountId">None: whoever has the least work; in a queue, whoever asks next.</param>
    public sealed record ReassignRequest(Guid? AccountId = null);

    /// <summary>Somebody to whom a reading may be given.</summary>
    public sealed record Candidate(Guid AccountId, string Name, int Open);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/readings/{readingId}/candidates",
            (ChangePeople use, ProjectId id, ReadingId readingId, CancellationToken cancellation) => use.Candidates(id, readingId, cancellation).ToHttp())
            .Needs(typeof(ChangePeople)).WithName("listReassignCandidates").WithSummary("Those to whom an open reading may be given, with their open work in the project.");
        api.MapPost("/labelling-projects/{id}/people", (ChangePeople use, ProjectId id, JoinRequest request, CancellationToken cancellation) => use.Join(id, request, cancellation).ToHttp())
            .Needs(typeof(ChangePeople)).WithName("addProjectMember").WithSummary("Brings a person into the project.");
        api.MapPost("/labelling-projects/{id}/people/{accountId}/remove", (ChangePeople use, ProjectId id, Guid accountId, CancellationToken cancellation) => use.Remove(id, accountId, cancellation).ToHttp())
            .Needs(typeof(ChangePeople)).WithName("removeProjectMember").WithSummary("Takes a person out: open work goes on to others, finished work stays.");
        api.MapPost("/labelling-projects/{id}/people/{accountId}/admit", (ChangePeople use, ProjectId id, Guid accountId, CancellationToken cancellation) => use.Admit(id, accountId, cancellation).ToHttp())
            .Needs(typeof(ChangePeople)).WithName("admitProjectMember").WithSummary("Lets a person read on: after a pause for quality, or without training.");
        api.MapPost("/labelling-projects/{id}/readings/{readingId}/reassign",
            (ChangePeople use, ProjectId id, ReadingId readingId, ReassignRequest request, CancellationToken cancellation) => use.Reassign(id, readingId, request, cancellation).ToHttp())
            .Needs(typeof(ChangePeople)).WithName("reassignReading").WithSummary("Takes an open reading back and gives it to another.");
    }

    public async Task<Outcome<Done>> Join(ProjectId id, JoinRequest request, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        if (!await db.Set<Account>().AnyAsync(a => a.Id == request.AccountId && !a.IsDisabled && a.Roles.Any(r => r.Role == Role.Expert), cancellation))
            return new NotAnExpert();
        if (project.Join(request.AccountId, request.Mode, request.Level, time.Now()).IsRefused(out var refusal))
            return refusal;
        audit.Note("labelling.person-joined", "labelling-project", id, new { request.AccountId, request.Mode, request.Level });
        jobs.Enqueue<OfferWork, OfferWork.Payload>(new(id), "labelling-project", id);
        return await Save(cancellation) ?? Outcome<Done>.Of(Done.Value);
    }

    public async Task<Outcome<Done>> Admit(ProjectId id, Guid accountId, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation);
        if (project?.Member(accountId) is not { Mode: ReadingMode.Read, Standing: not MemberStanding.Removed } member)
            return new NotFound("labelling-member");
        member.Admit(time.Now());
        audit.Note("labelling.person-admitted", "labelling-project", id, new { accountId });
        return await Save(cancellation) ?? Outcome<Done>.Of(Done.Value);
    }

    public async Task<Outcome<Done>> Remove(ProjectId id, Guid accountId, CancellationToken cancellation)
    {
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            // Two who remove the last two of a part at one moment are to see each other's removal.
            await Turn.Take(db, id, cancellation);
            if (await TakeOut(id, accountId, cancellation) is { } refused)
                return refused;
            await transaction.CommitAsync(cancellation);
        }

        foreach (var reading in await db.Set<Reading>().Where(r => r.ProjectId == id && r.AccountId == accountId && r.State != ReadingState.Submitted && r.State != ReadingState.Locked)
                     .ToArrayAsync(cancellation))
        {
            if (rounds.EndSecondPass(reading))
                continue;
            var slot = reading.Slot;
            reading.Leave(ReasonLeft.Withdrawn, time.Now());
            // Its person saved at this moment: removing them again takes the rest.
            if ((await replacement.Save(reading, slot, null, cancellation)).IsRefused(out var refusal))
                return refusal;
        }

        return await Save(cancellation) ?? Outcome<Done>.Of(Done.Value);
    }

    private async Task<Refusal?> TakeOut(ProjectId id, Guid accountId, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation);
        if (project?.Member(accountId) is not { } member)
            return new NotFound("labelling-member");
        if (member.Standing == MemberStanding.Removed)
            return await db.Set<Reading>().AnyAsync(r => r.ProjectId == id && r.AccountId == accountId && Reading.OpenStates.Contains(r.State), cancellation)
                ? null : new NotFound("labelling-member");
        member.Leave();
        // The last adjudicator and the last of a level are not to be done without: their cases would wait for ever.
        if (member.Mode != ReadingMode.Read && project.Of(member.Mode, member.Level).Count == 0)
            return new NobodyIsLeft(member.Mode);
        audit.Note("labelling.person-removed", "labelling-project", id, new { accountId });
        outbox.Add(new ReaderLeft(id));
        return (await Save(cancellation))?.Refusal;
    }

    public async Task<Outcome<IReadOnlyList<Candidate>>> Candidates(ProjectId id, ReadingId readingId, CancellationToken cancellation)
    {
        if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == readingId && r.ProjectId == id, cancellation) is not { } reading)
            return new NotFound("reading");
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        var able = await replacement.Able(project, reading, cancellation);
        var found = await db.Set<Account>().Where(a => able.Contains(a.Id)).Select(a => new Candidate(a.Id, a.FullName,
            db.Set<Reading>().Count(r => r.ProjectId == id && r.AccountId == a.Id && r.State != ReadingState.Submitted && r.State != ReadingState.Locked))).ToArrayAsync(cancellation);
        // Sorted here and not by the engine: SQLite orders Cyrillic by code points.
        return Outcome<IReadOnlyList<Candidate>>.Of([.. found.OrderBy(c => c.Name, StringComparer.CurrentCulture)]);
    }

    public async Task<Outcome<Done>> Reassign(ProjectId id, ReadingId readingId, ReassignRequest request, CancellationToken cancellation)
    {
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == readingId && r.ProjectId == id, cancellation) is not { } reading)
            return new NotFound("reading");
        if (rounds.EndSecondPass(reading))
            return await Save(cancellation) ?? Outcome<Done>.Of(Done.Value);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        var able = await replacement.Able(project, reading, cancellation);
        if (request.AccountId is { } chosen && !able.Contains(chosen))
            return new PersonCannotRead();
        if (able.Count == 0 && reading.Purpose == ReadingPurpose.Work)
            return new NobodyIsLeft(reading.Mode);
        var slot = reading.Slot;
        if (reading.Leave(ReasonLeft.Withdrawn, time.Now()) is { } refusal)
            return refusal;
        audit.Note("labelling.reading-reassigned", "reading", readingId, new { request.AccountId });
        return await replacement.Save(reading, slot, request.AccountId, cancellation);
    }

    private async Task<Outcome<Done>?> Save(CancellationToken cancellation) => await db.TrySave(cancellation) is { } overtaken ? (Outcome<Done>?)Outcome<Done>.No(overtaken) : null;
}
