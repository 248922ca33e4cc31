using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Agenda.Tasks;

/// <summary>The AI office's tasks of the highest priority, or the invitation to formulate the first one.</summary>
internal sealed class AgendaStartCard(PirogovDb db, Localizer words) : IStartCard
{
    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        if (!actor.Is(Role.AiOffice))
            return [];
        var tasks = await db.Set<ClinicalTask>().CountAsync(cancellation);
        if (tasks == 0)
            return [new("agenda-tasks", words["agenda.tasks.title"], words["agenda.card.none"], words["agenda.card.formulate"], "/agenda/tasks/new") { Order = 20 }];
        var urgent = await db.Set<ClinicalTask>().CountAsync(t => t.Priority == ClinicalTask.HighestPriority, cancellation);
        return
        [
            new("agenda-tasks", words["agenda.tasks.title"], urgent > 0 ? words.Plural("agenda.card.urgent", urgent) : words.Plural("agenda.card.tasks", tasks),
                words["agenda.card.open"], "/agenda/tasks")
            { Count = urgent > 0 ? urgent : tasks, Order = urgent > 0 ? 35 : 100 },
        ];
    }
}
