using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Agenda.Tasks;

/// <summary>Changes a task, unless somebody else has since the caller read it.</summary>
[Needs(AgendaRights.EditTasks)]
internal sealed class EditClinicalTask(PirogovDb db, AuditTrail audit, TimeProvider time)
{
    /// <param name="Revision">As it was read.</param>
    public sealed record Request(int Revision, ClinicalTaskText Task);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/clinical-tasks/{id}",
            (EditClinicalTask use, ClinicalTaskId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(EditClinicalTask)).WithSummary("Change a clinical task");

    public async Task<Outcome<Done>> Handle(ClinicalTaskId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<ClinicalTask>().SingleOrDefaultAsync(t => t.Id == id, cancellation) is not { } task)
            return new NotFound("clinical-task");
        if (task.Revision != request.Revision)
            return new Conflict();
        if (task.Describe(request.Task, time.Now()) is { } refusal)
            return refusal;
        audit.Note("agenda.task-changed", "clinical-task", id, new { task.Revision });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
