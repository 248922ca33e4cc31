using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Who the header says the patient is: told apart, and found again in what stays.</summary>
public class IdentityTests
{
    private static readonly byte[] Key = SHA256.HashData("a centre"u8);

    [Fact]
    public void Numbers_in_items_of_sequences_do_not_stay_in_texts()
    {
        var dataset = Image()
            .SetItems(DicomTags.OtherPatientIDsSequence, new DicomDataset().Set(DicomTags.PatientID, "OLD-88120"))
            .SetItems(DicomTags.RequestAttributesSequence, new DicomDataset().Set(DicomTags.AccessionNumber, "ACC77-31").Set(DicomTags.RequestedProcedureID, "RP5566"))
            .Set(DicomTags.SeriesDescription, "KT 88120 po ACC7731 i rp5566");
        Assert.Equal("KT [ID] po [ID] i [ID]", Apply(dataset, DeidentificationOptions.CleanDescriptors).GetString(DicomTags.SeriesDescription));
    }

    [Fact]
    public void A_text_that_is_declared_as_unicode_and_is_none_is_read_in_every_other_way()
    {
        var cyrillic = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
        var dataset = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        foreach (var element in Image())
            dataset.Set(element);
        dataset.Set(DicomTags.PatientName, DicomVr.PN, Encoding.UTF8.GetBytes("Выдуманова^Мария")).Set(DicomTags.SeriesDescription, DicomVr.LO, cyrillic.GetBytes("КТ Выдумановой"));
        var kept = Apply(dataset, DeidentificationOptions.CleanDescriptors).Find(DicomTags.SeriesDescription)!;
        Assert.True(kept.Bytes.Span.IndexOf(cyrillic.GetBytes("Выдуман")) < 0);
    }

    [Fact]
    public void One_number_of_two_issuers_is_two_patients()
    {
        string? Patient(DicomDataset dataset) => Apply(dataset).GetString(DicomTags.PatientID);
        var (plain, clinic, morgue) = (Image(), Image().Set(DicomTags.IssuerOfPatientID, "CLINIC"), Image().Set(DicomTags.IssuerOfPatientID, "MORGUE"));
        var qualified = Image().SetItems(DicomTags.IssuerOfPatientIDQualifiersSequence, new DicomDataset().Set(DicomTags.UniversalEntityID, "1.2.643.5"));
        Assert.Equal(4, new[] { Patient(plain), Patient(clinic), Patient(morgue), Patient(qualified) }.Distinct().Count());
        Assert.Equal(Patient(clinic), Patient(Image().Set(DicomTags.IssuerOfPatientID, "CLINIC ")));
    }

    [Theory]
    [InlineData(DeidentificationOptions.RetainFullDates)]
    [InlineData(DeidentificationOptions.RetainModifiedDates)]
    [InlineData(DeidentificationOptions.None)]
    public void What_a_report_says_of_the_subjects_identity_goes_whatever_its_kind_of_value(DeidentificationOptions dates)
    {
        var report = Image(DicomUids.ComprehensiveSRStorage).SetItems(
            DicomTags.ContentSequence,
            Item("DATE", "121031").Set(DicomTags.Date, "19510317"),
            Item("DATETIME", "121031").Set(DicomTags.DateTime, "19510317101010"),
            Item("TIME", "121031").Set(DicomTags.Time, "101010"),
            Item("UIDREF", "121028").Set(DicomTags.Uid, "1.2.643.77"),
            Item("NUM", "121030").SetItems(DicomTags.MeasuredValueSequence, new DicomDataset().Set(DicomTags.NumericValue, "7731904")));
        var text = DicomJson.ToText(Apply(report, dates | DeidentificationOptions.CleanStructuredContent | DeidentificationOptions.RetainUids));
        Assert.All(new[] { "19510317", "101010", "1.2.643.77", "7731904" }, value => Assert.DoesNotContain(value, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("121033", "a", "97", "90")]
    [InlineData("121033", "mo", "1100", "1080")]
    [InlineData("121033", "mo", "95", "95")]
    [InlineData("30525-0", "a", "94", "90")]
    [InlineData("445518008", "a", "88", "88")]
    public void Ages_of_reports_are_capped_in_their_units(string concept, string unit, string age, string kept)
    {
        DicomDataset Item(DicomDataset value) => IdentityTests.Item("NUM", concept).SetItems(DicomTags.MeasuredValueSequence, value);
        var value = new DicomDataset().Set(DicomTags.NumericValue, age).SetItems(DicomTags.MeasurementUnitsCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, unit));
        var report = Image(DicomUids.ComprehensiveSRStorage).SetItems(DicomTags.ContentSequence, Item(value), IdentityTests.Item("TEXT", concept).Set(DicomTags.TextValue, "99"));
        var items = Apply(report, DeidentificationOptions.CleanStructuredContent).GetItems(DicomTags.ContentSequence);
        Assert.Equal(kept, items[0].GetItems(DicomTags.MeasuredValueSequence)[0].GetString(DicomTags.NumericValue));
        Assert.Equal("90", items[1].GetString(DicomTags.TextValue));
    }

    [Fact]
    public void Ages_above_ninety_do_not_stay_in_texts() => Assert.Equal(
        "CT, patient of 90 years", Apply(Image().Set(DicomTags.StudyDescription, "CT, patient of 94 years"), DeidentificationOptions.CleanDescriptors).GetString(DicomTags.StudyDescription));

    [Fact]
    public void The_birth_date_does_not_stay_in_texts_where_dates_of_examinations_do()
    {
        var dataset = Image().Set(DicomTags.PatientBirthDate, "19510312").Set(DicomTags.StudyDescription, "CT 12.03.1951, 10.05.2021");
        Assert.Equal("CT [ID], 10.05.2021", Apply(dataset, DeidentificationOptions.CleanDescriptors | DeidentificationOptions.RetainFullDates).GetString(DicomTags.StudyDescription));
    }

    [Theory]
    [InlineData(DicomVr.CS)]
    [InlineData(DicomVr.UR)]
    [InlineData(DicomVr.DS)]
    [InlineData(DicomVr.DA)]
    [InlineData(DicomVr.UT)]
    public void A_description_is_cleaned_as_one_whatever_vr_its_writer_gave_it(DicomVr vr)
    {
        var dataset = Image().Set(DicomTags.StudyDescription, vr, Encoding.ASCII.GetBytes("CT tel. +7 916 123-45-67"));
        Assert.Equal("CT tel. [PHONE]", Apply(dataset, DeidentificationOptions.CleanDescriptors).GetString(DicomTags.StudyDescription));
    }

    [Theory]
    [InlineData(DicomVr.LO)]
    [InlineData(DicomVr.UN)]
    public void A_name_is_known_whatever_vr_its_writer_gave_it(DicomVr vr)
    {
        var dataset = Image().Set(DicomTags.PatientName, vr, Encoding.ASCII.GetBytes("Vydumanov^Petr")).Set(DicomTags.StudyDescription, "CT Vydumanov");
        Assert.Equal("CT [NAME]", Apply(dataset, DeidentificationOptions.CleanDescriptors).GetString(DicomTags.StudyDescription));
    }

    [Fact]
    public void Addresses_do_not_stay_and_where_one_must_be_it_is_nobodys()
    {
        const string address = "https://pacs.hospital.example/studies/1.2.643.77.1";
        var dataset = Image().Set(DicomTags.RetrieveURL, address)
            .SetItems(DicomTags.ReferencedImageSequence, new DicomDataset().Set(DicomTags.ReferencedSopClassUid, DicomUids.CTImageStorage).Set(DicomTags.RetrieveURL, address));
        foreach (var options in new[] { DeidentificationOptions.None, DeidentificationOptions.CleanDescriptors | DeidentificationOptions.RetainUids })
            Assert.DoesNotContain("hospital", DicomJson.ToText(Apply(dataset, options)), StringComparison.Ordinal);
    }

    [Fact]
    public void Encrypted_attributes_which_are_the_original_ones_do_not_stay() => Assert.False(Apply(Image().SetItems(
        DicomTags.EncryptedAttributesSequence, new DicomDataset().Set(DicomTags.EncryptedContent, DicomVr.OB, new byte[] { 1, 2 }))).Contains(DicomTags.EncryptedAttributesSequence));

    private static DicomDataset Item(string type, string code) => new DicomDataset().Set(DicomTags.RelationshipType, "CONTAINS").Set(DicomTags.ValueType, type)
        .SetItems(DicomTags.ConceptNameCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, code).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, "concept"));

    private static DicomDataset Image(string sopClass = DicomUids.CTImageStorage) => new DicomDataset()
        .Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711").Set(DicomTags.ImagePositionPatient, 0, 0, 0);

    private static DicomDataset Apply(DicomDataset dataset, DeidentificationOptions options = DeidentificationOptions.None) => Assert.IsType<Deidentified>(
        new CentreDeidentifier(Key, options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).File.Dataset;
}
