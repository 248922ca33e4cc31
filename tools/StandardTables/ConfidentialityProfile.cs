using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pirogov.StandardTables;

/// <summary>
/// PS3.15 Table E.1-1 as the versioned data of the de-identifier: of each row its tag mask, its Basic Profile action and
/// what the options make of it; the codes that say so (CID 7050); and the private attributes known to be safe.
/// </summary>
internal static partial class ConfidentialityProfile
{
    /// <summary>Columns of the table, the code of CID 7050 that declares the option, and the name it has here.</summary>
    private static readonly (string Column, string Code, string Option)[] Options =
    [
        ("", "113101", "cleanPixelData"),
        ("cleanGraphOpt", "113103", "cleanGraphics"),
        ("cleanStructContOpt", "113104", "cleanStructuredContent"),
        ("cleanDescOpt", "113105", "cleanDescriptors"),
        ("rtnLongFullDatesOpt", "113106", "retainFullDates"),
        ("rtnLongModifDatesOpt", "113107", "retainModifiedDates"),
        ("rtnPatCharsOpt", "113108", "retainPatientCharacteristics"),
        ("rtnDevIdOpt", "113109", "retainDeviceIdentity"),
        ("rtnUIDsOpt", "113110", "retainUids"),
        ("rtnSafePrivOpt", "113111", "retainSafePrivate"),
        ("rtnInstIdOpt", "113112", "retainInstitutionIdentity"),
    ];

    /// <summary>
    /// Private attributes of numbers and coded strings that PS3.15 Table E.3.10-1 lists as safe and the private dictionary knows: VR and
    /// name are looked up there. Texts, bytes and measures of one maker's analyses are left out.
    /// </summary>
    private static readonly (string Creator, string Tags)[] SafePrivate =
    [
        ("Philips PET Private Group", "7053xx00 7053xx09"),
        ("ELSCINT1", "00E1xx21 00E1xx50 01F1xx01 01F1xx07 01F1xx26 01F1xx27"),
        ("GEMS_ACQU_01", "0019xx23 0019xx24 0019xx27"),
        ("GEMS_SERS_01", "0025xx07"),
        ("GEMS_PARM_01", "0043xx27 0043xx39 0043xx6F"),
        ("GEMS_HELIOS_01", "0045xx01 0045xx02"),
        ("GEIIS PACS", "0903xx10 0903xx11 0903xx12"),
        ("Philips Imaging DD 001", "2001xx03 2001xx04"),
        ("Philips MR Imaging DD 001", "2005xx0D 2005xx0E"),
        ("SIEMENS MR HEADER", "0019xx0C 0019xx0D 0019xx0E 0019xx27"),
    ];

    public static string Generate(string profilePath, string contextGroupsPath, string privateDictionaryPath)
    {
        using var profile = JsonDocument.Parse(File.ReadAllBytes(profilePath));
        using var groups = JsonDocument.Parse(File.ReadAllBytes(contextGroupsPath));
        using var dictionary = JsonDocument.Parse(File.ReadAllBytes(privateDictionaryPath));
        var meanings = groups.RootElement.GetProperty("7050").GetProperty("concepts").EnumerateArray().ToDictionary(c => Text(c, "code"), c => Text(c, "meaning"));

        // Written by hand, not by a serialiser: one row a line keeps the difference between two editions readable.
        var text = new StringBuilder();
        text.Append("{\n");
        text.Append("  \"name\": \"Basic Application Confidentiality Profile\",\n");
        text.Append("  \"version\": \"2024e\",\n");
        text.Append("  \"source\": \"DICOM PS3.15 2024e Table E.1-1, (c) NEMA; extract by innolitics/dicom-standard, commit 7f4749d09ed3ef2fa70637d376d423a4b13523cd, MIT License; CID 7050 and private dictionary by pydicom, commit fb1f24e4f0418008757766d8e79ec92dc2ab9855, MIT License\",\n");
        text.Append("  \"methods\": [\n");
        text.AppendJoin(",\n", Options.Prepend(("", "113100", "basic")).Select(o =>
            $"    {{ \"option\": {Json(o.Item3)}, \"code\": {Json(o.Item2)}, \"meaning\": {Json(meanings[o.Item2])} }}"));
        text.Append("\n  ],\n  \"attributes\": [\n");
        text.AppendJoin(",\n", profile.RootElement.EnumerateArray().Select(Row).OrderBy(r => r.Tag, StringComparer.Ordinal).Select(r => r.Line));
        text.Append("\n  ],\n  \"safePrivate\": [\n");
        text.AppendJoin(",\n", SafePrivate.SelectMany(s => s.Tags.Split(' ').Select(t => PrivateRow(dictionary.RootElement, s.Creator, t))));
        return text.Append("\n  ]\n}\n").ToString();
    }

    private static (string Tag, string Line) Row(JsonElement e)
    {
        var tag = Mask(Text(e, "tag"));
        var options = Options.Where(o => o.Column.Length > 0 && e.TryGetProperty(o.Column, out _)).Select(o => $"{Json(o.Option)}: {Json(Text(e, o.Column))}").ToArray();
        var tail = options.Length == 0 ? "" : $", \"options\": {{ {string.Join(", ", options)} }}";
        return (tag, $"    {{ \"tag\": {Json(tag)}, \"action\": {Json(Text(e, "basicProfile"))}, \"name\": {Json(Text(e, "name"))}{tail} }}");
    }

    private static string PrivateRow(JsonElement dictionary, string creator, string tag)
    {
        var row = dictionary.GetProperty(creator).EnumerateObject().First(p => string.Equals(p.Name, tag, StringComparison.OrdinalIgnoreCase)).Value;
        return string.Create(CultureInfo.InvariantCulture, $"    {{ \"creator\": {Json(creator)}, \"tag\": {Json(tag)}, \"vr\": {Json(Text(row, "vr"))}, \"name\": {Json(Text(row, "name"))} }}");
    }

    /// <summary>"(0008,0050)" → "00080050"; "(50XX,XXXX)" → "50xxxxxx"; the private row → "private".</summary>
    private static string Mask(string tag)
    {
        if (tag.Contains("ODD", StringComparison.OrdinalIgnoreCase))
        {
            return "private";
        }

        var match = TagPattern().Match(tag);
        return match.Success
            ? (match.Groups[1].Value + match.Groups[2].Value).ToUpperInvariant().Replace('X', 'x')
            : throw new FormatException($"Unreadable tag '{tag}' in Table E.1-1.");
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!.Trim();

    private static string Json(string value) => JsonSerializer.Serialize(value);

    [GeneratedRegex(@"^\(([0-9A-Fa-fXx]{4}),([0-9A-Fa-fXx]{4})\)$")]
    private static partial Regex TagPattern();
}
