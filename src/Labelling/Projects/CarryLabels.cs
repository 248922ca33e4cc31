using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Projects;

/// <summary>Labels of readings that are locked would have to be asked about, and the version says no class for them.</summary>
internal sealed record SplitOfLocked(int Readings, string Classes) : Refusal("labelling.split-of-locked", 409);

/// <summary>Told after each step of many.</summary>
internal delegate Task StepsDone(int done, int of);

/// <summary>
/// Carries a project's labels to the next version in two parts. What takes long, reading documents and storing the new ones, is done while everybody
/// works on; what they save meanwhile is done again. What changes the project is one transaction, in the project's turn.
/// </summary>
internal sealed class CarryLabels(
    PirogovDb db, MigrationPlans plans, ICases cases, Documents documents, VersionedDocuments versioned, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    /// <summary>Rows of a step, which are then forgotten: what is held does not grow with the project.</summary>
    private const int Step = 100;

    /// <param name="Pending">With its masks by their hashes.</param>
    private sealed record Carried(StoredObject Document, string CaseSha256, IReadOnlyList<PendingPart> Pending);

    private readonly Dictionary<Guid, Carried> made = [];

    /// <summary>Locked revisions about which nobody has to be asked.</summary>
    private readonly HashSet<Guid> clear = [];

    public sealed record Counts(int Drafts, int Pending);

    /// <summary>Makes what is not made yet; changes nothing of the project.</summary>
    /// <returns>How many documents that took.</returns>
    public async Task<Outcome<int>> Prepare(MigrationPlan plan, StepsDone told, CancellationToken cancellation)
    {
        var locked = plan.AsksAboutLocked ? plan.Locked.Where(l => !clear.Contains(l.RevisionId)).ToArray() : [];
        var open = plan.Open.Where(o => !made.ContainsKey(o.RevisionId)).ToArray();
        var (done, all) = (0, locked.Length + open.Length);
        var (asked, classes) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var one in locked)
        {
            var waiting = (await plans.Carried(plan, one.DocumentMd5, isLocked: true, cancellation)).Pending;
            asked += waiting.Count > 0 ? 1 : 0;
            classes.UnionWith(waiting.Select(p => p.Class));
            clear.Add(one.RevisionId);
            await told(++done, all);
        }

        if (asked > 0)
            return new SplitOfLocked(asked, string.Join(", ", classes));
        foreach (var some in open.Chunk(Step))
        {
            var summaries = (await cases.Find([.. some.Select(o => o.CaseId).Distinct()], cancellation)).ToDictionary(c => c.Id);
            foreach (var one in some)
            {
                made[one.RevisionId] = await Make(plan, one, summaries.GetValueOrDefault(one.CaseId)?.ContentSha256 ?? one.CaseSha256, cancellation);
                await told(++done, all);
            }
        }

        return all;
    }

    /// <summary>In the caller's transaction and the project's turn. Whoever saves for the first time at this moment is either seen here, or sees the new version.</summary>
    /// <returns><see cref="Conflict"/> when somebody saved in between.</returns>
    public async Task<Outcome<Counts>> Write(ProjectId id, SchemaVersionId to, StepsDone told, CancellationToken cancellation)
    {
        if ((await plans.Of(id, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        if (plan!.To.Id != to)
            return new Conflict();
        if ((await Prepare(plan, (_, _) => Task.CompletedTask, cancellation)).IsRefused(out refusal))
            return refusal;
        var compared = await db.Set<Comparison>().Where(c => c.ProjectId == id && c.IsCurrent).Select(c => c.ProjectCaseId).ToArrayAsync(cancellation);
        var (done, all) = (0, plan.Open.Count + compared.Length);
        foreach (var some in plan.Open.Chunk(Step))
        {
            if (!await Save(plan, some, cancellation))
                return new Conflict();
            await told(done += some.Length, all);
        }

        foreach (var some in compared.Chunk(Step))
        {
            foreach (var one in some)
                jobs.Enqueue<CompareAgain, CompareAgain.Payload>(new(one), "labelling-case", one);
            await Flush(cancellation);
            await told(done += some.Length, all);
        }

        return await Finish(plan, cancellation);
    }

    private async Task<Carried> Make(MigrationPlan plan, SavedReading one, string caseSha256, CancellationToken cancellation)
    {
        var carried = await plans.Carried(plan, one.DocumentMd5, isLocked: false, cancellation);
        var (document, masks) = StoredMasks.Of(carried.Document);
        await documents.Keep(masks, cancellation);
        var pending = new List<PendingPart>(carried.Pending.Count);
        foreach (var part in carried.Pending)
            pending.Add(await versioned.Store(part, cancellation));
        return new(await documents.Put(document, cancellation), caseSha256, pending);
    }

    /// <returns>False when somebody was faster.</returns>
    private async Task<bool> Save(MigrationPlan plan, SavedReading[] some, CancellationToken cancellation)
    {
        var ids = some.Select(s => s.Id).ToArray();
        var readings = await db.Set<Reading>().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, cancellation);
        foreach (var one in some)
        {
            var ready = made[one.RevisionId];
            if (!readings.TryGetValue(one.Id, out var reading) || reading.Save(one.Revision, ready.Document, plan.To.Id, ready.CaseSha256, time.Now()) is not { Refusal: null, Value: var saved })
                return false;
            db.Add(saved);
            db.AddRange(ready.Pending.Select(p => new PendingLabel(one.Id, plan.To.Id, p)));
        }

        await Flush(cancellation);
        return true;
    }

    private async Task<Counts> Finish(MigrationPlan plan, CancellationToken cancellation)
    {
        var (id, counts) = (plan.Project.Id, new Counts(plan.Open.Count, plan.Open.Sum(o => made[o.RevisionId].Pending.Count)));
        (await db.Set<LabellingProject>().SingleAsync(p => p.Id == id, cancellation)).Use(plan.To.Id, plan.Thresholds());
        foreach (var control in await db.Set<GoldScore>().Where(s => s.ProjectId == id && s.Purpose == ReadingPurpose.Control).Select(s => s.ReadingId).ToArrayAsync(cancellation))
            jobs.Enqueue<ScoreReading, ScoreReading.Payload>(new(control), "reading", control);
        audit.Note("labelling.project-migrated", "labelling-project", id, new { To = plan.To.Id, counts.Drafts, counts.Pending });
        await db.SaveChangesAsync(cancellation);
        return counts;
    }

    private async Task Flush(CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
