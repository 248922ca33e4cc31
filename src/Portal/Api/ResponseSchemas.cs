using Microsoft.OpenApi;

namespace Pirogov.Portal.Api;

/// <summary>
/// A constructor's default makes a property optional for whoever sends it; in an answer it is always written. What is
/// only answered therefore requires all of its properties, which spares clients a question mark on each.
/// </summary>
internal static class ResponseSchemas
{
    public static void RequireWhatIsAlwaysWritten(OpenApiDocument document)
    {
        var schemas = document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>();
        var sent = new HashSet<string>();
        foreach (var body in document.Paths.Values.SelectMany(p => p.Operations!.Values).Select(o => o.RequestBody).OfType<IOpenApiRequestBody>())
        {
            foreach (var media in body.Content?.Values ?? [])
                Collect(media.Schema, schemas, sent);
        }

        foreach (var (name, schema) in schemas)
        {
            if (!sent.Contains(name) && name != "ProblemDetails" && schema is OpenApiSchema { Properties.Count: > 0 } answered)
                answered.Required = answered.Properties.Keys.ToHashSet();
        }
    }

    private static void Collect(IOpenApiSchema? schema, IDictionary<string, IOpenApiSchema> schemas, HashSet<string> sent)
    {
        if (schema is null)
            return;
        if (schema is OpenApiSchemaReference { Reference.Id: { } id })
        {
            if (sent.Add(id) && schemas.TryGetValue(id, out var target))
                Collect(target, schemas, sent);
            return;
        }

        Collect(schema.Items, schemas, sent);
        Collect(schema.AdditionalProperties, schemas, sent);
        foreach (var inner in (schema.Properties?.Values ?? []).Concat(schema.OneOf ?? []).Concat(schema.AnyOf ?? []).Concat(schema.AllOf ?? []))
            Collect(inner, schemas, sent);
    }
}
