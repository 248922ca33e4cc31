using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Teams;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Competitions;

/// <summary>What of the competitions waits for a person: invitations and open competitions for participants, drafts for the AI office.</summary>
internal sealed class CompetitionCards(PirogovDb db, Localizer words, TimeProvider time) : IStartCard
{
    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        var cards = new List<StartCard>();
        if (actor.IsAny(Role.TeamLead, Role.Developer, Role.Observer))
        {
            var invitations = await db.Set<Invitation>().CountAsync(i => i.AccountId == actor.AccountId && i.State == InvitationState.Open, cancellation);
            if (invitations > 0)
                cards.Add(new("competitions-invitations", words["competitions.invitations.title"], words.Plural("competitions.invitations.waiting", invitations),
                    words["competitions.card.answer"], "/invitations")
                { Count = invitations, Order = 10 });
            cards.Add(await Open(cancellation));
        }

        if (actor.Is(Role.AiOffice))
        {
            var drafts = await db.Set<Competition>().CountAsync(c => c.State == CompetitionState.Draft, cancellation);
            cards.Add(drafts > 0
                ? new("competitions-drafts", words["competitions.title"], words.Plural("competitions.card.drafts", drafts), words["competitions.card.see"], "/competitions") { Count = drafts, Order = 30 }
                : await Open(cancellation));
        }

        return cards;
    }

    private async Task<StartCard> Open(CancellationToken cancellation)
    {
        var now = time.Now();
        var open = await db.Set<Competition>().CountAsync(c => c.State == CompetitionState.Open && c.EndsAt > now, cancellation);
        return new("competitions-open", words["competitions.title"], words.Plural("competitions.card.open", open), words["competitions.card.see"], "/competitions")
        {
            Count = open == 0 ? null : open,
            Order = open == 0 ? 100 : 40,
        };
    }
}

/// <summary>Competitions for everybody: those that run first, then those that have ended.</summary>
internal sealed class CompetitionShelf(PirogovDb db, Localizer words) : IShowcase
{
    private const int Shown = 12;

    public async Task<ShowcaseShelf> Shelf(CancellationToken cancellation)
    {
        var competitions = await db.Set<Competition>().AsNoTracking().Where(c => c.State != CompetitionState.Draft)
            .OrderByDescending(c => c.State == CompetitionState.Open).ThenByDescending(c => c.Id).Take(Shown).ToArrayAsync(cancellation);
        return new("competitions", words["competitions.title"], words["competitions.empty"], [.. competitions.Select(c => new ShowcaseItem(
            Localizer.Culture == "en" ? c.TitleEn : c.TitleRu,
            words[c.State == CompetitionState.Open ? "competitions.shelf.open" : "competitions.shelf.ended", new { date = c.Words(c.EndedAt ?? c.EndsAt) }],
            $"/competitions/{c.Id}"))]);
    }
}
