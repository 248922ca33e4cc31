using System.Text;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Datasets.Building;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Git;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;

namespace Pirogov.Datasets.Versions;

/// <summary>
/// Builds the files of a version and publishes it. Each finished case is committed by itself and is not built again
/// after a crash; the commit in git is written before, and shown after, the one transaction that publishes.
/// </summary>
internal sealed class FreezeDatasetVersion(
    PirogovDb db, CaseBuilder builder, VersionDocuments documents, RepositoryContents repository, EvidenceChain evidence, IAgenda agenda,
    AuditTrail audit, TimeProvider time) : DurableJob<FreezeDatasetVersion.Payload>
{
    public sealed record Payload(DatasetVersionId VersionId);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var (version, dataset) = await Load(payload.VersionId, cancellation);
        if (version.State is VersionState.Freezing)
        {
            await BuildCases(version, progress, cancellation);
            await progress.Tell(90, "datasets.job.documents", cancellation);
            await Publish(payload.VersionId, cancellation);
        }

        await repository.Show(dataset, cancellation);
    }

    private async Task<(DatasetVersion, Dataset)> Load(DatasetVersionId id, CancellationToken cancellation)
    {
        var version = await db.Set<DatasetVersion>().SingleOrDefaultAsync(v => v.Id == id, cancellation)
            ?? throw new JobRefusedException("datasets.job.version-dropped");
        return (version, await db.Set<Dataset>().SingleAsync(d => d.Id == version.DatasetId, cancellation));
    }

    private async Task<HashSet<string>> HiddenElsewhere(DatasetId dataset, CancellationToken cancellation) =>
        [.. await (from c in db.Set<DatasetCase>().AsNoTracking()
                   join v in db.Set<DatasetVersion>() on c.VersionId equals v.Id
                   where v.DatasetId != dataset && c.Split == Split.HiddenTest
                   select c.PatientPseudonym).Distinct().ToArrayAsync(cancellation)];

    private async Task BuildCases(DatasetVersion version, JobProgress progress, CancellationToken cancellation)
    {
        var targets = VersionTargets.Of(version);
        var names = await db.Set<DatasetCase>().Where(c => c.VersionId == version.Id).OrderBy(c => c.Name)
            .Select(c => new { c.Name, c.IsBuilt }).ToArrayAsync(cancellation);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].IsBuilt)
                continue;
            await progress.Tell(90 * i / names.Length, "datasets.job.cases", cancellation);
            var name = names[i].Name;
            db.ChangeTracker.Clear();
            var one = await db.Set<DatasetCase>().SingleOrDefaultAsync(c => c.VersionId == version.Id && c.Name == name, cancellation)
                ?? throw new JobRefusedException("datasets.job.version-dropped");
            var built = await builder.Build(version, targets, one, cancellation);
            one.Built(built.LabelMd5, built.Answers, built.Facts);
            db.AddRange(built.Files);
            await db.SaveChangesAsync(cancellation);
        }
    }

    private async Task Publish(DatasetVersionId id, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        var (version, dataset) = await Load(id, cancellation);
        var cases = await db.Set<DatasetCase>().AsNoTracking().Where(c => c.VersionId == id).ToArrayAsync(cancellation);
        if (DatasetVersion.MayPublish(cases, await HiddenElsewhere(version.DatasetId, cancellation)) is not null)
            throw new JobRefusedException("datasets.job.hidden-elsewhere");
        var files = await db.Set<DatasetFile>().AsNoTracking().Where(f => f.VersionId == id).ToListAsync(cancellation);
        var task = dataset.ClinicalTaskId is { } taskId ? await agenda.FindTask(taskId, cancellation) : null;
        var release = await evidence.Find(LabellingEvidence.Release, version.ReleaseId.Value, cancellation);
        var readers = release is null ? null : await ReadersOfRelease.Count(evidence, release, cancellation);
        var documented = await documents.Write(dataset, version, task?.Title, readers, cases, files, cancellation);
        var commit = await repository.Write(dataset, version, [.. documented.Files.Where(f => f.Audience is Audience.Document)], cancellation);

        version.Publish(new(documented.ManifestMd5, documented.ManifestSha256, documented.HiddenCommitment, documented.Train, documented.Test, commit),
            release?.Sha256 ?? "", time.Now());
        db.AddRange(documented.Files);
        files.AddRange(documented.Files);
        evidence.Record(DatasetVersionEvidence.Of(dataset, version, cases, files, documented.Listings));
        audit.Note("datasets.version-published", "dataset-version", version.Id, new { dataset.Slug, version.Number, version.ManifestSha256, commit });
        // From here on it is done: who stops it now is too late.
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
