using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Projects;

/// <summary>
/// A manager may have a part of their own in a project. What a manager is shown must not make it less blind: who reads learns nothing of the labels of a
/// case that may still want a reader, and who decides does not learn whose labels they decide about.
/// </summary>
internal sealed class OwnPart(PirogovDb db, CurrentActor actor)
{
    private static readonly ProjectCaseState[] wantReaders = [ProjectCaseState.Planned, ProjectCaseState.Reading, ProjectCaseState.Comparing];

    private Guid Me => actor.Actor.AccountId;

    public Task<bool> Reads(ProjectId project, CancellationToken cancellation) =>
        db.Set<ProjectMember>().AnyAsync(m => m.ProjectId == project && m.AccountId == Me && m.Mode == ReadingMode.Read, cancellation);

    public Task<bool> Decides(ProjectId project, CancellationToken cancellation) =>
        db.Set<ProjectMember>().AnyAsync(m => m.ProjectId == project && m.AccountId == Me && m.Mode != ReadingMode.Read, cancellation);

    /// <returns>Cases of whose labels the person may know nothing yet; none for who does not read in the project.</returns>
    public IQueryable<ProjectCaseId> Blind(ProjectId project) => db.Set<ProjectCase>()
        .Where(c => c.ProjectId == project && wantReaders.Contains(c.State)
            && db.Set<ProjectMember>().Any(m => m.ProjectId == project && m.AccountId == Me && m.Mode == ReadingMode.Read)).Select(c => c.Id);

    public Task<bool> IsBlindTo(ProjectCase one, CancellationToken cancellation) => Blind(one.ProjectId).AnyAsync(c => c == one.Id, cancellation);
}
