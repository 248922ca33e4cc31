using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Portal.Showcase;

/// <summary>What AI is wanted for, most wanted first.</summary>
internal sealed class TaskShelf(IAgenda agenda, Localizer words) : IShowcase
{
    public async Task<ShowcaseShelf> Shelf(CancellationToken cancellation)
    {
        var tasks = await agenda.Tasks(cancellation);
        return new("tasks", words["portal.showcase.tasks"], words["portal.showcase.tasks-none"],
            [.. tasks.OrderBy(t => t.Priority).Select(t => new ShowcaseItem(t.Title, words[$"portal.data-kind.{t.DataKind}"] + " · " + t.Target, "/agenda/tasks"))]);
    }
}
