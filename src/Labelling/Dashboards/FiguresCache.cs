using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Dashboards;

/// <summary>Figures of projects, kept until something of the project changes. One process' memory: they can be made again at any time.</summary>
internal sealed class FiguresCache
{
    private const int Most = 500;
    private readonly ConcurrentDictionary<(ProjectId Project, string What), (string Stamp, object Figures)> kept = new();

    public async Task<T> Of<T>(PirogovDb db, ProjectId project, string what, Func<Task<T>> make, CancellationToken cancellation) where T : class
    {
        var stamp = await Stamp(db, project, cancellation);
        if (kept.TryGetValue((project, what), out var known) && known.Stamp == stamp)
            return (T)known.Figures;
        var made = await make();
        if (kept.Count >= Most)
            kept.Clear();
        kept[(project, what)] = (stamp, made);
        return made;
    }

    /// <summary>Two sums over the project's rows, which no step of a case leaves as they were.</summary>
    private static async Task<string> Stamp(PirogovDb db, ProjectId project, CancellationToken cancellation)
    {
        var cases = await db.Set<ProjectCase>().Where(c => c.ProjectId == project).GroupBy(_ => 1)
            .Select(g => new { Last = g.Max(c => c.ChangedAt), Levels = g.Sum(c => c.Level), Count = g.Count() }).SingleOrDefaultAsync(cancellation);
        var digests = await db.Set<CaseDigest>().Where(d => d.ProjectId == project).GroupBy(_ => 1)
            .Select(g => new { Count = g.Count(), Versions = g.Sum(d => d.Version) }).SingleOrDefaultAsync(cancellation);
        var version = await db.Set<LabellingProject>().Where(p => p.Id == project).Select(p => p.SchemaVersionId).SingleOrDefaultAsync(cancellation);
        return $"{version} {cases?.Last.UtcTicks} {cases?.Levels} {cases?.Count} {digests?.Count} {digests?.Versions}";
    }
}
