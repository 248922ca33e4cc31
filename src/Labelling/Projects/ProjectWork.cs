using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal sealed record StartIsUnderWay() : Refusal("labelling.start-is-under-way", 409);

internal sealed record AddingIsUnderWay() : Refusal("labelling.adding-is-under-way", 409);

internal sealed record MigrationIsUnderWay() : Refusal("labelling.migration-is-under-way", 409);

/// <summary>
/// Up to how many cases an act on a project is done in the request that asks for it: so many take about as long as a page does, and who asked, often a
/// program, has the outcome at once. Beyond it people need a bar and a way to stop.
/// </summary>
internal sealed record AtOnce(int Cases)
{
    public const int Usual = 200;

    public static AtOnce From(IConfiguration configuration) => new(configuration.GetValue("Labelling:CasesAtOnce", Usual));
}

/// <summary>Acts on all cases of a project that a job does when they are many: one at a time.</summary>
internal sealed class ProjectWork(PirogovDb db, JobQueue jobs, AtOnce atOnce, AuditTrail audit)
{
    private const string Subject = "labelling-project";

    private static readonly Dictionary<string, Func<Refusal>> kinds = new()
    {
        [nameof(StartLabelling)] = () => new StartIsUnderWay(),
        [nameof(AddToProject)] = () => new AddingIsUnderWay(),
        [nameof(LeadToNextVersion)] = () => new MigrationIsUnderWay(),
    };

    public bool IsLarge(long cases) => cases > atOnce.Cases;

    /// <summary>Is asked in the project's turn.</summary>
    public async Task<Refusal?> UnderWay(ProjectId id, CancellationToken cancellation) => await Of(db, id)
        .Where(j => j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying).Select(j => j.Kind)
        .FirstOrDefaultAsync(cancellation) is { } kind ? kinds[kind]() : null;

    /// <param name="action">That somebody asked for it; that it is done, the job notes.</param>
    public async Task<Outcome<JobId>> Queue<TJob, TPayload>(ProjectId id, TPayload payload, string action, object details, CancellationToken cancellation) where TJob : DurableJob<TPayload>
    {
        // Two who press the button at one moment see each other's job.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await UnderWay(id, cancellation) is { } other)
            return other;
        var job = jobs.Enqueue<TJob, TPayload>(payload, Subject, id);
        audit.Note(action, Subject, id, details);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return job;
    }

    /// <returns>Jobs of these acts.</returns>
    public static IQueryable<JobRecord> Of(PirogovDb db, ProjectId id)
    {
        var (subject, names) = (id.ToString(), kinds.Keys.ToArray());
        return db.Set<JobRecord>().AsNoTracking().Where(j => j.SubjectKind == Subject && j.SubjectId == subject && names.Contains(j.Kind));
    }
}
