using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Projects;

internal sealed record ProjectRow(
    ProjectId Id, string Name, ProjectState State, string SchemaName, int Cases, int Validated, DateTimeOffset CreatedAt, DateTimeOffset? DueAt);

internal sealed record PersonLoad(Guid AccountId, string Name, ReadingMode Mode, int Level, int Offered, int InWork, int Done);

internal sealed record ReleaseRow(ReleaseId Id, int Number, DateTimeOffset ReleasedAt, int Cases, string Sha256);

/// <param name="Kind">StartLabelling, AddToProject or LeadToNextVersion.</param>
internal sealed record WorkView(JobId JobId, string Kind, JobState State)
{
    internal bool IsOpen => State is not JobState.Failed;
}

/// <param name="Releasing">The job of the newest release, until it has succeeded or was stopped.</param>
/// <param name="Work">The newest job that starts the project, adds cases to it or leads it to another version, until it has succeeded or was stopped, or has failed a day ago.</param>
internal sealed record ProjectPage(
    ProjectId Id, string Name, ProjectState State, string? ClinicalTask, SchemaView Schema, string Instructions, int ReadersPerCase, int MostReaders,
    double Threshold, IReadOnlyDictionary<string, double> Thresholds, IReadOnlyList<ValidationLevel> Levels, AdjudicationRule Rule,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? DueAt, IReadOnlyDictionary<ProjectCaseState, int> States,
    Page<PersonLoad> People, ProjectAgreement Agreement, IReadOnlyList<ReleaseRow> Releases, JobId? Releasing, WorkView? Work, int Aside)
{
    internal double ThresholdOf(string @class) => Thresholds.GetValueOrDefault(@class, Threshold);
}

internal sealed record SlotView(ReadingMode Mode, ReadingState State);

/// <param name="Dice">Class → Dice; null until both blind readings are locked, and for a manager who may still read the case.</param>
/// <param name="AsideAt">Since when it is in no queue and no release, if a manager has set it aside.</param>
internal sealed record ProjectCaseRow(
    ProjectCaseId Id, CaseId CaseId, string Label, ProjectCaseState State, DateTimeOffset ChangedAt, IReadOnlyList<SlotView> Slots,
    IReadOnlyDictionary<string, double>? Dice, bool? Agreed, ConsensusOrigin? Consensus, int Revisions, DateTimeOffset? AsideAt);

/// <summary>A manager's view: who is how far and how the readers agree; nobody's labels.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeProjects(PirogovDb db, OwnPart own, IAgenda agenda, AgreementSums agreement, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects", (SeeProjects use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeProjects)).WithName("listLabellingProjects").WithSummary("Labelling projects, the newest first.");
        api.MapGet("/labelling-projects/{id}", (SeeProjects use, ProjectId id, int? page, int? size, CancellationToken cancellation) =>
            use.One(id, cancellation, page ?? 1, size ?? Page.DefaultSize).ToHttp())
            .Needs(typeof(SeeProjects)).WithName("getLabellingProject").WithSummary("A project's progress and agreement, and a page of its people.");
        api.MapGet("/labelling-projects/{id}/cases", (SeeProjects use, ProjectId id, EnumWord<ProjectCaseState>? state, bool? aside, int? page, int? size, CancellationToken cancellation) =>
            use.Cases(id, state?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation, aside))
            .Needs(typeof(SeeProjects)).WithName("listProjectCases").WithSummary("A project's cases with the state of their readings.");
    }

    public async Task<Page<ProjectRow>> List(int page, int size, CancellationToken cancellation) => await (
        from p in db.Set<LabellingProject>().AsNoTracking()
        orderby p.CreatedAt descending
        select new ProjectRow(p.Id, p.Name, p.State,
            db.Set<LabellingSchema>().Where(s => s.Versions.Any(v => v.Id == p.SchemaVersionId)).Select(s => s.Name).First(), db.Set<ProjectCase>().Count(c => c.ProjectId == p.Id && !c.IsGold),
            db.Set<ProjectCase>().Count(c => c.ProjectId == p.Id && (c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released)),
            p.CreatedAt, p.DueAt)).ToPage(page, size, cancellation);

    /// <param name="page">Of its people.</param>
    public async Task<Outcome<ProjectPage>> One(ProjectId id, CancellationToken cancellation, int page = 1, int size = Page.DefaultSize)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var version = schema.Versions.Single(v => v.Id == project.SchemaVersionId);
        var states = await db.Set<ProjectCase>().Where(c => c.ProjectId == id && !c.IsGold).GroupBy(c => c.State).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var task = project.ClinicalTaskId is { } taskId ? await agenda.FindTask(taskId, cancellation) : null;
        var releases = await db.Set<Release>().AsNoTracking().Where(r => r.ProjectId == id).OrderByDescending(r => r.Number)
            .Select(r => new ReleaseRow(r.Id, r.Number, r.ReleasedAt, r.Cases.Count, r.Sha256)).ToArrayAsync(cancellation);
        return new ProjectPage(id, project.Name, project.State, task?.Title, SchemaView.Of(schema, version), project.Instructions, project.ReadersPerCase,
            project.MostReaders, project.Threshold, project.Thresholds, project.Levels,
            project.Rule, project.CreatedAt, project.StartedAt, project.DueAt, states, await People(project, page, size, cancellation),
            await agreement.Of(id, version.Content, cancellation), releases, await Releasing(id, cancellation), await Work(id, cancellation),
            await db.Set<ProjectCase>().CountAsync(c => c.ProjectId == id && !c.IsGold && c.AsideAt != null, cancellation));
    }

    private async Task<JobId?> Releasing(ProjectId id, CancellationToken cancellation)
    {
        var subject = id.ToString();
        var newest = await db.Set<JobRecord>().AsNoTracking().Where(j => j.SubjectKind == "labelling-project" && j.SubjectId == subject && j.Kind == nameof(FreezeRelease))
            .OrderByDescending(j => j.Id).Select(j => new { j.Id, j.State }).FirstOrDefaultAsync(cancellation);
        return newest is null or { State: JobState.Succeeded or JobState.Cancelled } ? null : newest.Id;
    }

    private async Task<WorkView?> Work(ProjectId id, CancellationToken cancellation)
    {
        var newest = await ProjectWork.Of(db, id).OrderByDescending(j => j.Id).Select(j => new { j.Id, j.Kind, j.State, j.EndedAt }).FirstOrDefaultAsync(cancellation);
        return newest is null or { State: JobState.Succeeded or JobState.Cancelled } || newest.EndedAt < time.Now().AddDays(-1) ? null : new(newest.Id, newest.Kind, newest.State);
    }

    /// <param name="aside">Only those that are set aside, or only the others.</param>
    public async Task<Page<ProjectCaseRow>> Cases(ProjectId id, ProjectCaseState? state, int page, int size, CancellationToken cancellation, bool? aside = null)
    {
        var found = await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == id && (state == null ? !c.IsGold : c.State == state) && (aside == null || aside == (c.AsideAt != null)))
            .OrderBy(c => c.Label).ToPage(page, size, cancellation);
        var ids = found.Items.Select(c => c.Id).ToArray();
        var readings = (await db.Set<Reading>().AsNoTracking().Where(r => ids.Contains(r.ProjectCaseId)).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectCaseId);
        var blind = own.Blind(id);
        var compared = await db.Set<Comparison>().AsNoTracking().Where(c => ids.Contains(c.ProjectCaseId) && c.IsCurrent && !blind.Contains(c.ProjectCaseId)).ToDictionaryAsync(c => c.ProjectCaseId, cancellation);
        var consensus = (await db.Set<Consensus>().AsNoTracking().Where(c => ids.Contains(c.ProjectCaseId)).ToArrayAsync(cancellation)).ToLookup(c => c.ProjectCaseId);
        return new([.. found.Items.Select(c => new ProjectCaseRow(c.Id, c.CaseId, c.Label, c.State, c.ChangedAt,
            [.. readings[c.Id].OrderBy(r => r.Mode).ThenBy(r => r.Slot).Select(r => new SlotView(r.Mode, r.State))],
            compared.GetValueOrDefault(c.Id)?.Figures.Dice, compared.GetValueOrDefault(c.Id)?.Agreed,
            consensus[c.Id].MaxBy(x => x.Number)?.Origin, consensus[c.Id].Count(), c.AsideAt))], found.Number, found.Size, found.Total);
    }

    private async Task<Page<PersonLoad>> People(LabellingProject project, int page, int size, CancellationToken cancellation)
    {
        var ids = project.Members.Select(m => m.AccountId).ToArray();
        var names = await db.Set<Account>().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        // Sorted here and not by the engine: SQLite orders Cyrillic by code points.
        var shown = Page.Of([.. project.Members.OrderBy(m => m.Mode).ThenBy(m => m.Level).ThenBy(m => names.GetValueOrDefault(m.AccountId, ""), StringComparer.CurrentCulture).ThenBy(m => m.AccountId)], page, size);
        var people = shown.Items.Select(m => m.AccountId).ToArray();
        var counts = await db.Set<Reading>().Where(r => r.ProjectId == project.Id && people.Contains(r.AccountId)).GroupBy(r => new { r.AccountId, r.State })
            .Select(g => new { g.Key.AccountId, g.Key.State, Count = g.Count() }).ToArrayAsync(cancellation);
        int Of(Guid id, params ReadingState[] states) => counts.Where(c => c.AccountId == id && states.Contains(c.State)).Sum(c => c.Count);
        return shown.Of(p => new PersonLoad(p.AccountId, names.GetValueOrDefault(p.AccountId, ""), p.Mode, p.Level, Of(p.AccountId, ReadingState.Offered),
            Of(p.AccountId, ReadingState.Accepted, ReadingState.Draft, ReadingState.Returned), Of(p.AccountId, ReadingState.Submitted, ReadingState.Locked)));
    }
}
