using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Pirogov.Platform.Database;

/// <summary>A UUIDv7 that belongs to one kind of aggregate, so that a case is never taken for a batch.</summary>
public interface IEntityId<TSelf> where TSelf : struct, IEntityId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf From(Guid value);
}

public static class EntityId
{
    public static TId New<TId>() where TId : struct, IEntityId<TId> => TId.From(Guid.CreateVersion7());

    /// <summary>Called from each id's own TryParse, which route binding looks for by name.</summary>
    public static bool TryParse<TId>(string? text, out TId id) where TId : struct, IEntityId<TId>
    {
        var parsed = Guid.TryParse(text, out var value);
        id = TId.From(value);
        return parsed;
    }
}

internal sealed class EntityIdConverter<TId>() : ValueConverter<TId, Guid>(id => id.Value, value => From(value))
    where TId : struct, IEntityId<TId>
{
    // An expression tree may not name a static abstract member.
    private static TId From(Guid value) => TId.From(value);
}

/// <summary>Writes every typed id as the plain UUID string.</summary>
public sealed class EntityIdJsonConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        Array.Exists(typeToConvert.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(typeToConvert))!;

    private sealed class Typed<TId> : JsonConverter<TId> where TId : struct, IEntityId<TId>
    {
        public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TId.From(reader.GetGuid());

        public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

        public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TId.From(Guid.Parse(reader.GetString()!));

        public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.Value.ToString());
    }
}
