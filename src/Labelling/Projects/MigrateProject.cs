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

/// <summary>
/// Leads a running project to the next published version of its schema. Drafts get it by a revision of their own; readings that are handed in stay
/// as they are under their version and are brought over whenever they are compared, and so is what was decided. Comparisons are made again in the
/// words of the new version, one job for each case. A project of many cases is led over by a job.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class MigrateProject(PirogovDb db, MigrationPlans plans, CarryLabels carry, VersionedDocuments versioned, ProjectWork work)
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

    /// <param name="Drafts">That got a new revision; of a job's, its result tells.</param>
    public sealed record Response(SchemaVersionId To, int? Drafts, int? Pending, JobId? JobId = null) : IDoneOrQueued;

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/migration", (MigrateProject use, ProjectId id, CancellationToken cancellation) => use.Look(id, cancellation).ToHttp())
            .Needs(typeof(MigrateProject)).WithName("previewMigration").WithSummary("What the next version of the schema would do to a project's labels.");
        api.MapPost("/labelling-projects/{id}/migration", (MigrateProject use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToDoneOrQueued())
            .Needs(typeof(MigrateProject)).WithName("migrateProject").WithSummary("Leads a project to the next version of its schema: at once, or, when it has many cases, by a job that the answer names.");
    }

    public async Task<Outcome<Preview>> Look(ProjectId id, CancellationToken cancellation)
    {
        if ((await plans.Of(id, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        var (moved, dropped, waiting, unheld) = (new Dictionary<string, int>(), new Dictionary<string, int>(), new Dictionary<string, int>(), 0);
        var related = new List<KeyValuePair<string, (int Moved, int Dropped)>>();
        var parts = new List<KeyValuePair<SchemaPart, (int Moved, int Dropped)>>();
        foreach (var saved in plan!.Open)
        {
            var made = await plans.Carried(plan, saved.DocumentMd5, isLocked: false, cancellation);
            Sum(moved, made.Moved);
            Sum(dropped, made.Dropped);
            Sum(waiting, made.Pending.GroupBy(p => p.Class).ToDictionary(g => g.Key, g => g.Count()));
            related.AddRange(made.Relations);
            parts.AddRange(made.Parts);
            unheld += made.Unheld;
        }

        var (before, changes) = (plan.From.Content, plan.Changes);
        var rows = before.Classes.Select(c => ClassRow(c.Id, changes.Classes.FirstOrDefault(m => m.From == c.Id))).Concat(before.Questions.Select(q => QuestionRow(q.Id, changes.Questions.FirstOrDefault(m => m.From == q.Id))))
            .Select(r => r with { Moved = moved.GetValueOrDefault(r.From), Dropped = dropped.GetValueOrDefault(r.From), Pending = waiting.GetValueOrDefault(r.From) });
        var relations = (before.Relations ?? []).Select(r => RelationRowOf(r.Id, changes, related.Where(x => x.Key == r.Id).Select(x => x.Value).ToArray()));
        var decided = (await (from c in db.Set<ProjectCase>()
                              join x in db.Set<Consensus>().AsNoTracking() on c.Id equals x.ProjectCaseId
                              where c.ProjectId == id && (c.State == ProjectCaseState.Validation || c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released)
                              select x).ToArrayAsync(cancellation)).GroupBy(x => x.ProjectCaseId).Select(g => g.MaxBy(x => x.Number)!).ToArray();
        var reopened = (await versioned.NeedPerson(decided, plan.To.Id, cancellation)).Count;
        return new Preview(plan.To.Id, plan.To.Number, plan.Open.Count, plan.Locked.Count, decided.Length, reopened, waiting.Values.Sum(), unheld, [.. rows], [.. relations],
            [.. MigratedParts.Rows(before, changes, parts)], plan.Thresholds());
    }

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if ((await plans.Of(id, cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        var to = plan!.To.Id;
        var all = await db.Set<ProjectCase>().CountAsync(c => c.ProjectId == id, cancellation);
        if (!work.IsLarge(all))
            return await AtOnce(plan, cancellation);
        if ((await work.Queue<LeadToNextVersion, LeadToNextVersion.Payload>(id, new(id, to), "labelling.migration-asked-for", new { To = to, Cases = all }, cancellation)).IsRefused(out refusal, out var job))
            return refusal;
        return new Response(to, null, null, job);
    }

    private async Task<Outcome<Response>> AtOnce(MigrationPlan plan, CancellationToken cancellation)
    {
        var (id, to) = (plan.Project.Id, plan.To.Id);
        if ((await carry.Prepare(plan, Quietly, cancellation)).IsRefused(out var refusal))
            return refusal;
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await work.UnderWay(id, cancellation) is { } other)
            return other;
        try
        {
            if ((await carry.Write(id, to, Quietly, cancellation)).IsRefused(out refusal, out var counts))
                return refusal;
            await transaction.CommitAsync(cancellation);
            return new Response(to, counts!.Drafts, counts.Pending);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // Somebody saved meanwhile; nothing of the migration is kept, and it can be asked for again.
            return new Conflict();
        }

        static Task Quietly(int done, int of) => Task.CompletedTask;
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
