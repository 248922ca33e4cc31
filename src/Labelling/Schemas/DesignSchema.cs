using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <summary>Makes a schema, edits its draft, publishes it.</summary>
[Needs(LabellingRights.DesignSchemas)]
internal sealed class DesignSchema(PirogovDb db, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(
        string Name, DataKind DataKind, IReadOnlyList<LabelClass>? Classes, IReadOnlyList<Question>? Questions,
        IReadOnlyList<RelationType>? Relations = null, SchemaMigration? Migration = null)
    {
        internal SchemaContent Content => SchemaContent.Of(Classes, Questions, Relations);

        /// <summary>Whole, whatever JSON left out.</summary>
        internal SchemaMigration? Changes => Migration is null ? null : SchemaMigration.Of(Migration);
    }

    public sealed record Response(SchemaId Id, SchemaVersionId VersionId, int Version, DateTimeOffset? PublishedAt);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/labelling-schemas", (DesignSchema use, Request request, CancellationToken cancellation) =>
            use.Create(request, cancellation).ToCreated(r => $"/api/v1/labelling-schemas/{r.Id}"))
            .Needs(typeof(DesignSchema)).WithName("createLabellingSchema").WithSummary("Makes a schema with its first draft.");
        api.MapPut("/labelling-schemas/{id}/draft", (DesignSchema use, SchemaId id, Request request, CancellationToken cancellation) =>
            use.Edit(id, request, cancellation).ToHttp())
            .Needs(typeof(DesignSchema)).WithName("editSchemaDraft").WithSummary("Changes the draft; after a publication, begins the next version.");
        api.MapPost("/labelling-schemas/{id}/publish", (DesignSchema use, SchemaId id, CancellationToken cancellation) =>
            use.Publish(id, cancellation).ToHttp())
            .Needs(typeof(DesignSchema)).WithName("publishSchema").WithSummary("Publishes the draft: from then on it never changes.");
        api.MapPost("/labelling-schemas/check", (Request request) => Check(request)).Needs(typeof(DesignSchema))
            .WithName("checkSchemaDraft").WithSummary("What keeps a draft from being published.");
    }

    public static IReadOnlyList<SchemaIsUnfit> Check(Request request) => [.. new SchemaFaults(request.Content, request.DataKind).All()];

    public async Task<Outcome<Response>> Create(Request request, CancellationToken cancellation)
    {
        var made = LabellingSchema.Create(request.Name, request.DataKind, request.Content, time.Now());
        if (made.IsRefused(out var refusal))
            return refusal;
        db.Add(made.Value);
        return await Keep(made.Value, "labelling.schema-created", cancellation);
    }

    public async Task<Outcome<Response>> Edit(SchemaId id, Request request, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } schema)
            return new NotFound("labelling-schema");
        if (schema.Edit(request.Name, request.Content, request.Changes, time.Now()) is { } refusal)
            return refusal;
        return await Keep(schema, "labelling.schema-edited", cancellation);
    }

    public async Task<Outcome<Response>> Publish(SchemaId id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } schema)
            return new NotFound("labelling-schema");
        if (schema.Publish(time.Now()).IsRefused(out var refusal))
            return refusal;
        return await Keep(schema, "labelling.schema-published", cancellation);
    }

    private Task<LabellingSchema?> Find(SchemaId id, CancellationToken cancellation) =>
        db.Set<LabellingSchema>().SingleOrDefaultAsync(s => s.Id == id, cancellation);

    private async Task<Outcome<Response>> Keep(LabellingSchema schema, string action, CancellationToken cancellation)
    {
        if (await db.Set<LabellingSchema>().AnyAsync(s => s.NormalizedName == schema.NormalizedName && s.Id != schema.Id, cancellation))
            return new SchemaNameIsTaken(schema.Name);
        audit.Note(action, "labelling-schema", schema.Id, new { schema.Newest.Number });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        var newest = schema.Newest;
        return new Response(schema.Id, newest.Id, newest.Number, newest.PublishedAt);
    }
}
