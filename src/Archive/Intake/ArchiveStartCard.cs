using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Intake;

/// <summary>For those who send: batches that are still open, and those of the last days of which something was refused.</summary>
internal sealed class ArchiveStartCard(PirogovDb db, CentreAccess access, Localizer words, TimeProvider time) : IStartCard
{
    private static readonly TimeSpan Recent = TimeSpan.FromDays(14);

    public async Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation)
    {
        if (!actor.IsAny(Role.DataEngineer, Role.CentreRepresentative))
            return [];
        var batches = db.Set<Batch>().AsNoTracking();
        if (!actor.Is(Role.DataEngineer))
        {
            var own = await access.Own(cancellation);
            batches = batches.Where(b => own.Contains(b.CentreId));
        }

        var (cards, since) = (new List<StartCard>(), time.Now() - Recent);
        var open = await batches.CountAsync(b => b.State == BatchState.Open, cancellation);
        cards.Add(open > 0
            ? new("archive-open", words["archive.batches.title"], words.Plural("archive.card.open", open), words["archive.card.see"], "/archive/batches") { Count = open, Order = 20 }
            : new("archive-open", words["archive.batches.title"], words["archive.card.none-open"], words["archive.card.send"], "/archive/batches/new"));
        var refused = await batches.CountAsync(b => b.State == BatchState.Complete && b.EndedAt > since
            && db.Set<IncomingFile>().Any(f => f.BatchId == b.Id && f.Verdict == FileVerdict.Refused), cancellation);
        if (refused > 0)
            cards.Add(new("archive-refused", words["archive.card.refused-title"], words.Plural("archive.card.refused", refused), words["archive.card.see"], "/archive/batches") { Count = refused, Order = 50 });
        return cards;
    }
}
