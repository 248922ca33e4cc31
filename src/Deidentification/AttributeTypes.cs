using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Must an attribute be there, and may it be empty (PS3.5 7.4)? Conditional types count as if the condition held.</summary>
internal enum AttributeType : byte
{
    /// <summary>The tables do not say: treated as required with a value, which keeps every object valid.</summary>
    Unknown,
    Type1,
    Type2,
    Type3,
}

/// <summary>
/// Types, per Information Object Definition, of the attributes whose action depends on them: at the top level by IOD, in
/// sequences by the sequence around.
/// </summary>
internal static class AttributeTypes
{
    private static readonly Lazy<byte[]> Source = new(() => DeidentificationProfile.Resource("attribute-types.json"));

    private static readonly Lazy<(FrozenDictionary<string, Iod> Classes, FrozenDictionary<ulong, AttributeType> Nested)> Tables = new(() =>
    {
        var data = JsonSerializer.Deserialize<TypeData>(Source.Value, JsonSerializerOptions.Web) ?? throw new JsonException("Empty attribute types.");
        var iods = data.Iods.ToDictionary(i => i.Key, i => new Iod(i.Value.Complete, i.Value.Types.ToFrozenDictionary(t => Hex(t.Key), t => Parse(t.Value))));
        return (data.SopClasses.Where(c => iods.ContainsKey(c.Value)).ToFrozenDictionary(c => c.Key, c => iods[c.Value], StringComparer.Ordinal),
            data.Nested.ToFrozenDictionary(n => Key(Hex(n.Key[..8]), Hex(n.Key[9..])), n => Parse(n.Value)));
    });

    public static ReadOnlySpan<byte> Bytes => Source.Value;

    /// <returns>Null for a class that is not in the tables.</returns>
    public static Iod? Of(string? sopClassUid) => sopClassUid is null ? null : Tables.Value.Classes.GetValueOrDefault(sopClassUid);

    /// <param name="parent">The sequence around the attribute; zero at the top.</param>
    public static AttributeType TypeOf(Iod? iod, DicomTag parent, DicomTag tag) => parent.Value != 0
        ? Tables.Value.Nested.GetValueOrDefault(Key(parent.Value, tag.Value))
        : iod is null ? AttributeType.Unknown
        : iod.Types.TryGetValue(tag.Value, out var type) ? type
        : iod.IsComplete ? AttributeType.Type3 : AttributeType.Unknown;

    private static ulong Key(uint parent, uint tag) => ((ulong)parent << 32) | tag;

    private static AttributeType Parse(string type) => type[0] switch
    {
        '1' => AttributeType.Type1,
        '2' => AttributeType.Type2,
        _ => AttributeType.Type3,
    };

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <param name="IsComplete">The tables hold every module: what is not named is of Type 3.</param>
    internal sealed record Iod(bool IsComplete, FrozenDictionary<uint, AttributeType> Types);

    private sealed record TypeData(
        string Source, IReadOnlyDictionary<string, string> SopClasses, IReadOnlyDictionary<string, IodData> Iods, IReadOnlyDictionary<string, string> Nested);

    private sealed record IodData(bool Complete, IReadOnlyDictionary<string, string> Types);
}
