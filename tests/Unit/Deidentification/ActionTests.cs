using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>The actions of PS3.15 Table E.1-1a: dummies that are valid, options that are declared, compound codes inside sequences.</summary>
public partial class ActionTests
{
    private const DeidentificationOptions None = DeidentificationOptions.None;

    public static TheoryData<string> Vrs() => [.. Enum.GetValues<DicomVr>().Where(v => v != DicomVr.None).Select(v => v.ToString())];

    [Theory]
    [MemberData(nameof(Vrs))]
    public void A_dummy_of_every_vr_is_valid_for_it_and_no_value_at_all(string letters)
    {
        var vr = Enum.Parse<DicomVr>(letters);
        var tags = DicomDictionary.AllTags.Where(t => t.Group > 0x0002 && !t.IsGroupLength && DicomDictionary.VrsOf(t).Vr == vr).DefaultIfEmpty(new DicomTag(0x00091001));
        foreach (var tag in tags)
        {
            var dummy = DummyValues.For(tag, vr);
            Assert.Equal((tag, vr), (dummy.Tag, dummy.Vr));
            if (dummy is DicomSequence sequence)
            {
                AssertCode(tag, Assert.Single(sequence.Items));
                continue;
            }

            Assert.False(dummy.IsEmpty, tag.ToString());
            Assert.True(IsValid(vr, dummy), $"{tag} of {vr}");
            foreach (var syntax in new[] { DicomUids.ExplicitVRLittleEndian, DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian })
            {
                var written = DicomReader.ReadDataset(DicomWriter.DatasetToBytes(new DicomDataset().Set(dummy), DicomTransferSyntax.Of(syntax)), DicomTransferSyntax.Of(syntax));
                Assert.Empty(written.Warnings);
                Assert.Equal(dummy.Bytes.ToArray(), written.Dataset.Find(tag)!.Bytes.ToArray()[..dummy.Bytes.Length]);
            }
        }
    }

    private static void AssertCode(DicomTag tag, DicomDataset item)
    {
        if (!tag.Keyword.EndsWith("CodeSequence", StringComparison.Ordinal))
        {
            return;
        }

        // PS3.3 Table 8.8-1: the value, its scheme and its meaning are of Type 1 or 1C.
        Assert.All(new[] { DicomTags.CodeValue, DicomTags.CodingSchemeDesignator, DicomTags.CodeMeaning }, t => Assert.True(IsValid(item.Find(t)!.Vr, item.Find(t)!)));
        Assert.StartsWith("99", item.GetString(DicomTags.CodingSchemeDesignator), StringComparison.Ordinal);
    }

    /// <summary>PS3.5 Table 6.2-1.</summary>
    private static bool IsValid(DicomVr vr, DicomElement element)
    {
        var (text, length) = (System.Text.Encoding.ASCII.GetString(element.Bytes.Span), element.Bytes.Length);
        return vr switch
        {
            DicomVr.AE or DicomVr.SH => text.Trim().Length is > 0 and <= 16,
            DicomVr.CS => CodeString().IsMatch(text),
            DicomVr.AS => Age().IsMatch(text),
            DicomVr.DA => DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            DicomVr.DT => DateTime.TryParseExact(text, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            DicomVr.TM => TimeOnly.TryParseExact(text, "HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            DicomVr.DS => text.Length <= 16 && double.TryParse(text, CultureInfo.InvariantCulture, out _),
            DicomVr.IS => text.Length <= 12 && int.TryParse(text, CultureInfo.InvariantCulture, out _),
            DicomVr.UI => DicomUid.IsValid(text),
            DicomVr.UR => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == "urn",
            DicomVr.LO or DicomVr.PN => text.Length <= 64 && !text.Contains('\\'),
            _ when vr.IsText() => text.Length > 0,
            DicomVr.AT => length == 4,
            _ => length % Math.Max(2, vr.UnitSize()) == 0 && !element.Bytes.ToArray().Any(b => b != 0),
        };
    }

    [Theory]
    [InlineData(DeidentificationOptions.CleanGraphics, "113103")]
    [InlineData(DeidentificationOptions.CleanStructuredContent, "113104")]
    [InlineData(DeidentificationOptions.CleanDescriptors, "113105")]
    [InlineData(DeidentificationOptions.RetainFullDates, "113106")]
    [InlineData(DeidentificationOptions.RetainModifiedDates, "113107")]
    [InlineData(DeidentificationOptions.RetainPatientCharacteristics, "113108")]
    [InlineData(DeidentificationOptions.RetainDeviceIdentity, "113109")]
    [InlineData(DeidentificationOptions.RetainUids, "113110")]
    [InlineData(DeidentificationOptions.RetainSafePrivate, "113111")]
    [InlineData(DeidentificationOptions.RetainInstitutionIdentity, "113112")]
    public void An_option_is_declared_by_its_code_and_no_other_is(DeidentificationOptions option, string code)
    {
        var codes = Apply(Image(), option).GetItems(DicomTags.DeidentificationMethodCodeSequence);
        Assert.Equal(["113100", code], codes.Select(c => c.GetString(DicomTags.CodeValue)));
        Assert.All(codes, c => Assert.True(c is { } item && item.GetString(DicomTags.CodingSchemeDesignator) == "DCM" && item.GetString(DicomTags.CodeMeaning) is { Length: > 5 }));
    }

    [Fact]
    public void Full_dates_stay_to_the_day_and_second_but_for_those_of_birth()
    {
        var kept = Apply(
            Image().Set(DicomTags.StudyDate, "20240105").Set(DicomTags.StudyTime, "101530").Set(DicomTags.AcquisitionDateTime, "20240105101530.25+0300")
                .Set(DicomTags.PatientBirthDate, "19510317").Set(DicomTags.PatientBirthTime, "0415"), DeidentificationOptions.RetainFullDates);
        Assert.Equal(("20240105", "101530", "20240105101530.25+0300"), (kept.GetString(DicomTags.StudyDate), kept.GetString(DicomTags.StudyTime), kept.GetString(DicomTags.AcquisitionDateTime)));
        Assert.True(kept.Find(DicomTags.PatientBirthDate)!.IsEmpty);
        Assert.Null(kept.GetString(DicomTags.PatientBirthTime));
        Assert.Equal("UNMODIFIED", kept.GetString(DicomTags.LongitudinalTemporalInformationModified));
        Assert.Contains("113106", kept.GetItems(DicomTags.DeidentificationMethodCodeSequence).Select(c => c.GetString(DicomTags.CodeValue)));
    }

    /// <summary>Types of PS3.3 within the sequence around: at the top of a CT all of these are of Type 3, or none of its attributes.</summary>
    [Theory]
    [InlineData("X/D, Type 1C", 0x00189506u, 0x00181400u, "ANONYMIZED")]
    [InlineData("X/D, Type 2C", 0x30080240u, 0x30080250u, "19000101")]
    [InlineData("X/D, Type 3", 0x00189412u, 0x00181400u, null)]
    [InlineData("X/Z, Type 2", 0x0040A370u, 0x00321060u, "")]
    [InlineData("X/Z, Type 2", 0x300A00B0u, 0x300A00B2u, "")]
    [InlineData("X/Z/D, Type 2", 0x300A0206u, 0x00181000u, "")]
    [InlineData("X/Z/D, Type 2", 0x30080060u, 0x00081070u, "")]
    [InlineData("X/Z/D, Type 3", 0x0018A001u, 0x00181000u, null)]
    [InlineData("X/Z/D, Type 3", 0x300A00B0u, 0x00080080u, null)]
    [InlineData("X/Z/D, no type in the tables: kept valid", 0x00089215u, 0x00181000u, "ANONYMIZED")]
    public void A_compound_action_inside_a_sequence_follows_the_type_that_the_attribute_has_there(string why, uint around, uint attribute, string? left)
    {
        var (parent, tag) = (new DicomTag(around), new DicomTag(attribute));
        var vr = DicomDictionary.VrsOf(tag).Vr;
        var value = vr == DicomVr.DA ? "20240105" : "Marked";
        var item = Apply(Image().SetItems(parent, new DicomDataset().Set(tag, vr, System.Text.Encoding.ASCII.GetBytes(value)))).GetItems(parent).Single();
        Assert.True(left == (item.Find(tag) is { } found ? System.Text.Encoding.ASCII.GetString(found.Bytes.Span).Trim() : null), $"{why}: {item.Find(tag)}");
    }

    [Theory]
    [InlineData(0x00081115u, 1)]
    [InlineData(0x00089124u, 1)]
    [InlineData(0x0070005Au, 1)]
    [InlineData(null, 0)]
    public void References_that_an_object_must_hold_stay_with_other_uids_and_those_that_it_may_hold_go(uint? around, int left)
    {
        // X/Z/U*: of Type 1 in Referenced Series, of Type 2 in Derivation Image, of Type 1C in Displayed Area Selection; of Type 3 at the top of an image.
        var tag = around == 0x00089124 ? DicomTags.SourceImageSequence : DicomTags.ReferencedImageSequence;
        var references = new DicomDataset().SetItems(tag, new DicomDataset().Set(DicomTags.ReferencedSopClassUid, DicomUids.CTImageStorage).Set(DicomTags.ReferencedSopInstanceUid, "1.2.643.77"));
        var dataset = around is null ? Image() : Image().SetItems(new DicomTag(around.Value), references);
        if (around is null)
        {
            dataset.Set(references.Find(tag)!);
        }

        var kept = Apply(dataset);
        var items = (around is null ? kept : kept.GetItems(new DicomTag(around.Value)).Single()).GetItems(tag);
        Assert.Equal(left, items.Count);
        Assert.All(items, i => Assert.StartsWith("2.25.", i.GetString(DicomTags.ReferencedSopInstanceUid), StringComparison.Ordinal));
    }

    private static DicomDataset Image() => new DicomDataset()
        .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.9").Set(DicomTags.StudyInstanceUid, "1.2.3")
        .Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711").Set(DicomTags.ImagePositionPatient, 0, 0, 0);

    private static DicomDataset Apply(DicomDataset dataset, DeidentificationOptions options = None) => Assert.IsType<Deidentified>(
        new CentreDeidentifier(SHA256.HashData("a centre"u8), options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).File.Dataset;

    [GeneratedRegex("^[A-Z0-9_ ]{1,16}$")]
    private static partial Regex CodeString();

    [GeneratedRegex("^[0-9]{3}[DWMY]$")]
    private static partial Regex Age();
}
