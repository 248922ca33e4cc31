using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Exchange;

/// <param name="Cases">That got pre-labels.</param>
internal sealed record ImportView(
    ImportId Id, ProjectId ProjectId, string Format, string FileName, DateTimeOffset At, DateTimeOffset? FinishedAt, JobId? JobId, JobState? State, int Percent, int Cases, int Taken, int NotTaken);

/// <summary>Imports of pre-labels and what became of every object. What an expert put into their own reading is not among them.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeImports(PirogovDb db, ObjectStore store)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/imports", (SeeImports use, ProjectId id, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeImports)).WithName("listLabelImports").WithSummary("Imports of pre-labels into a project, the newest first.");
        api.MapGet("/labelling-imports/{id}", (SeeImports use, ImportId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeImports)).WithName("getLabelImport").WithSummary("How far an import is and how much was taken.");
        api.MapGet("/labelling-imports/{id}/lines", (SeeImports use, ImportId id, bool? taken, int? page, int? size, CancellationToken cancellation) =>
            use.Lines(id, taken ?? false, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeImports)).WithName("listLabelImportLines").WithSummary("Object by object, what an import did not take and why; or, with taken=true, what it took.");
    }

    public async Task<Page<ImportView>> List(ProjectId id, int page, int size, CancellationToken cancellation) =>
        await Views(db.Set<LabelImport>().Where(i => i.ProjectId == id)).ToPage(page, size, cancellation);

    public async Task<Outcome<ImportView>> One(ImportId id, CancellationToken cancellation) =>
        await Views(db.Set<LabelImport>().Where(i => i.Id == id)).SingleOrDefaultAsync(cancellation) is { } found ? found : new NotFound("labelling-import");

    public async Task<Outcome<Page<ImportLine>>> Lines(ImportId id, bool taken, int page, int size, CancellationToken cancellation) =>
        await db.Set<LabelImport>().AsNoTracking().SingleOrDefaultAsync(i => i.Id == id && i.ReadingId == null, cancellation) is { } import
            ? await ImportReport.Read(store, taken ? import.TakenMd5 : import.LeftMd5, taken ? import.Taken : import.Left, page, size, cancellation)
            : new NotFound("labelling-import");

    private IQueryable<ImportView> Views(IQueryable<LabelImport> imports) =>
        from i in imports.AsNoTracking()
        where i.ReadingId == null
        orderby i.Id descending
        from j in db.Set<JobRecord>().Where(j => j.Id == i.JobId).DefaultIfEmpty()
        select new ImportView(i.Id, i.ProjectId, i.Format, i.FileName, i.At, i.FinishedAt, i.JobId, j == null ? null : j.State, j == null ? 100 : j.Percent, i.Cases, i.Taken, i.Left);
}

/// <summary>What became of every object that one put into one's own reading.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeOwnImport(PirogovDb db, ObjectStore store, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings/{id}/imports/{importId}/lines", (
            SeeOwnImport use, ReadingId id, ImportId importId, bool? taken, int? page, int? size, CancellationToken cancellation) =>
            use.Lines(id, importId, taken ?? false, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeOwnImport)).WithName("listOwnImportLines").WithSummary("Object by object, what an import into one's own reading did not take and why; or what it took.");

    public async Task<Outcome<Page<ImportLine>>> Lines(ReadingId id, ImportId importId, bool taken, int page, int size, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return await db.Set<LabelImport>().AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId && i.ReadingId == id && i.AccountId == me, cancellation) is { } import
            ? await ImportReport.Read(store, taken ? import.TakenMd5 : import.LeftMd5, taken ? import.Taken : import.Left, page, size, cancellation)
            : new NotFound("labelling-import");
    }
}
