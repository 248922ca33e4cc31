using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Review;

/// <summary>Frames of a waiting file that a person was shown as they came, from 1; gone with the file.</summary>
internal sealed class ShownFrames
{
    public long FileId { get; private set; }
    public Guid AccountId { get; private set; }
    public int First { get; private set; }
    public int Last { get; private set; }
}

/// <summary>Who has been shown what: nobody lets pass what the person was not shown.</summary>
internal sealed class ReviewedFrames(PirogovDb db, CurrentActor actor)
{
    /// <summary>A page asks for the same picture twice at once: the second finds it noted.</summary>
    public Task Note(QuarantinedFile file, int first, int last, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO archive_shown_frames ("FileId", "AccountId", "First", "Last") VALUES ({file.Id}, {actor.Actor.AccountId}, {first}, {last})
        ON CONFLICT ("FileId", "AccountId", "First", "Last") DO NOTHING
        """, cancellation);

    /// <returns>How many of the frames this person was shown.</returns>
    public async Task<int> Count(QuarantinedFile file, CancellationToken cancellation)
    {
        var shown = await db.Set<ShownFrames>().AsNoTracking().Where(s => s.FileId == file.Id && s.AccountId == actor.Actor.AccountId)
            .OrderBy(s => s.First).Select(s => new { s.First, s.Last }).ToArrayAsync(cancellation);
        var (count, last) = (0, 0);
        foreach (var range in shown)
        {
            count += Math.Max(0, range.Last - Math.Max(range.First - 1, last));
            last = Math.Max(last, range.Last);
        }

        return count;
    }
}
