using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Notes that a person searched, or retrieved a study or a series, once in ten minutes.</summary>
internal sealed class RetrieveLog(PirogovDb db, AuditTrail audit, CurrentActor actor, RecentRetrieves recent)
{
    /// <summary>Notes that a person searched at a level, once in ten minutes: viewers search at every stroke of a key.</summary>
    public async Task NoteSearch(QidoLevel level, CancellationToken cancellation)
    {
        if (!recent.IsNew(actor.Actor.AccountId, level.ToString()))
            return;
        audit.Note("archive.searched", "level", level);
        await db.SaveChangesAsync(cancellation);
    }

    public async Task Note(string objectKind, string uid, CancellationToken cancellation)
    {
        if (!recent.IsNew(actor.Actor.AccountId, uid))
            return;
        audit.Note("archive.retrieved", objectKind, uid);
        await db.SaveChangesAsync(cancellation);
    }
}
