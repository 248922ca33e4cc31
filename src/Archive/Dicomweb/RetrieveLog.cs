using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Notes that a person searched, or retrieved a study or a series, once in ten minutes. Whoever hangs up at this moment is noted all the same,
/// and what could not be noted is not remembered as noted: the next request is.
/// </summary>
internal sealed class RetrieveLog(PirogovDb db, AuditTrail audit, CurrentActor actor, RecentRetrieves recent)
{
    /// <summary>Notes that a person searched at a level, once in ten minutes: viewers search at every stroke of a key.</summary>
    public Task NoteSearch(QidoLevel level) => Once(level.ToString(), "archive.searched", "level");

    public Task Note(string objectKind, string uid) => Once(uid, "archive.retrieved", objectKind);

    private async Task Once(string what, string action, string objectKind)
    {
        var account = actor.Actor.AccountId;
        if (!recent.IsNew(account, what))
            return;
        try
        {
            audit.Note(action, objectKind, what);
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch
        {
            recent.Forget(account, what);
            throw;
        }
    }
}
