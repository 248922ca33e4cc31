using System.Collections.Concurrent;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Remembers who has lately been noted as reading what: a viewer asks for one series hundreds of times.</summary>
internal sealed class RecentRetrieves(TimeProvider time)
{
    private const int Most = 20_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<(Guid Account, string Uid), DateTimeOffset> recent = [];

    public bool IsNew(Guid account, string uid)
    {
        var now = time.Now();
        if (recent.Count > Most)
        {
            foreach (var (key, at) in recent)
            {
                if (now - at > Window)
                    recent.TryRemove(key, out _);
            }
        }

        var isNew = !recent.TryGetValue((account, uid), out var last) || now - last > Window;
        if (isNew)
            recent[(account, uid)] = now;
        return isNew;
    }
}

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
