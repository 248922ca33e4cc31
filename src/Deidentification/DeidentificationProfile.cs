using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>One row of Table E.1-1: the action codes of the Basic Profile, compound ones as written ("X/Z/D"), and what options make of it.</summary>
/// <param name="Options">Name of the option to K (keep) or C (clean).</param>
internal sealed record ProfileRow(string Tag, string Action, string Name, IReadOnlyDictionary<string, string>? Options);

/// <summary>The code of CID 7050 that says an option was used.</summary>
internal sealed record ProfileMethod(string Option, string Code, string Meaning);

internal sealed record SafePrivateAttribute(string Creator, string Tag, string Vr, string Name);

/// <summary>What is to be done to an attribute: an action code of PS3.15 E.1, or keeping or cleaning it as an option has it.</summary>
internal enum ProfileAction : byte
{
    /// <summary>The profile does not list it.</summary>
    None,
    X,
    Z,
    D,
    U,
    XD,
    XZ,
    XZD,
    ZD,
    XZU,
    Keep,
    Clean,
}

/// <summary>
/// The Basic Application Level Confidentiality Profile (PS3.15 Annex E) with a choice of its options, from versioned data. Tags
/// of rows are eight hexadecimal digits, <c>x</c> where any digit fits; "private" stands for every odd group.
/// </summary>
public sealed class DeidentificationProfile
{
    /// <summary>
    /// Counts the changes of what is code and not data: which concepts and numbers identify, which objects wait for a look, how texts are cleaned.
    /// Raised with every change after which the same file comes out otherwise, so that one hash never names two outcomes.
    /// </summary>
    public const int Rules = 5;

    private const string TableName = "confidentiality-profile.json";

    private static readonly Lazy<(ProfileData Data, byte[] Bytes)> Table = new(() =>
    {
        var bytes = Resource(TableName);
        return (JsonSerializer.Deserialize<ProfileData>(bytes, JsonSerializerOptions.Web) ?? throw new JsonException("An empty profile."), bytes);
    });

    private static readonly ConcurrentDictionary<DeidentificationOptions, DeidentificationProfile> Made = new();

    private readonly FrozenDictionary<uint, ProfileAction> _exact;
    private readonly (uint Mask, uint Value, ProfileAction Action)[] _masked;

    private DeidentificationProfile(DeidentificationOptions options)
    {
        var (data, bytes) = Table.Value;
        (Options, Name, Version, Rows) = (options, data.Name, data.Version, data.Attributes);
        var chosen = Enum.GetValues<DeidentificationOptions>().Where(o => o != DeidentificationOptions.None && options.HasFlag(o)).Select(NameOf).ToHashSet();
        Methods = [.. data.Methods.Where(m => m.Option == "basic" || chosen.Contains(m.Option))];
        PixelDataCleaned = data.Methods.Single(m => m.Option == "cleanPixelData");
        _exact = Rows.Where(r => uint.TryParse(r.Tag, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            .ToFrozenDictionary(r => Hex(r.Tag), r => ActionOf(r, chosen));
        _masked = [.. Rows.Where(r => r.Tag.Contains('x', StringComparison.Ordinal)).Select(r => (
            Hex(string.Concat(r.Tag.Select(c => c == 'x' ? '0' : 'F'))), Hex(r.Tag.Replace('x', '0')), ActionOf(r, chosen)))];
        SafePrivate = options.HasFlag(DeidentificationOptions.RetainSafePrivate)
            ? data.SafePrivate.ToFrozenDictionary(s => (s.Creator, Hex(s.Tag.Replace('x', '0'))), s => Enum.Parse<DicomVr>(s.Vr))
            : FrozenDictionary<(string, uint), DicomVr>.Empty;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData([.. bytes, .. AttributeTypes.Bytes, .. BurnedInFilters.Bytes, .. System.Text.Encoding.ASCII.GetBytes($"{string.Join(',', chosen.Order())};rules {Rules}")]));
    }

    /// <summary>Without options: the strictest.</summary>
    public static DeidentificationProfile Basic => With(DeidentificationOptions.None);

    public DeidentificationOptions Options { get; }

    public string Name { get; }

    /// <summary>Edition of the standard that the table is of.</summary>
    public string Version { get; }

    /// <summary>SHA-256 of the table, of the attribute types, of the filters, of the options chosen and of <see cref="Rules"/>; lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    internal IReadOnlyList<ProfileRow> Rows { get; }

    /// <summary>The Basic Profile and the options chosen, for De-identification Method Code Sequence.</summary>
    internal IReadOnlyList<ProfileMethod> Methods { get; }

    internal ProfileMethod PixelDataCleaned { get; }

    /// <summary>Creator and tag with a block of 00 to the VR; empty without the option.</summary>
    internal FrozenDictionary<(string Creator, uint Tag), DicomVr> SafePrivate { get; }

    /// <exception cref="ArgumentException">Full and modified dates at once.</exception>
    public static DeidentificationProfile With(DeidentificationOptions options)
    {
        const DeidentificationOptions dates = DeidentificationOptions.RetainFullDates | DeidentificationOptions.RetainModifiedDates;
        return (options & dates) == dates
            ? throw new ArgumentException("Dates are kept either as they are or moved.", nameof(options))
            : Made.GetOrAdd(options, o => new DeidentificationProfile(o));
    }

    /// <summary>"RetainFullDates" → "retainFullDates", as the data name it.</summary>
    public static string NameOf(DeidentificationOptions option) => JsonNamingPolicy.CamelCase.ConvertName(option.ToString());

    internal ProfileAction ActionFor(DicomTag tag)
    {
        if (_exact.TryGetValue(tag.Value, out var action))
        {
            return action;
        }

        // Masks stand for the repeating groups 50xx and 60xx only.
        if (tag.Group is >= 0x5000 and <= 0x60FF)
        {
            foreach (var (mask, value, masked) in _masked)
            {
                if ((tag.Value & mask) == value)
                {
                    return masked;
                }
            }
        }

        return ProfileAction.None;
    }

    internal static byte[] Resource(string name)
    {
        using var stream = typeof(DeidentificationProfile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>What an option keeps is kept, whatever another would clean. Bytes that nobody can read are not cleaned: the basic action stands.</summary>
    private static ProfileAction ActionOf(ProfileRow row, HashSet<string> chosen)
    {
        var codes = row.Options?.Where(o => chosen.Contains(o.Key)).Select(o => o.Value).ToArray() ?? [];
        return codes.Contains("K") ? ProfileAction.Keep : codes.Contains("C") && !IsUnreadable(row) ? ProfileAction.Clean : row.Action switch
        {
            "X" => ProfileAction.X,
            "Z" => ProfileAction.Z,
            "D" => ProfileAction.D,
            "U" => ProfileAction.U,
            "X/D" => ProfileAction.XD,
            "X/Z" => ProfileAction.XZ,
            "X/Z/D" => ProfileAction.XZD,
            "Z/D" => ProfileAction.ZD,
            "X/Z/U*" => ProfileAction.XZU,
            _ => throw new JsonException($"Unknown action {row.Action} of {row.Tag}."),
        };
    }

    /// <summary>A maker's note, a timestamp that is bytes; the planes of overlays are judged apart.</summary>
    private static bool IsUnreadable(ProfileRow row) =>
        uint.TryParse(row.Tag, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var tag) && BinaryValues.IsOf(DicomDictionary.VrsOf(new DicomTag(tag)).Vr);

    private static uint Hex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record ProfileData(
        string Name, string Version, string Source, IReadOnlyList<ProfileMethod> Methods, IReadOnlyList<ProfileRow> Attributes, IReadOnlyList<SafePrivateAttribute> SafePrivate);
}
