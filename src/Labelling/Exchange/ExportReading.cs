using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Exchange;

internal sealed record NothingSavedYet() : Refusal("labelling.nothing-saved-yet", 409);

/// <summary>One's own labels, as they were saved last, in a format of one's choice.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class ExportReading(PirogovDb db, FormatCases formatCases, Documents documents, CurrentActor actor, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings/{id}/export", (ExportReading use, ReadingId id, string format, CancellationToken cancellation) =>
            use.Handle(id, format, cancellation))
        .Needs(typeof(ExportReading)).WithName("exportReading").WithSummary("One's own labels as a zip of files in a format, with what the format cannot hold.")
        .WithMetadata(new GivesBytes("application/zip"));

    public async Task<IResult> Handle(ReadingId id, string format, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading").ToHttp();
        if (await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation) is not { } revision)
            return new NothingSavedYet().ToHttp();
        var (schema, version) = await formatCases.SchemaOf(revision.SchemaVersionId, cancellation);
        if (LabelFormats.Find(format, schema.DataKind).IsRefused(out var refusal, out var known))
            return refusal.ToHttp();
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        var from = await formatCases.Of(reading.CaseId, label, version, known!, ImportOptions.None, revision.SavedAt, cancellation);
        LabelDocument document = await documents.WithRuns(await documents.Load(revision.DocumentMd5, cancellation), cancellation);
        audit.Note("labelling.reading-exported", "reading", id, new { revision.Number, Format = known!.Id });
        await db.SaveChangesAsync(cancellation);
        var exported = known.Export(document, from);
        return Results.Stream(async target =>
        {
            using var archive = new LabelArchive(target, revision.SavedAt);
            await archive.Add(label, exported, inFolder: false, cancellation);
            await archive.Finish(cancellation);
        }, "application/zip", $"{label}-{known.Id}.zip");
    }
}
