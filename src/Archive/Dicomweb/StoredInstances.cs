using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Archived instances by their UIDs, as far as the person may see their case.</summary>
internal sealed class StoredInstances(PirogovDb db, CaseAccess access, ObjectStore store)
{
    public async Task<Instance?> Find(string study, string series, string sop, CancellationToken cancellation)
    {
        if (await db.Set<Instance>().AsNoTracking().SingleOrDefaultAsync(
                i => i.ArchivedUid == sop && i.SeriesInstanceUid == series && i.StudyInstanceUid == study, cancellation) is not { } instance)
            return null;
        var home = await db.Set<Case>().AsNoTracking().SingleAsync(c => c.Id == instance.CaseId, cancellation);
        return await access.MaySee(home, cancellation) ? instance : null;
    }

    /// <param name="series">Null: the whole study.</param>
    public async Task<IReadOnlyList<Instance>> Of(string study, string? series, CancellationToken cancellation)
    {
        var cases = (await access.OfStudy(study, cancellation)).Select(c => (Contracts.CaseId?)c.Id).ToArray();
        if (cases.Length == 0)
            return [];
        var found = await db.Set<Instance>().AsNoTracking().Where(i => cases.Contains(i.CaseId) && (series == null || i.SeriesInstanceUid == series))
            .ToArrayAsync(cancellation);
        return [.. found.OrderBy(i => i.SeriesInstanceUid, StringComparer.Ordinal).ThenBy(i => i.InstanceNumber).ThenBy(i => i.SopInstanceUid, StringComparer.Ordinal)];
    }

    public async Task<OpenedFile> Open(Instance instance, CancellationToken cancellation) => await OpenedFile.Read(await OpenRead(instance, cancellation), cancellation);

    /// <summary>Open until the answer has gone out.</summary>
    public async Task<DicomFile> Read(HttpContext http, Instance instance, CancellationToken cancellation)
    {
        var opened = await Open(instance, cancellation);
        http.Response.RegisterForDisposeAsync(opened);
        return opened.File;
    }

    public Task<Stream> OpenRead(Instance instance, CancellationToken cancellation) => store.OpenRead(instance.Md5, cancellation);
}
