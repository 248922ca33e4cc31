using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Schemas;

/// <param name="Where">Line and place of what is no JSON, or the path of the member that has another type.</param>
internal sealed record SchemaFileUnreadable(string Reason, string Where) : Refusal("labelling.schema-file-unreadable", 422)
{
    public override string WordsKey => $"reason.labelling.schema-file.{Reason}";
}

/// <summary>A schema as a file: out of any version, and in as a new schema's draft.</summary>
[Needs(LabellingRights.DesignSchemas)]
internal sealed class ExchangeSchema(PirogovDb db, DesignSchema design, AuditTrail audit)
{
    public const string Format = "pirogov-labelling-schema/1";

    /// <summary>With pictures in Base64.</summary>
    public const int LargestFile = 8 << 20;

    private static readonly JsonSerializerOptions Indented = new(PlatformJson.Options) { WriteIndented = true };

    /// <param name="Format">Says what the file is; other files are refused.</param>
    public sealed record File(
        string? Format, string? Name, DataKind DataKind, IReadOnlyList<LabelClass>? Classes, IReadOnlyList<Question>? Questions, IReadOnlyList<RelationType>? Relations = null);

    /// <param name="Faults">What is left to mend before the draft can be published.</param>
    public sealed record Response(SchemaId Id, SchemaVersionId VersionId, IReadOnlyList<SchemaIsUnfit> Faults);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-schema-versions/{id}/file", (ExchangeSchema use, SchemaVersionId id, CancellationToken cancellation) => use.Export(id, cancellation))
            .Needs(typeof(ExchangeSchema)).WithName("exportSchema").WithSummary("A version of a schema as a JSON file, pictures included.").WithMetadata(new GivesBytes("application/json"));
        api.MapPost("/labelling-schemas/import", (ExchangeSchema use, string? name, HttpRequest http, CancellationToken cancellation) =>
            use.Import(name, http.Body, cancellation).ToCreated(r => $"/api/v1/labelling-schemas/{r.Id}"))
            .Needs(typeof(ExchangeSchema)).WithName("importSchema").WithSummary("Makes a schema's draft of a JSON file, and says what keeps it from being published.")
            .Accepts<Stream>("application/json").WithMetadata(new TakesBytes("application/json")).WithMetadata(new RequestSizeLimitAttribute(LargestFile + 1024));
    }

    public async Task<IResult> Export(SchemaVersionId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingSchema>().AsNoTracking().SingleOrDefaultAsync(s => s.Versions.Any(v => v.Id == id), cancellation) is not { } schema)
            return new NotFound("labelling-schema").ToHttp();
        var version = schema.Versions.Single(v => v.Id == id);
        var file = new File(Format, schema.Name, schema.DataKind, version.Content.Classes, version.Content.Questions, version.Content.Relations);
        audit.Note("labelling.schema-exported", "labelling-schema", schema.Id, new { version.Number });
        await db.SaveChangesAsync(cancellation);
        return Results.File(JsonSerializer.SerializeToUtf8Bytes(file, Indented), "application/json", $"schema-{schema.Id}-v{version.Number}.json");
    }

    /// <param name="name">Instead of the file's own, which may be taken.</param>
    public async Task<Outcome<Response>> Import(string? name, Stream body, CancellationToken cancellation)
    {
        if ((await Read(body, cancellation)).IsRefused(out var refusal, out var file))
            return refusal;
        var request = new DesignSchema.Request(name ?? file!.Name ?? "", file!.DataKind, file.Classes, file.Questions, file.Relations);
        var made = await design.Create(request, cancellation);
        return made.IsRefused(out refusal) ? refusal : new Response(made.Value.Id, made.Value.VersionId, DesignSchema.Check(request));
    }

    private static async Task<Outcome<File>> Read(Stream body, CancellationToken cancellation)
    {
        try
        {
            using var bytes = new MemoryStream();
            var chunk = new byte[1 << 16];
            for (int read; (read = await body.ReadAsync(chunk, cancellation)) > 0;)
            {
                if (bytes.Length + read > LargestFile)
                    return new SchemaFileUnreadable("too-large", $"{LargestFile >> 20}");
                bytes.Write(chunk, 0, read);
            }

            bytes.Position = 0;
            var file = await JsonSerializer.DeserializeAsync<File>(bytes, PlatformJson.Options, cancellation);
            return file?.Format == Format ? file : new SchemaFileUnreadable("other-format", file?.Format ?? "");
        }
        catch (JsonException broken)
        {
            return new SchemaFileUnreadable("malformed", $"{broken.Path} {(broken.LineNumber ?? 0) + 1}:{(broken.BytePositionInLine ?? 0) + 1}");
        }
    }
}
