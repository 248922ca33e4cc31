using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Exchange;

/// <summary>Takes a file of labels, or a zip of them, as pre-labels of a project's cases: a job reads it and says of every object what became of it.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ImportPreLabels(
    PirogovDb db, FormatCases formatCases, ObjectStore store, StoreFolders folders, JobQueue jobs, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ImportId Id, JobId JobId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/prelabels", (
            ImportPreLabels use, ProjectId id, string format, string? name, [FromQuery(Name = "class")] string[]? classes, [FromQuery(Name = "image")] string[]? images,
            double? threshold, string? model, HttpRequest http, CancellationToken cancellation) =>
            use.Handle(id, format, name ?? "labels", ImportOptions.Of(classes, images, threshold, model), http.Body, cancellation).ToCreated(r => $"/api/v1/labelling-imports/{r.Id}"))
        .Needs(typeof(ImportPreLabels)).WithName("importPreLabels").WithSummary("Imports a file of labels, or a zip of them, as pre-labels of the project's cases.")
        .Accepts<Stream>("application/octet-stream").WithMetadata(new TakesBytes("application/octet-stream"))
        .WithMetadata(new RequestSizeLimitAttribute(((long)LabelUpload.LargestMegabytes << 20) + 1024));

    public async Task<Outcome<Response>> Handle(ProjectId id, string format, string fileName, ImportOptions options, Stream bytes, CancellationToken cancellation)
    {
        if (options.Model?.Length > PreLabel.SourceNameLimit)
            return new TooLong("model", PreLabel.SourceNameLimit);
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        var (schema, _) = await formatCases.SchemaOf(id, cancellation);
        if (LabelFormats.Find(format, schema.DataKind).IsRefused(out var refusal, out var known)
            || (await LabelUpload.Receive(fileName, bytes, folders, cancellation)).IsRefused(out refusal, out var received))
            return refusal;
        await using var upload = received!;
        var stored = await store.Put(upload.Whole, cancellation);
        var import = new LabelImport(id, null, actor.Actor.AccountId, known!.Id, fileName, options, time.Now());
        var job = jobs.Enqueue<ReadPreLabels, ReadPreLabels.Payload>(new(import.Id), "labelling-import", import.Id);
        import.Await(stored, job);
        db.Add(import);
        audit.Note("labelling.prelabels-sent", "labelling-project", id, new { Import = import.Id, import.Format });
        await db.SaveChangesAsync(cancellation);
        return new Response(import.Id, job);
    }
}
