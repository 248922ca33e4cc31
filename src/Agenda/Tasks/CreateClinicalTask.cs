using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Agenda.Tasks;

[Needs(AgendaRights.EditTasks)]
internal sealed class CreateClinicalTask(PirogovDb db, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ClinicalTaskId Id);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/clinical-tasks",
            (CreateClinicalTask use, ClinicalTaskText request, CancellationToken cancellation) =>
                use.Handle(request, cancellation).ToCreated(r => $"/api/v1/clinical-tasks/{r.Id}"))
        .Needs(typeof(CreateClinicalTask)).WithSummary("Formulate a clinical task");

    public async Task<Outcome<Response>> Handle(ClinicalTaskText request, CancellationToken cancellation)
    {
        var made = ClinicalTask.Create(request, time.Now());
        if (made.IsRefused(out var refusal))
            return refusal;
        db.Add(made.Value);
        audit.Note("agenda.task-created", "clinical-task", made.Value.Id);
        await db.SaveChangesAsync(cancellation);
        return new Response(made.Value.Id);
    }
}
