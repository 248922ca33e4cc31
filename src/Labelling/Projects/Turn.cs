using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Projects;

/// <summary>
/// Makes what happens to one case, or to a project's lots, happen one after another, in whichever process: the row is written as it is and stays
/// locked until the caller's transaction ends. What is counted afterwards, everybody else has committed or not begun.
/// </summary>
internal static class Turn
{
    public static Task Take(PirogovDb db, ProjectCaseId id, CancellationToken cancellation) =>
        db.Set<ProjectCase>().Where(c => c.Id == id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Priority, c => c.Priority), cancellation);

    public static Task Take(PirogovDb db, ProjectId id, CancellationToken cancellation) =>
        db.Set<LabellingProject>().Where(p => p.Id == id).ExecuteUpdateAsync(s => s.SetProperty(p => p.HandedOut, p => p.HandedOut), cancellation);
}
