using System.Text.Json.Nodes;
using Pirogov.Deidentification;
using Pirogov.Unit.Architecture;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Private attributes that an option keeps: no other than those of the standard's list, in the VR that it gives, and told in the conformance page.</summary>
public class SafePrivateTests
{
    /// <summary>PS3.15 Table E.3.10-1, the rows of numbers, codes and short texts of scanners and of PACS; read from the standard itself, not from the generator.</summary>
    private static readonly string[] Table =
    [
        "Philips PET Private Group|7053xx00|DS", "Philips PET Private Group|7053xx09|DS", "ELSCINT1|00E1xx21|DS", "ELSCINT1|00E1xx50|DS", "ELSCINT1|01E1xx26|CS", "ELSCINT1|01F1xx01|CS",
        "ELSCINT1|01F1xx07|DS", "ELSCINT1|01F1xx26|DS", "ELSCINT1|01F1xx27|DS", "GEMS_ACQU_01|0019xx23|DS", "GEMS_ACQU_01|0019xx24|DS", "GEMS_ACQU_01|0019xx27|DS", "GEMS_ACQU_01|0019xx9E|LO",
        "GEMS_PARM_01|0043xx27|SH", "GEMS_HELIOS_01|0045xx01|SS", "GEMS_HELIOS_01|0045xx02|FL", "GEIIS PACS|0903xx10|US", "GEIIS PACS|0903xx11|US", "GEIIS PACS|0903xx12|US",
        "Philips Imaging DD 001|2001xx03|FL", "Philips Imaging DD 001|2001xx04|CS", "SIEMENS MR HEADER|0019xx0C|IS", "SIEMENS MR HEADER|0019xx0D|CS", "SIEMENS MR HEADER|0019xx0E|FD",
        "SIEMENS MR HEADER|0019xx27|FD", "GEMS_PARM_01|0043xx39|IS", "GEMS_PARM_01|0043xx6F|DS", "GEMS_SERS_01|0025xx07|SL", "Philips MR Imaging DD 001|2005xx0D|FL", "Philips MR Imaging DD 001|2005xx0E|FL",
    ];

    private static readonly (string Creator, string Tag, string Vr)[] Kept =
        [.. JsonNode.Parse(DeidentificationProfile.Resource("confidentiality-profile.json"))!["safePrivate"]!.AsArray().Select(s => ((string)s!["creator"]!, (string)s["tag"]!, (string)s["vr"]!))];

    [Fact]
    public void Every_row_stands_in_the_table_of_the_standard_in_its_vr_and_what_is_missing_is_a_text_or_unknown() => Assert.Equal(
        Table.Except(["ELSCINT1|01E1xx26|CS", "GEMS_ACQU_01|0019xx9E|LO"]).Order(StringComparer.Ordinal), Kept.Select(k => $"{k.Creator}|{k.Tag}|{k.Vr}").Order(StringComparer.Ordinal));

    [SkippableFact]
    public void Every_row_stands_in_the_private_dictionary_in_its_vr()
    {
        var path = Path.Combine(House.Root, "..", "shared", "standards", "dicom-pydicom", "private_dictionary.json");
        Skip.IfNot(File.Exists(path), "shared/standards is absent");
        var dictionary = JsonNode.Parse(File.ReadAllBytes(path))!;
        Assert.All(Kept, k => Assert.Equal(k.Vr, (string?)dictionary[k.Creator]!.AsObject().Single(t => t.Key.Equals(k.Tag, StringComparison.OrdinalIgnoreCase)).Value!["vr"]));
    }

    [Fact]
    public void The_conformance_page_tells_them_all()
    {
        var page = string.Join(' ', File.ReadAllText(Path.Combine(House.Root, "docs", "dicom-conformance.md")).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        foreach (var creator in Kept.GroupBy(k => k.Creator))
            Assert.Contains($"`{creator.Key}` {string.Join(", ", creator.Select(k => $"({k.Tag[..4]},{k.Tag[4..]})"))}", page, StringComparison.Ordinal);
    }
}
