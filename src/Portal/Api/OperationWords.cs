using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Pirogov.Platform.Access;
using Pirogov.Platform.Web;

namespace Pirogov.Portal.Api;

/// <summary>Name, room, right and refusals of an operation, from its endpoint's metadata.</summary>
internal static class OperationWords
{
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var (description, document) = (context.Description, context.Document!);
        var metadata = description.ActionDescriptor.EndpointMetadata;
        var useCase = metadata.OfType<OfUseCase>().LastOrDefault()?.UseCase;
        operation.OperationId = NameOf(description, useCase);
        operation.Tags = new HashSet<OpenApiTagReference> { new(useCase is null ? "Platform" : ApiRooms.Of(useCase), document) };
        var rights = context.ApplicationServices.GetServices<Right>().ToDictionary(r => r.Name);
        var needed = metadata.OfType<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct().ToArray();
        operation.Description = string.Join(' ', needed.Select(n => $"Needs the right `{n}`: {RolesOf(rights[n])}."));
        if (needed.Length == 0)
            operation.Description = null;
        else
            operation.Security = ApiSecurity.Required(document);
        foreach (var parameter in description.ParameterDescriptions)
        {
            if (operation.Parameters?.FirstOrDefault(p => p.Name == parameter.Name)?.Schema is OpenApiSchema schema)
                SchemaWords.Describe(schema, parameter.ParameterDescriptor?.ParameterType ?? parameter.Type);
        }

        if (metadata.OfType<GivesBytes>().LastOrDefault() is { } given)
            operation.Responses = new() { ["200"] = new OpenApiResponse { Description = "OK", Content = Only(given.MediaType, Binary()) } };
        if (metadata.OfType<TakesBytes>().LastOrDefault() is { } bytes)
            operation.RequestBody = Body(bytes);
        ApiProblems.AddTo(operation, document, needed.Length > 0, description.RelativePath!.Contains('{', StringComparison.Ordinal));
        return Task.CompletedTask;
    }

    private static string NameOf(ApiDescription description, Type? useCase)
    {
        var metadata = description.ActionDescriptor.EndpointMetadata;
        var name = metadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName
            ?? JsonNamingPolicy.CamelCase.ConvertName(useCase?.Name ?? throw new InvalidOperationException($"{description.RelativePath} has neither a use case nor a name."));
        var first = metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods[0];
        return first is null || first == description.HttpMethod ? name : $"{name}By{char.ToUpperInvariant(description.HttpMethod![0])}{description.HttpMethod[1..].ToLowerInvariant()}";
    }

    private static string RolesOf(Right right) => right.Roles.Length == Right.Everyone.Length
        ? "every role"
        : string.Join(", ", right.Roles.Order().Select(r => JsonNamingPolicy.CamelCase.ConvertName(r.ToString())));

    private static OpenApiRequestBody Body(TakesBytes bytes) => new()
    {
        Required = true,
        Content = bytes.MediaTypes.ToDictionary(m => m, m => new OpenApiMediaType { Schema = m == "multipart/form-data" ? Form() : Binary() }),
    };

    private static Dictionary<string, OpenApiMediaType> Only(string mediaType, OpenApiSchema schema) => new() { [mediaType] = new() { Schema = schema } };

    private static OpenApiSchema Form() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = Binary() },
        Required = new HashSet<string> { "file" },
    };

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
