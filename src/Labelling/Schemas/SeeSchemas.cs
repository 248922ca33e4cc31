using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <summary>A published version (or a draft) as the workbench reads it.</summary>
internal sealed record SchemaView(
    SchemaVersionId Id, string Name, int Version, DataKind DataKind, IReadOnlyList<LabelClass> Classes, IReadOnlyList<Question> Questions,
    IReadOnlyList<RelationType> Relations)
{
    internal static SchemaView Of(LabellingSchema schema, SchemaVersion version)
    {
        var content = version.Content;
        return new(version.Id, schema.Name, version.Number, schema.DataKind, content.Classes, content.Questions, content.Relations ?? []);
    }
}

internal sealed record SchemaVersionRow(SchemaVersionId Id, int Number, DateTimeOffset ChangedAt, DateTimeOffset? PublishedAt);

internal sealed record SchemaRow(SchemaId Id, string Name, DataKind DataKind, int Classes, int Questions, IReadOnlyList<SchemaVersionRow> Versions);

/// <param name="Migration">How labels of the version before become labels of the newest.</param>
/// <param name="Before">The classes and questions from which they come: of the published version below the newest.</param>
internal sealed record SchemaPage(
    SchemaId Id, string Name, DataKind DataKind, SchemaContent Content, IReadOnlyList<SchemaVersionRow> Versions, SchemaMigration? Migration = null, SchemaContent? Before = null);

[Needs(LabellingRights.DesignSchemas)]
internal sealed class SeeSchemas(PirogovDb db)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-schemas", (SeeSchemas use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeSchemas)).WithName("listLabellingSchemas").WithSummary("Labelling schemas with their versions.");
        api.MapGet("/labelling-schemas/{id}", (SeeSchemas use, SchemaId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeSchemas)).WithName("getLabellingSchema").WithSummary("A schema: its newest version's content and the list of versions.");
        api.MapGet("/labelling-schema-versions/{id}", (SeeSchemas use, SchemaVersionId id, CancellationToken cancellation) => use.Version(id, cancellation).ToHttp())
            .Needs(typeof(SeeSchemas)).WithName("getSchemaVersion").WithSummary("One version of a schema, as readings show it.");
    }

    public async Task<Page<SchemaRow>> List(int page, int size, CancellationToken cancellation)
    {
        var found = await db.Set<LabellingSchema>().AsNoTracking().OrderBy(s => s.NormalizedName).ToPage(page, size, cancellation);
        return new([.. found.Items.Select(Row)], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<SchemaPage>> One(SchemaId id, CancellationToken cancellation) =>
        await db.Set<LabellingSchema>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellation) is { } schema
            ? new SchemaPage(schema.Id, schema.Name, schema.DataKind, schema.Newest.Content, VersionsOf(schema), schema.Newest.Migration,
                schema.Newest.PublishedAt is null ? schema.NewestPublished?.Content : schema.Versions.SingleOrDefault(v => v.Number == schema.Newest.Number - 1)?.Content)
            : new NotFound("labelling-schema");

    public async Task<Outcome<SchemaView>> Version(SchemaVersionId id, CancellationToken cancellation) =>
        await db.Set<LabellingSchema>().AsNoTracking().SingleOrDefaultAsync(s => s.Versions.Any(v => v.Id == id), cancellation) is { } schema
            ? SchemaView.Of(schema, schema.Versions.Single(v => v.Id == id))
            : new NotFound("labelling-schema");

    private static SchemaRow Row(LabellingSchema schema)
    {
        var content = schema.Newest.Content;
        return new(schema.Id, schema.Name, schema.DataKind, content.Classes.Count, content.Questions.Count, VersionsOf(schema));
    }

    private static SchemaVersionRow[] VersionsOf(LabellingSchema schema) =>
        [.. schema.Versions.OrderByDescending(v => v.Number).Select(v => new SchemaVersionRow(v.Id, v.Number, v.ChangedAt, v.PublishedAt))];
}
