using System.Text.Json;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;

namespace Pirogov.Labelling.Readings;

/// <summary>A label of a reading whose class was split by a new version of the schema: until its reader says which class it is, it waits here.</summary>
internal sealed class PendingLabel
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ReadingId ReadingId { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }

    /// <summary>Of the version before.</summary>
    public string Class { get; private set; } = "";
    public string PartJson { get; private set; } = "";

    private PendingLabel()
    {
    }

    /// <param name="version">The one that asks.</param>
    /// <param name="part">Its mask, if it is one, by its hash.</param>
    public PendingLabel(ReadingId reading, SchemaVersionId version, PendingPart part) =>
        (ReadingId, SchemaVersionId, Class, PartJson) = (reading, version, part.Class, JsonSerializer.Serialize(part, PlatformJson.Options));

    public PendingPart Part => JsonSerializer.Deserialize<PendingPart>(PartJson, PlatformJson.Options)!;
}
