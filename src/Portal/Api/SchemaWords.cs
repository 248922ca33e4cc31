using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pirogov.Platform.Database;
using Pirogov.Platform.Web;

namespace Pirogov.Portal.Api;

/// <summary>What the exporter of schemas cannot see through: this platform's converters, and its closed sets of words.</summary>
internal static class SchemaWords
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        Describe(schema, context.JsonTypeInfo.Type);
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(AllowedValuesAttribute), false) is [AllowedValuesAttribute allowed, ..])
            Allow(schema, allowed);
        return Task.CompletedTask;
    }

    public static void Describe(OpenApiSchema schema, Type described)
    {
        var type = Nullable.GetUnderlyingType(described) ?? described;
        if (Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>)))
        {
            schema.Type = Keeping(schema, JsonSchemaType.String);
            schema.Format = "uuid";
            schema.Properties = null;
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EnumWord<>))
            Words(schema, type.GetGenericArguments()[0]);
        else if (type.IsEnum)
            Words(schema, type);
        else if (schema.Type is { } kinds && (kinds.HasFlag(JsonSchemaType.Integer) || kinds.HasFlag(JsonSchemaType.Number)))
        {
            // Numbers are also taken from strings; nobody should send them so.
            schema.Type = kinds & ~JsonSchemaType.String;
            schema.Pattern = null;
        }
    }

    private static void Words(OpenApiSchema schema, Type type)
    {
        schema.Type = Keeping(schema, JsonSchemaType.String);
        schema.Enum = [.. Enum.GetNames(type).Select(n => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(n))];
    }

    private static void Allow(OpenApiSchema schema, AllowedValuesAttribute allowed)
    {
        var words = schema.Items is OpenApiSchema items ? items : schema;
        words.Enum = [.. allowed.Values.Select(v => (JsonNode)(string)v!)];
    }

    private static JsonSchemaType Keeping(OpenApiSchema schema, JsonSchemaType type) =>
        schema.Type is { } kinds && kinds.HasFlag(JsonSchemaType.Null) ? type | JsonSchemaType.Null : type;
}
