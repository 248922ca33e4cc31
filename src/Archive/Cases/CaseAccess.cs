using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Cases;

/// <summary>Who may see a case: those who work with all data, the centre it came from, and whom a room below lets.</summary>
internal sealed class CaseAccess(PirogovDb db, CentreAccess centres, CurrentActor actor, IEnumerable<ICaseAccessRule> rules)
{
    private readonly Dictionary<CaseId, bool> granted = [];

    /// <summary>Nothing is hidden from those who work with all data.</summary>
    public bool BrowsesEverything => centres.SeesEverything;

    public async Task<bool> MaySee(Case found, CancellationToken cancellation) =>
        await centres.Sees(found.CentreId, cancellation) || await IsGranted(found.Id, cancellation);

    /// <summary>The case, when there is one that the person may see.</summary>
    public async Task<Case?> Find(CaseId id, CancellationToken cancellation)
    {
        var found = await db.Set<Case>().AsNoTracking().Include(c => c.Series).SingleOrDefaultAsync(c => c.Id == id, cancellation);
        return found is not null && await MaySee(found, cancellation) ? found : null;
    }

    /// <summary>Cases of a list that the person may browse: all, or those of the own centres.</summary>
    public async Task<IQueryable<Case>> Browsable(CancellationToken cancellation)
    {
        var cases = db.Set<Case>().AsNoTracking();
        if (centres.SeesEverything)
            return cases;
        var own = await centres.Own(cancellation);
        return cases.Where(c => own.Contains(c.CentreId));
    }

    /// <summary>Cases that hold a study, as far as the person may see them.</summary>
    public async Task<IReadOnlyList<Case>> OfStudy(string studyInstanceUid, CancellationToken cancellation)
    {
        var visible = new List<Case>();
        foreach (var found in await db.Set<Case>().AsNoTracking().Include(c => c.Series).Where(c => c.StudyInstanceUid == studyInstanceUid)
                     .OrderBy(c => c.Id).ToArrayAsync(cancellation))
        {
            if (await MaySee(found, cancellation))
                visible.Add(found);
        }

        return visible;
    }

    /// <summary>Cases that hold one of the studies, as far as the person may see them; each is judged by itself.</summary>
    public async Task<List<CaseId>> OfStudies(IEnumerable<string> studyInstanceUids, CancellationToken cancellation)
    {
        var visible = new List<CaseId>();
        foreach (var some in studyInstanceUids.Distinct().Chunk(500))
        {
            foreach (var found in await db.Set<Case>().AsNoTracking().Where(c => some.Contains(c.StudyInstanceUid)).OrderBy(c => c.Id).ToArrayAsync(cancellation))
            {
                if (await MaySee(found, cancellation))
                    visible.Add(found.Id);
            }
        }

        return visible;
    }

    private async Task<bool> IsGranted(CaseId id, CancellationToken cancellation)
    {
        if (granted.TryGetValue(id, out var known))
            return known;
        foreach (var rule in rules)
        {
            if (await rule.MaySee(actor, id, cancellation))
                return granted[id] = true;
        }

        return granted[id] = false;
    }
}
