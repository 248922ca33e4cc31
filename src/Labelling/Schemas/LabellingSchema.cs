using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

internal readonly record struct SchemaId(Guid Value) : IEntityId<SchemaId>
{
    public static SchemaId From(Guid value) => new(value);
    public static bool TryParse(string? text, out SchemaId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal readonly record struct SchemaVersionId(Guid Value) : IEntityId<SchemaVersionId>
{
    public static SchemaVersionId From(Guid value) => new(value);
    public static bool TryParse(string? text, out SchemaVersionId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal sealed record SchemaNameIsTaken(string Name) : Refusal("labelling.schema-name-is-taken", 409);

internal sealed record NothingToPublish() : Refusal("labelling.nothing-to-publish", 409);

/// <summary>A version: a draft that is edited, and from its publication on never changed.</summary>
internal sealed class SchemaVersion
{
    public SchemaVersionId Id { get; private set; } = EntityId.New<SchemaVersionId>();
    public SchemaId SchemaId { get; private set; }
    public int Number { get; private set; }
    public string ContentJson { get; private set; } = "";

    /// <summary>How labels of the version before become labels of this one; none for the first.</summary>
    public string? MigrationJson { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }
    public DateTimeOffset? PublishedAt { get; private set; }

    private SchemaVersion()
    {
    }

    public SchemaVersion(SchemaId schemaId, int number, SchemaContent content, SchemaMigration? migration, DateTimeOffset now)
    {
        (SchemaId, Number) = (schemaId, number);
        Change(content, migration, now);
    }

    public SchemaContent Content => JsonSerializer.Deserialize<SchemaContent>(ContentJson, PlatformJson.Options)!;

    public SchemaMigration? Migration => MigrationJson is null ? null : JsonSerializer.Deserialize<SchemaMigration>(MigrationJson, PlatformJson.Options);

    internal void Change(SchemaContent content, SchemaMigration? migration, DateTimeOffset now) => (ContentJson, MigrationJson, ChangedAt) =
        (JsonSerializer.Serialize(content, PlatformJson.Options), migration is null ? null : JsonSerializer.Serialize(migration, PlatformJson.Options), now);

    internal void Publish(DateTimeOffset now) => PublishedAt = now;
}

/// <summary>What is asked of the readers, in versions: at most one draft, on top of the published ones.</summary>
internal sealed class LabellingSchema
{
    public const int NameLimit = 200;

    private readonly List<SchemaVersion> versions = [];

    public SchemaId Id { get; private set; } = EntityId.New<SchemaId>();
    public string Name { get; private set; } = "";
    public string NormalizedName { get; private set; } = "";
    public DataKind DataKind { get; private set; }
    public IReadOnlyList<SchemaVersion> Versions => versions;

    private LabellingSchema()
    {
    }

    public static Outcome<LabellingSchema> Create(string name, DataKind dataKind, SchemaContent content, DateTimeOffset now)
    {
        var schema = new LabellingSchema { DataKind = dataKind };
        if (schema.Rename(name) is { } refusal)
            return refusal;
        schema.versions.Add(new(schema.Id, 1, content, null, now));
        return schema;
    }

    public SchemaVersion Newest => versions.MaxBy(v => v.Number)!;

    /// <summary>What a draft's labels migrate from.</summary>
    public SchemaVersion? NewestPublished => versions.Where(v => v.PublishedAt is not null).MaxBy(v => v.Number);

    /// <summary>Changes the draft; makes the next one when the newest version is published.</summary>
    public Refusal? Edit(string name, SchemaContent content, SchemaMigration? migration, DateTimeOffset now)
    {
        if (Rename(name) is { } refusal)
            return refusal;
        if (Newest is { PublishedAt: null } draft)
            draft.Change(content, migration, now);
        else
            versions.Add(new(Id, Newest.Number + 1, content, migration, now));
        return null;
    }

    public Outcome<SchemaVersion> Publish(DateTimeOffset now)
    {
        if (Newest is not { PublishedAt: null } draft)
            return new NothingToPublish();
        if (new SchemaFaults(draft.Content, DataKind, NewestPublished?.Content, draft.Migration).All().FirstOrDefault() is { } fault)
            return fault;
        draft.Publish(now);
        return draft;
    }

    private Refusal? Rename(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new Missing("name");
        if (name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        (Name, NormalizedName) = (name.Trim(), name.Trim().ToUpperInvariant());
        return null;
    }
}
