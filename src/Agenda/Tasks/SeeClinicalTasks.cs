using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Agenda.Tasks;

/// <summary>Tasks by priority, and one task in full.</summary>
[Needs(AgendaRights.SeeTasks)]
internal sealed class SeeClinicalTasks(PirogovDb db)
{
    public sealed record Row(ClinicalTaskId Id, string Title, DataKind DataKind, string Target, string Metric, int Priority, string Owner, DateTimeOffset ChangedAt);

    public sealed record View(
        ClinicalTaskId Id, int Revision, string Title, DataKind DataKind, string Target, string Question, string Metric, string ExpectedBenefit,
        int Priority, string Owner, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt)
    {
        public ClinicalTaskText Text() => new(Title, DataKind, Target, Question, Metric, ExpectedBenefit, Priority, Owner);
    }

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/clinical-tasks",
                (SeeClinicalTasks use, string? text, EnumWord<DataKind>? dataKind, int? priority, int? page, int? size, CancellationToken cancellation) =>
                    use.List(text, dataKind?.Value, priority, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeClinicalTasks)).WithName("listClinicalTasks").WithSummary("Clinical tasks by priority");
        api.MapGet("/clinical-tasks/{id}", (SeeClinicalTasks use, ClinicalTaskId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeClinicalTasks)).WithName("getClinicalTask").WithSummary("One clinical task");
    }

    public async Task<Page<Row>> List(string? text, DataKind? dataKind, int? priority, int page, int size, CancellationToken cancellation)
    {
        var tasks = db.Set<ClinicalTask>().AsNoTracking();
        if (!string.IsNullOrWhiteSpace(text))
        {
            var wanted = text.Trim().ToUpperInvariant();
            tasks = tasks.Where(t => t.SearchText.Contains(wanted));
        }

        if (dataKind is not null)
            tasks = tasks.Where(t => t.DataKind == dataKind);
        if (priority is not null)
            tasks = tasks.Where(t => t.Priority == priority);
        return await tasks.OrderBy(t => t.Priority).ThenBy(t => t.Id)
            .Select(t => new Row(t.Id, t.Title, t.DataKind, t.Target, t.Metric, t.Priority, t.Owner, t.ChangedAt)).ToPage(page, size, cancellation);
    }

    public async Task<Outcome<View>> One(ClinicalTaskId id, CancellationToken cancellation)
    {
        var view = await db.Set<ClinicalTask>().AsNoTracking().Where(t => t.Id == id)
            .Select(t => new View(t.Id, t.Revision, t.Title, t.DataKind, t.Target, t.Question, t.Metric, t.ExpectedBenefit, t.Priority, t.Owner,
                t.CreatedAt, t.ChangedAt))
            .SingleOrDefaultAsync(cancellation);
        return view is null ? new NotFound("clinical-task") : view;
    }
}
