using System.Collections.Frozen;
using System.Text;

namespace Pirogov.Dicom;

/// <summary>A row of PS3.6 Annex A; <paramref name="Type"/> as there: "SOP Class", "Transfer Syntax" and so on.</summary>
public sealed record UidEntry(string Uid, string Keyword, string Name, string Type, bool IsRetired);

public static partial class DicomUids
{
    private static readonly Lazy<FrozenDictionary<string, UidEntry>> Registry = new(() =>
        Encoding.UTF8.GetString(Rows).Split('\n').Select(line => line.Split('|', 5))
            .Select(f => new UidEntry(f[0], f[3], f[4], f[1], f[2] == "-"))
            .DistinctBy(e => e.Uid)
            .ToFrozenDictionary(e => e.Uid, StringComparer.Ordinal));

    public static UidEntry? Find(string? uid) => uid is null ? null : Registry.Value.GetValueOrDefault(uid);

    /// <summary>The name the standard gives to a UID, or the UID itself.</summary>
    public static string NameOf(string uid) => Find(uid)?.Name ?? uid;

    /// <summary>
    /// Registered by the standard, hence never a patient's: the list of PS3.6 and everything else under the
    /// standard's own root 1.2.840.10008.
    /// </summary>
    public static bool IsWellKnown(string? uid) =>
        uid is not null && uid.StartsWith("1.2.840.10008.", StringComparison.Ordinal) && DicomUid.IsValid(uid);
}
