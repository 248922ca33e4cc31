using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Readings;

/// <summary>What of the labelling waits for a person: own readings for an expert, validated cases for a manager.</summary>
internal sealed class LabellingStartCards(PirogovDb db, StoppedComparisons stopped, Localizer words) : IStartCard
{
    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        var cards = new List<StartCard>();
        if (actor.Is(Role.Expert))
            cards.Add(await Readings(actor, cancellation));
        if (actor.Is(Role.LabellingManager))
        {
            cards.Add(await Projects(cancellation));
            if (await Comparisons(cancellation) is { } held)
                cards.Add(held);
        }

        return cards;
    }

    /// <summary>Nothing goes on with these cases by itself.</summary>
    private async Task<StartCard?> Comparisons(CancellationToken cancellation) => await stopped.Of(null, cancellation) is { Count: > 0 } cases
        ? new("labelling-comparisons", words["labelling.card.comparisons-stopped"], words["labelling.card.comparisons-stopped-detail"], words["labelling.card.open-projects"],
            cases.Select(c => c.ProjectId).Distinct().ToArray() is [var only] ? $"/labelling/projects/{only}/assignment" : "/labelling/projects")
        {
            Count = cases.Count,
            Order = 15,
            IsUrgent = true,
        }
        : null;

    private async Task<StartCard> Readings(Actor actor, CancellationToken cancellation)
    {
        var open = await db.Set<Reading>().Where(r => r.AccountId == actor.AccountId && r.State != ReadingState.Submitted && r.State != ReadingState.Locked)
            .Select(r => r.State).ToArrayAsync(cancellation);
        return new("labelling-readings", words["labelling.queue.title"], words[open.Length == 0 ? "labelling.card.no-readings" : "labelling.card.readings"],
            words["labelling.card.open-queue"], "/labelling/queue")
        {
            Count = open.Length,
            Order = open.Length == 0 ? 100 : 10,
            IsUrgent = open.Contains(ReadingState.Returned),
        };
    }

    private async Task<StartCard> Projects(CancellationToken cancellation)
    {
        var validated = await db.Set<ProjectCase>().CountAsync(c => c.State == ProjectCaseState.Validated, cancellation);
        return new("labelling-projects", words["labelling.projects.title"], words[validated == 0 ? "labelling.card.projects" : "labelling.card.validated"],
            words["labelling.card.open-projects"], "/labelling/projects")
        { Count = validated == 0 ? null : validated, Order = validated == 0 ? 100 : 20 };
    }
}
