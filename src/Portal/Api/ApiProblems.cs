using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pirogov.Portal.Api;

/// <summary>Refusals as shared responses.</summary>
internal static class ApiProblems
{
    private const string Problem = "ProblemDetails";

    private static readonly (string Status, string Name, string Description)[] Responses =
    [
        ("401", "Unauthenticated", "Nobody is signed in, or the token is unknown, expired or revoked."),
        ("403", "Forbidden", "The right is missing, or the token's scopes leave it out."),
        ("404", "NotFound", "Nothing is there that the caller may see."),
        ("default", "Refused", "Refused: `type` says why. 400 malformed, 409 at odds with the present state, 413 too large, 422 unfit content, 429 too many requests."),
    ];

    public static void AddTo(OpenApiDocument document)
    {
        document.Components!.Responses = Responses.OrderBy(r => r.Name, StringComparer.Ordinal).ToDictionary(r => r.Name, IOpenApiResponse (r) => new OpenApiResponse
        {
            Description = r.Description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document) },
            },
        });
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[Problem] = Schema();
    }

    /// <param name="secured">Somebody has to be signed in.</param>
    /// <param name="findsSomething">The path names a thing.</param>
    public static void AddTo(OpenApiOperation operation, OpenApiDocument document, bool secured, bool findsSomething)
    {
        operation.Responses ??= [];
        foreach (var (status, name, _) in Responses.Where(r => r.Status is "default" || (r.Status is "404" ? findsSomething : secured)))
            operation.Responses[status] = new OpenApiResponseReference(name, document);
    }

    private static OpenApiSchema Schema()
    {
        static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "RFC 9457. Further members hold the figures of the refusal.",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("/problems/ and the stable code."),
                ["title"] = Text("In the caller's language."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = Text("What to do about it, in the caller's language."),
            },
            Required = new HashSet<string> { "type", "title", "status", "detail" },
            AdditionalPropertiesAllowed = true,
            AdditionalProperties = new OpenApiSchema(),
        };
    }
}
