using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>One row of Table E.1-1: the action codes of the Basic Profile, compound ones as written ("X/Z/D").</summary>
internal sealed record ProfileRow(string Tag, string Action, string Name);

/// <summary>
/// A confidentiality profile (PS3.15 Annex E) as versioned data. Tags are eight hexadecimal digits, <c>x</c> where any
/// digit fits; "private" stands for every odd group.
/// </summary>
internal sealed class DeidentificationProfile
{
    private static readonly Lazy<DeidentificationProfile> BasicProfile = new(LoadBasic);

    private readonly FrozenDictionary<uint, string> _exact;
    private readonly (uint Mask, uint Value, string Action)[] _masked;
    private readonly string _private;

    private DeidentificationProfile(ProfileData data, string sha256)
    {
        (Name, Version, Sha256, Rows) = (data.Name, data.Version, sha256, data.Attributes);
        _exact = data.Attributes.Where(r => uint.TryParse(r.Tag, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            .ToFrozenDictionary(r => Hex(r.Tag), r => r.Action);
        _masked = [.. data.Attributes.Where(r => r.Tag.Contains('x', StringComparison.Ordinal)).Select(r => (
            Hex(string.Concat(r.Tag.Select(c => c == 'x' ? '0' : 'F'))), Hex(r.Tag.Replace('x', '0')), r.Action))];
        _private = data.Attributes.Single(r => r.Tag == "private").Action;
    }

    /// <summary>The Basic Application Level Confidentiality Profile of the edition built in.</summary>
    public static DeidentificationProfile Basic => BasicProfile.Value;

    public string Name { get; }

    public string Version { get; }

    /// <summary>SHA-256 of the profile's bytes, lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    public IReadOnlyList<ProfileRow> Rows { get; }

    public static DeidentificationProfile Load(ReadOnlySpan<byte> json) => new(
        JsonSerializer.Deserialize<ProfileData>(json, JsonSerializerOptions.Web) ?? throw new JsonException("An empty profile."),
        Convert.ToHexStringLower(SHA256.HashData(json)));

    /// <summary>Action codes for a tag; null when the profile does not list it.</summary>
    public string? ActionFor(DicomTag tag)
    {
        if (tag.IsPrivate)
        {
            return _private;
        }

        if (_exact.TryGetValue(tag.Value, out var action))
        {
            return action;
        }

        foreach (var (mask, value, masked) in _masked)
        {
            if ((tag.Value & mask) == value)
            {
                return masked;
            }
        }

        return null;
    }

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static DeidentificationProfile LoadBasic()
    {
        using var stream = typeof(DeidentificationProfile).Assembly.GetManifestResourceStream("basic-profile.json")
            ?? throw new InvalidOperationException("The Basic Profile is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Load(bytes.ToArray());
    }

    private sealed record ProfileData(string Name, string Version, string Source, IReadOnlyList<ProfileRow> Attributes);
}
