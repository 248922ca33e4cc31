using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Gold;

/// <summary>Which case with known labels a person gets, and whether now. Asked under the project's lock.</summary>
internal sealed class GoldDraw(PirogovDb db, ShownPreLabels preLabels, Chance chance)
{
    private const int Millionths = 1_000_000;

    /// <summary>By true chance: a rhythm would be noticed.</summary>
    /// <param name="next">The ordinary case whose turn it is: where readers see pre-labels, what takes its place has them or has them not as it does.</param>
    /// <returns>None when it is an ordinary case's turn, or no control case is left for this person.</returns>
    public async Task<ProjectCase?> Draw(LabellingProject project, Guid person, QualifiedReaders able, ProjectCase next, CancellationToken cancellation)
    {
        if (chance(Millionths) >= project.Terms.Golden.Share * Millionths)
            return null;
        // Who knows a case from the one side never gets it from the other: a control case whose ordinary twin still wants readers is not spent on one of them.
        var wanting = db.Set<ProjectCase>().Where(c => c.ProjectId == project.Id && !c.IsGold && c.AsideAt == null
            && (c.State == ProjectCaseState.Planned || c.State == ProjectCaseState.Reading || c.State == ProjectCaseState.Comparing)).Select(c => c.CaseId);
        var free = await Free(project, person, able, training: false).Where(c => !wanting.Contains(c.CaseId)).ToArrayAsync(cancellation);
        if (project.Passes.Show != PreLabelTime.Never)
        {
            var labelled = await preLabels.Have([.. free.Select(c => c.Id), next.Id], cancellation);
            free = [.. free.Where(c => labelled.Contains(c.Id) == labelled.Contains(next.Id))];
        }

        return free.Length == 0 ? null : free[chance(free.Length)];
    }

    /// <returns>None when the person has read them all.</returns>
    public Task<ProjectCase?> ForTraining(LabellingProject project, Guid person, QualifiedReaders able, CancellationToken cancellation) =>
        Free(project, person, able, training: true).OrderBy(c => c.Label).FirstOrDefaultAsync(cancellation);

    /// <summary>Any number of people read a case with known labels: each has a place of their own.</summary>
    public async Task<int> NextNumber(ProjectCase one, CancellationToken cancellation) =>
        1 + (await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectCaseId == one.Id).MaxAsync(r => (int?)r.Slot, cancellation) ?? 0);

    private IQueryable<ProjectCase> Free(LabellingProject project, Guid person, QualifiedReaders able, bool training)
    {
        var (id, closed) = (project.Id, able.Closed(person).ToArray());
        var known = db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == id && r.AccountId == person).Select(r => r.CaseId);
        return from g in db.Set<GoldCase>()
               join c in db.Set<ProjectCase>() on g.ProjectCaseId equals c.Id
               where g.ProjectId == id && g.IsTraining == training && g.RetiredAt == null && !known.Contains(c.CaseId) && !closed.Contains(c.CentreId)
               select c;
    }
}
