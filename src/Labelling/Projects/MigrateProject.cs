using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal sealed record NoNextVersion() : Refusal("labelling.no-next-version", 409);

/// <summary>Labels of readings that are locked would have to be asked about, and the version says no class for them.</summary>
internal sealed record SplitOfLocked(int Readings, string Classes) : Refusal("labelling.split-of-locked", 409);

/// <summary>
/// Leads a running project to the next published version of its schema. Drafts get it by a revision of their own; readings that are handed in stay
/// as they are under their version and are brought over whenever they are compared, and so is what was decided. Comparisons are made again in the
/// words of the new version, one job for each case.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class MigrateProject(
    PirogovDb db, ICases cases, Documents documents, VersionedDocuments versioned, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    /// <param name="Moved">Labels and answers that go over.</param>
    /// <param name="Pending">Labels that wait for their readers.</param>
    /// <param name="Dropped">Labels and answers that end.</param>
    public sealed record Row(string From, string Change, string? To, int Moved, int Pending, int Dropped);

    /// <param name="Dropped">Relations that end: their type does, an object at one of their ends does, or two between the same objects become one.</param>
    public sealed record RelationRow(string From, string Change, string? To, int Moved, int Dropped);

    /// <param name="Drafts">That get a new revision.</param>
    /// <param name="Locked">Handed in, of cases that are not validated: they stay, and are brought over when they are compared.</param>
    /// <param name="Decided">Cases that have a consensus and are in validation or behind it: it goes over as the version declares.</param>
    /// <param name="Reopened">Of these, cases whose consensus leaves a question to a person: they have to be reopened before they are released.</param>
    /// <param name="Unheld">Answers to attributes that end.</param>
    /// <param name="Parts">Attributes, ways of drawing and options that change, or of which something ends.</param>
    /// <param name="Thresholds">Class of the next version → what its readings must reach; the others need what the project asks of all.</param>
    public sealed record Preview(SchemaVersionId To, int Version, int Drafts, int Locked, int Decided, int Reopened, int Pending, int Unheld, IReadOnlyList<Row> Rows,
        IReadOnlyList<RelationRow> Relations, IReadOnlyList<PartRow> Parts, IReadOnlyDictionary<string, double> Thresholds);

    public sealed record Response(SchemaVersionId To, int Drafts, int Pending);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/migration", (MigrateProject use, ProjectId id, CancellationToken cancellation) => use.Look(id, cancellation).ToHttp())
            .Needs(typeof(MigrateProject)).WithName("previewMigration").WithSummary("What the next version of the schema would do to a project's labels.");
        api.MapPost("/labelling-projects/{id}/migration", (MigrateProject use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
            .Needs(typeof(MigrateProject)).WithName("migrateProject").WithSummary("Leads a project to the next version of its schema.");
    }

    public async Task<Outcome<Preview>> Look(ProjectId id, CancellationToken cancellation)
    {
        if ((await Begin(id, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        var (moved, dropped, waiting, unheld) = (new Dictionary<string, int>(), new Dictionary<string, int>(), new Dictionary<string, int>(), 0);
        var related = new List<KeyValuePair<string, (int Moved, int Dropped)>>();
        var parts = new List<KeyValuePair<SchemaPart, (int Moved, int Dropped)>>();
        foreach (var (_, revision) in plan!.Open)
        {
            var made = await Made(plan, revision.DocumentMd5, isLocked: false, cancellation);
            Sum(moved, made.Moved);
            Sum(dropped, made.Dropped);
            Sum(waiting, made.Pending.GroupBy(p => p.Class).ToDictionary(g => g.Key, g => g.Count()));
            related.AddRange(made.Relations);
            parts.AddRange(made.Parts);
            unheld += made.Unheld;
        }

        var (before, changes) = (plan.From.Content, plan.To.Migration ?? SchemaMigration.None);
        var rows = before.Classes.Select(c => ClassRow(c.Id, changes.Classes.FirstOrDefault(m => m.From == c.Id))).Concat(before.Questions.Select(q => QuestionRow(q.Id, changes.Questions.FirstOrDefault(m => m.From == q.Id))))
            .Select(r => r with { Moved = moved.GetValueOrDefault(r.From), Dropped = dropped.GetValueOrDefault(r.From), Pending = waiting.GetValueOrDefault(r.From) });
        var relations = (before.Relations ?? []).Select(r => RelationRowOf(r.Id, changes, related.Where(x => x.Key == r.Id).Select(x => x.Value).ToArray()));
        var decided = (await (from c in db.Set<ProjectCase>()
                              join x in db.Set<Consensus>().AsNoTracking() on c.Id equals x.ProjectCaseId
                              where c.ProjectId == id && (c.State == ProjectCaseState.Validation || c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released)
                              select x).ToArrayAsync(cancellation)).GroupBy(x => x.ProjectCaseId).Select(g => g.MaxBy(x => x.Number)!).ToArray();
        var reopened = (await versioned.NeedPerson(decided, plan.To.Id, cancellation)).Count;
        return new Preview(plan.To.Id, plan.To.Number, plan.Open.Count, plan.Locked.Count, decided.Length, reopened, waiting.Values.Sum(), unheld, [.. rows], [.. relations],
            [.. MigratedParts.Rows(before, changes, parts)], Thresholds(plan));
    }

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if ((await Begin(id, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        if (await UndecidedLocked(plan!, [], cancellation) is { } undecided)
            return undecided;
        var seen = plan!.Locked.Select(l => l.Revision.Id).ToHashSet();
        db.ChangeTracker.Clear();
        // Whoever saves for the first time at this moment is either seen here, or sees the new version.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if ((await Begin(id, cancellation)).IsRefused(out refusal, out plan))
            return refusal;
        if (await UndecidedLocked(plan!, seen, cancellation) is { } late)
            return late;
        var pending = 0;
        foreach (var (reading, revision) in plan!.Open)
        {
            var made = await Made(plan, revision.DocumentMd5, isLocked: false, cancellation);
            var (document, masks) = StoredMasks.Of(made.Document);
            await documents.Keep(masks, cancellation);
            var summary = await cases.Find(reading.CaseId, cancellation);
            var saved = reading.Save(reading.Revision, await documents.Put(document, cancellation), plan.To.Id, summary?.ContentSha256 ?? revision.CaseSha256, time.Now());
            if (saved.IsRefused(out refusal))
                return refusal;
            db.Add(saved.Value);
            await versioned.Ask(reading.Id, made.Pending.Select(p => new OpenPart(plan.To.Id, p)), cancellation);
            pending += made.Pending.Count;
        }

        plan.Project.Use(plan.To.Id, Thresholds(plan));
        foreach (var one in await db.Set<Comparison>().Where(c => c.ProjectId == id && c.IsCurrent).Select(c => c.ProjectCaseId).ToArrayAsync(cancellation))
            jobs.Enqueue<CompareAgain, CompareAgain.Payload>(new(one), "labelling-case", one);
        foreach (var control in await db.Set<GoldScore>().Where(s => s.ProjectId == id && s.Purpose == ReadingPurpose.Control).Select(s => s.ReadingId).ToArrayAsync(cancellation))
            jobs.Enqueue<ScoreReading, ScoreReading.Payload>(new(control), "reading", control);
        audit.Note("labelling.project-migrated", "labelling-project", id, new { To = plan.To.Id, Drafts = plan.Open.Count, Pending = pending });
        try
        {
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // Somebody saved meanwhile; nothing of the migration is kept, and it can be asked for again.
            return new Conflict();
        }

        return new Response(plan.To.Id, plan.Open.Count, pending);
    }

    private sealed record Plan(
        LabellingProject Project, SchemaVersion From, SchemaVersion To, IReadOnlyList<(Reading Reading, ReadingRevision Revision)> Open, IReadOnlyList<(Reading Reading, ReadingRevision Revision)> Locked);

    private async Task<Outcome<Plan>> Begin(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var from = schema.Versions.Single(v => v.Id == project.SchemaVersionId);
        if (schema.Versions.SingleOrDefault(v => v.Number == from.Number + 1 && v.PublishedAt is not null) is not { } next)
            return new NoNextVersion();
        var waiting = await db.Set<PendingLabel>().CountAsync(p => db.Set<Reading>().Any(r => r.Id == p.ReadingId && r.ProjectId == id && Reading.OpenStates.Contains(r.State)), cancellation);
        if (waiting > 0)
            return new LabelsArePending(waiting);
        var unfinished = db.Set<ProjectCase>().Where(c => c.ProjectId == id && c.State != ProjectCaseState.Validated && c.State != ProjectCaseState.Released).Select(c => c.Id);
        var rows = await (from r in db.Set<Reading>()
                          join v in db.Set<ReadingRevision>() on new { Id = r.Id, Number = r.Revision } equals new { Id = v.ReadingId, v.Number }
                          where r.ProjectId == id && unfinished.Contains(r.ProjectCaseId) && (r.Mode != ReadingMode.Validate || r.Revision > r.OfferedRevision)
                          select new { Reading = r, Revision = v }).ToArrayAsync(cancellation);
        return new Plan(project, from, next, [.. rows.Where(r => r.Reading.IsOpen).Select(r => (r.Reading, r.Revision))], [.. rows.Where(r => !r.Reading.IsOpen && r.Reading.Mode != ReadingMode.Validate).Select(r => (r.Reading, r.Revision))]);
    }

    private async Task<MigratedDocument> Made(Plan plan, string md5, bool isLocked, CancellationToken cancellation) =>
        new MigrateDocument(plan.To.Id, plan.To.Content, plan.To.Migration ?? SchemaMigration.None, isLocked).Apply(await documents.WithRuns(await documents.Load(md5, cancellation), cancellation));

    private async Task<Refusal?> UndecidedLocked(Plan plan, HashSet<Guid> seen, CancellationToken cancellation)
    {
        if (plan.To.Migration?.Classes.Any(c => c.Split is { Otherwise: null }) is not true)
            return null;
        var (readings, classes) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var (_, revision) in plan.Locked.Where(l => !seen.Contains(l.Revision.Id)))
        {
            var open = (await Made(plan, revision.DocumentMd5, isLocked: true, cancellation)).Pending;
            readings += open.Count > 0 ? 1 : 0;
            classes.UnionWith(open.Select(p => p.Class));
        }

        return readings > 0 ? new SplitOfLocked(readings, string.Join(", ", classes)) : null;
    }

    /// <summary>
    /// A class keeps under its new name what its readings must reach, and each class of a split what the whole had to. Of merged ones the strictest holds: who
    /// had to agree more closely about one of them still has to.
    /// </summary>
    private static Dictionary<string, double> Thresholds(Plan plan)
    {
        var (own, changes) = (plan.Project.Thresholds, plan.To.Migration ?? SchemaMigration.None);
        return (from before in plan.From.Content.Classes
                from target in changes.Targets(before.Id)
                where plan.To.Content.Class(target) is not null
                group before.Id by target into same
                where same.Any(own.ContainsKey)
                select same).ToDictionary(g => g.Key, g => g.Max(plan.Project.ThresholdOf));
    }

    private static Row ClassRow(string from, ClassFate? change) => change switch
    {
        null => new(from, "same", from, 0, 0, 0),
        { Split: { } split } => new(from, "split", string.Join(", ", split.Options.Select(o => o.To)), 0, 0, 0),
        { To: { } to } => new(from, "rename", to, 0, 0, 0),
        _ => new(from, "drop", null, 0, 0, 0),
    };

    private static Row QuestionRow(string from, QuestionFate? change) =>
        change is null ? new(from, "same", from, 0, 0, 0) : change.To is { } to ? new(from, "rename", to, 0, 0, 0) : new(from, "drop", null, 0, 0, 0);

    private static RelationRow RelationRowOf(string from, SchemaMigration changes, (int Moved, int Dropped)[] counts)
    {
        var to = changes.Relation(from);
        return new(from, to is null ? "drop" : to == from ? "same" : "rename", to, counts.Sum(c => c.Moved), counts.Sum(c => c.Dropped));
    }

    private static void Sum(Dictionary<string, int> sums, IReadOnlyDictionary<string, int> counts)
    {
        foreach (var (id, count) in counts)
            sums[id] = sums.GetValueOrDefault(id) + count;
    }
}
