using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;

namespace Pirogov.Portal.Api;

/// <summary>Names of the document's schemas: the type's own, with its use case's where it is one's inner record.</summary>
internal static class SchemaNames
{
    private static readonly ConcurrentDictionary<string, Type> Taken = new();

    /// <returns>Null for what is written out where it stands.</returns>
    public static string? Of(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (bare == typeof(JsonElement) || bare == typeof(Stream) || bare == typeof(IFormFile) || (!bare.IsEnum && OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null))
            return null;
        var name = Own(bare);
        return Taken.GetOrAdd(name, bare) == bare ? name : throw new InvalidOperationException($"{bare} and {Taken[name]} would share the schema {name}: rename one.");
    }

    private static string Own(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (type.IsGenericType)
            name += "Of" + string.Join("And", type.GetGenericArguments().Select(Own));
        return type.DeclaringType is { } around ? Own(around) + name : name;
    }
}
