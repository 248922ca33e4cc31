using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Readings;

/// <summary>What of the labelling waits for a person: own readings for an expert, validated cases for a manager, and what does not go on without them.</summary>
internal sealed class LabellingStartCards(
    PirogovDb db, StoppedComparisons stopped, UntakenPlaces untaken, WaitingDecisions decisions, Localizer words) : IStartCard
{
    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        var cards = new List<StartCard>();
        if (actor.Is(Role.Expert))
            cards.Add(await Readings(actor, cancellation));
        if (actor.Is(Role.LabellingManager))
        {
            cards.Add(await Projects(cancellation));
            cards.AddRange(new[] { await Comparisons(cancellation), await Untaken(cancellation), await PausedReaders(cancellation) }.OfType<StartCard>());
        }

        return cards;
    }

    /// <summary>Nothing goes on with these cases by itself.</summary>
    private async Task<StartCard?> Comparisons(CancellationToken cancellation) =>
        Stuck("comparisons", (await stopped.Of(null, cancellation)).CountBy(c => c.ProjectId).ToDictionary());

    /// <summary>Places in cases for which the project has nobody.</summary>
    private async Task<StartCard?> Untaken(CancellationToken cancellation)
    {
        var counts = new Dictionary<ProjectId, int>();
        foreach (var project in await db.Set<LabellingProject>().AsNoTracking().Where(p => p.State == ProjectState.Running).ToArrayAsync(cancellation))
            counts[project.Id] = await untaken.Of(project, cancellation) + (await decisions.Of(project, cancellation)).Count;
        return Stuck("untaken", counts);
    }

    private async Task<StartCard?> PausedReaders(CancellationToken cancellation) => Stuck("paused-readers", await (
        from m in db.Set<ProjectMember>()
        join p in db.Set<LabellingProject>() on m.ProjectId equals p.Id
        where p.State == ProjectState.Running && (m.Standing == MemberStanding.Paused || m.Standing == MemberStanding.NotAdmitted)
        group m by p.Id into held
        select new { held.Key, Count = held.Count() }).ToDictionaryAsync(h => h.Key, h => h.Count, cancellation));

    /// <summary>What does not go on without the manager.</summary>
    /// <param name="counts">By project.</param>
    private StartCard? Stuck(string what, IReadOnlyDictionary<ProjectId, int> counts)
    {
        var held = counts.Where(c => c.Value > 0).ToArray();
        return held.Length == 0 ? null
            : new($"labelling-{what}", words[$"labelling.card.{what}"], words[$"labelling.card.{what}-detail"], words[held.Length == 1 ? "labelling.card.open-assignment" : "labelling.card.open-projects"],
                held is [var only] ? $"/labelling/projects/{only.Key}/assignment" : "/labelling/projects")
            {
                Count = held.Sum(h => h.Value),
                Order = 15,
                IsUrgent = true,
            };
    }

    private async Task<StartCard> Readings(Actor actor, CancellationToken cancellation)
    {
        var open = await db.Set<Reading>().Where(r => r.AccountId == actor.AccountId && r.State != ReadingState.Submitted && r.State != ReadingState.Locked
                && !db.Set<ProjectCase>().Any(c => c.Id == r.ProjectCaseId && c.AsideAt != null))
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
        var validated = await db.Set<ProjectCase>().CountAsync(c => c.State == ProjectCaseState.Validated && c.AsideAt == null, cancellation);
        return new("labelling-projects", words["labelling.projects.title"], words[validated == 0 ? "labelling.card.projects" : "labelling.card.validated"],
            words["labelling.card.open-projects"], "/labelling/projects")
        { Count = validated == 0 ? null : validated, Order = validated == 0 ? 100 : 20 };
    }
}
