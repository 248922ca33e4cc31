using System.Security.Cryptography;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

public class DeidentificationOptionsTests
{
    private static readonly byte[] Key = SHA256.HashData("a centre"u8);

    [Fact]
    public void A_compound_action_follows_the_type_of_the_attribute_in_its_object()
    {
        // Acquisition DateTime X/Z/D: Type 3 in CT, 1C in ultrasound and enhanced CT. Content Date Z/D: 2C in CT, 1 in segmentations.
        DicomDataset Of(string sopClass) => Apply(Image(sopClass)
            .Set(DicomTags.AcquisitionDateTime, "20240101101010").Set(DicomTags.ContentDate, "20240101").Set(DicomTags.SeriesDate, "20240101")
            .Set(DicomTags.DeviceSerialNumber, "SN-1234")).Dataset;
        var (ct, enhanced, pet) = (Of(DicomUids.CTImageStorage), Of(DicomUids.EnhancedCTImageStorage), Of(DicomUids.PositronEmissionTomographyImageStorage));
        Assert.False(ct.Contains(DicomTags.AcquisitionDateTime));
        Assert.True(ct.Find(DicomTags.ContentDate)!.IsEmpty);
        Assert.False(ct.Contains(DicomTags.SeriesDate));
        Assert.False(ct.Contains(DicomTags.DeviceSerialNumber));
        Assert.Equal("19000101000000", enhanced.GetString(DicomTags.AcquisitionDateTime));
        Assert.Equal("19000101", enhanced.GetString(DicomTags.ContentDate));
        Assert.Equal("ANONYMIZED", enhanced.GetString(DicomTags.DeviceSerialNumber));
        Assert.Equal("19000101", pet.GetString(DicomTags.SeriesDate));
    }

    [Fact]
    public void Moved_dates_keep_the_weekday_and_the_intervals_of_one_patient()
    {
        DicomDataset On(string patient, string date) => Apply(
            Image().Set(DicomTags.PatientID, patient).Set(DicomTags.StudyDate, date).Set(DicomTags.StudyTime, "101530")
                .Set(DicomTags.AcquisitionDateTime, date + "101530.25+0300").Set(DicomTags.PatientBirthDate, "19510317"),
            DeidentificationOptions.RetainModifiedDates).Dataset;
        var (first, second, other) = (On("A", "20240105"), On("A", "20240229"), On("B", "20240105"));
        var (moved, later) = (first.GetDate(DicomTags.StudyDate)!.Value, second.GetDate(DicomTags.StudyDate)!.Value);
        Assert.Equal(55, later.DayNumber - moved.DayNumber);
        Assert.Equal(DayOfWeek.Friday, moved.DayOfWeek);
        Assert.True(moved < new DateOnly(2024, 1, 5));
        Assert.NotEqual(moved, other.GetDate(DicomTags.StudyDate));
        Assert.Equal($"{moved:yyyyMMdd}101530.25+0300", first.GetString(DicomTags.AcquisitionDateTime));
        Assert.Equal("101530", first.GetString(DicomTags.StudyTime));
        Assert.True(first.Find(DicomTags.PatientBirthDate)!.IsEmpty);
        Assert.Equal("MODIFIED", first.GetString(DicomTags.LongitudinalTemporalInformationModified));
        Assert.Contains("113107", Methods(first));
    }

    [Fact]
    public void A_text_in_the_place_of_a_date_is_not_moved_but_goes()
    {
        var dataset = Apply(Image().Set(DicomTags.StudyDate, "Ivanova"), DeidentificationOptions.RetainModifiedDates).Dataset;
        Assert.Null(dataset.GetString(DicomTags.StudyDate));
    }

    [Theory]
    [InlineData("072Y", "072Y")]
    [InlineData("089Y", "089Y")]
    [InlineData("090Y", "090Y")]
    [InlineData("097Y", "090Y")]
    [InlineData("011M", "011M")]
    public void Ages_above_eighty_nine_are_ninety(string age, string kept)
    {
        var dataset = Image().Set(DicomTags.PatientAge, age).Set(DicomTags.PatientSex, "F").Set(DicomTags.PatientWeight, 70.0);
        var retained = Apply(dataset, DeidentificationOptions.RetainPatientCharacteristics).Dataset;
        Assert.Equal((kept, "F", "70"), (retained.GetString(DicomTags.PatientAge), retained.GetString(DicomTags.PatientSex), retained.GetString(DicomTags.PatientWeight)));
        Assert.False(Apply(dataset).Dataset.Contains(DicomTags.PatientAge));
    }

    [Fact]
    public void Device_institution_and_uids_stay_where_their_options_are_chosen()
    {
        var dataset = Image().Set(DicomTags.StationName, "CT-ROOM-7").Set(DicomTags.InstitutionName, "Hospital 77").Set(DicomTags.DeviceSerialNumber, "SN-1234");
        var device = Apply(dataset, DeidentificationOptions.RetainDeviceIdentity).Dataset;
        var institution = Apply(dataset, DeidentificationOptions.RetainInstitutionIdentity).Dataset;
        var uids = Apply(dataset, DeidentificationOptions.RetainUids);
        Assert.Equal(("CT-ROOM-7", "SN-1234", null), (device.GetString(DicomTags.StationName), device.GetString(DicomTags.DeviceSerialNumber), device.GetString(DicomTags.InstitutionName)));
        Assert.Equal(("Hospital 77", null), (institution.GetString(DicomTags.InstitutionName), institution.GetString(DicomTags.StationName)));
        Assert.Equal(("1.2.3", "1.2.3.9", "1.2.3.9"), (uids.Dataset.GetString(DicomTags.StudyInstanceUid), uids.Dataset.GetString(DicomTags.SopInstanceUid), uids.Meta.GetString(DicomTags.MediaStorageSopInstanceUid)));
    }

    [Fact]
    public void Safe_private_attributes_stay_typed_and_no_other_does()
    {
        var dataset = Image()
            .Set(new DicomTag(0x00190010), DicomVr.LO, "SIEMENS MR HEADER").Set(new DicomTag(0x0019100C), DicomVr.UN, "1000"u8.ToArray())
            .Set(new DicomTag(0x0019100D), DicomVr.CS, "IVANOVA ANNA").Set(new DicomTag(0x00191008), DicomVr.CS, "IMAGE NUM 4")
            .Set(new DicomTag(0x00290010), DicomVr.LO, "SIEMENS CSA HEADER").Set(new DicomTag(0x00291010), DicomVr.OB, "Ivanova"u8.ToArray())
            .Set(DicomTags.PatientName, "Ivanova^Anna");
        var kept = Apply(dataset, DeidentificationOptions.RetainSafePrivate).Dataset;
        Assert.Equal("1000", kept.GetString(new DicomTag(0x0019100C)));
        Assert.Equal(DicomVr.IS, kept.Find(new DicomTag(0x0019100C))!.Vr);
        Assert.Equal(["00190010", "0019100C"], kept.Where(e => e.Tag.IsPrivate).Select(e => e.Tag.Hex));
        Assert.DoesNotContain(Apply(dataset).Dataset, e => e.Tag.IsPrivate);
    }

    [Fact]
    public void Descriptors_stay_without_the_names_of_the_header_in_any_case_or_alphabet()
    {
        var dataset = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 144");
        foreach (var element in Image())
            dataset.Set(element);
        dataset.Set(DicomTags.PatientName, "Выдуманова^Мария^Петровна").Set(DicomTags.PatientID, "MRN-7731904")
            .Set(DicomTags.SeriesDescription, "КТ ОГК Выдумановой М.П. 1 мм").Set(DicomTags.StudyDescription, "VYDUMANOVA chest 7731904")
            .Set(DicomTags.ImageComments, "Со слов Марии, тел. +7 916 123-45-67, очаг 12 мм в S6");
        var kept = Apply(dataset, DeidentificationOptions.CleanDescriptors).Dataset;
        Assert.Equal("КТ ОГК [NAME] 1 мм", kept.GetString(DicomTags.SeriesDescription));
        Assert.Equal("[NAME] chest [ID]", kept.GetString(DicomTags.StudyDescription));
        Assert.Equal("Со слов [NAME], тел. [PHONE], очаг 12 мм в S6", kept.GetString(DicomTags.ImageComments));
        Assert.False(Apply(dataset).Dataset.Contains(DicomTags.SeriesDescription));
    }

    [Fact]
    public void A_name_in_an_undeclared_character_set_is_found_in_the_texts_that_stay()
    {
        var cyrillic = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
        var dataset = Image().Set(DicomTags.SpecificCharacterSet, "ISO_IR 100")
            .Set(DicomTags.PatientName, DicomVr.PN, cyrillic.GetBytes("Выдуманова^Мария")).Set(DicomTags.SeriesDescription, DicomVr.LO, cyrillic.GetBytes("КТ Выдумановой"));
        var kept = Apply(dataset, DeidentificationOptions.CleanDescriptors).Dataset.Find(DicomTags.SeriesDescription)!;
        Assert.True(kept.Bytes.Span.IndexOf(cyrillic.GetBytes("Выдуман")) < 0);
    }

    [Fact]
    public void A_report_stays_outside_unless_structured_content_is_cleaned_and_then_tells_of_nobody()
    {
        DicomDataset Item(string type, string code, string meaning) => new DicomDataset().Set(DicomTags.RelationshipType, "CONTAINS").Set(DicomTags.ValueType, type)
            .SetItems(DicomTags.ConceptNameCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, code).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, meaning));
        var report = Image(DicomUids.ComprehensiveSRStorage).Set(DicomTags.PatientName, "Vydumanov^Petr").Set(DicomTags.Modality, "SR").SetItems(
            DicomTags.ContentSequence,
            Item("TEXT", "121071", "Finding").Set(DicomTags.TextValue, "Patient Vydumanov, nodule 12 mm, tel. +7 916 123-45-67"),
            Item("PNAME", "121008", "Person Observer Name").Set(DicomTags.PersonName, "Doctorova^Anna"),
            Item("TEXT", "121029", "Subject Name").Set(DicomTags.TextValue, "somebody"),
            Item("NUM", "121033", "Subject Age").SetItems(DicomTags.MeasuredValueSequence, new DicomDataset().Set(DicomTags.NumericValue, 97.0)),
            Item("UIDREF", "112002", "Series Instance UID").Set(DicomTags.Uid, "1.2.3.1"));
        var file = DicomFile.Create(report, DicomUids.ExplicitVRLittleEndian);
        Assert.Equal("free-text-document", Assert.IsType<DeidentificationRefused>(new CentreDeidentifier(Key).Apply(file)).Code);

        var kept = Apply(report, DeidentificationOptions.CleanStructuredContent).Dataset;
        var items = kept.GetItems(DicomTags.ContentSequence);
        Assert.Equal("Patient [NAME], nodule 12 mm, tel. [PHONE]", items[0].GetString(DicomTags.TextValue));
        Assert.Equal("ANONYMIZED", items[1].GetString(DicomTags.PersonName));
        Assert.Equal("ANONYMIZED", items[2].GetString(DicomTags.TextValue));
        Assert.Equal("90", items[3].GetItems(DicomTags.MeasuredValueSequence)[0].GetString(DicomTags.NumericValue));
        Assert.Equal(kept.GetString(DicomTags.SeriesInstanceUid), items[4].GetString(DicomTags.Uid));
    }

    [Fact]
    public void Only_overlays_of_regions_stay_where_graphics_are_cleaned()
    {
        DicomDataset With(string type) => Image().Set(new DicomTag(0x60000010), DicomVr.US, new byte[] { 8, 0 }).Set(new DicomTag(0x60000040), DicomVr.CS, type)
            .Set(new DicomTag(0x60000100), DicomVr.US, new byte[] { 1, 0 }).Set(new DicomTag(0x60003000), DicomVr.OW, new byte[8]);
        Assert.Contains(Apply(With("R"), DeidentificationOptions.CleanGraphics).Dataset, e => e.Tag.Value == 0x60003000);
        Assert.DoesNotContain(Apply(With("G"), DeidentificationOptions.CleanGraphics).Dataset, e => e.Tag.Group == 0x6000);
        Assert.DoesNotContain(Apply(With("R")).Dataset, e => e.Tag.Group == 0x6000);
    }

    [Fact]
    public void Another_choice_of_options_is_another_profile_and_both_kinds_of_dates_are_none()
    {
        var hashes = Enum.GetValues<DeidentificationOptions>().Select(o => new CentreDeidentifier(Key, o).ProfileSha256).ToArray();
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Throws<ArgumentException>(() => new CentreDeidentifier(Key, DeidentificationOptions.RetainFullDates | DeidentificationOptions.RetainModifiedDates));
    }

    [Fact]
    public void No_made_uid_is_one_of_the_standard_and_registered_ones_stay()
    {
        var pseudonyms = new Pseudonyms(Key);
        var made = Enumerable.Range(0, 10_000).Select(i => pseudonyms.Uid($"1.2.826.{i}")).ToArray();
        Assert.Equal(made.Length, made.Distinct().Count());
        Assert.All(made, u => Assert.True(u.StartsWith("2.25.", StringComparison.Ordinal) && DicomUid.IsValid(u) && DicomUids.Find(u) is null));
        Assert.Equal(DicomUids.TalairachBrainAtlas, pseudonyms.Uid(DicomUids.TalairachBrainAtlas));
        // The standard's root is no licence: what it has not registered may be anybody's.
        Assert.StartsWith("2.25.", pseudonyms.Uid("1.2.840.10008.1.2.99.4711"), StringComparison.Ordinal);
    }

    [Fact]
    public void Icons_and_signatures_go()
    {
        var dataset = Image().SetItems(DicomTags.IconImageSequence, new DicomDataset().Set(DicomTags.Rows, 64)).SetItems(DicomTags.DigitalSignaturesSequence, new DicomDataset())
            .SetItems(DicomTags.MACParametersSequence, new DicomDataset());
        var kept = Apply(dataset).Dataset;
        Assert.DoesNotContain(kept, e => e.Tag == DicomTags.IconImageSequence || e.Tag == DicomTags.DigitalSignaturesSequence || e.Tag == DicomTags.MACParametersSequence);
    }

    private static IEnumerable<string?> Methods(DicomDataset dataset) => dataset.GetItems(DicomTags.DeidentificationMethodCodeSequence).Select(c => c.GetString(DicomTags.CodeValue));

    private static DicomDataset Image(string sopClass = DicomUids.CTImageStorage) => new DicomDataset()
        .Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711").Set(DicomTags.ImagePositionPatient, 0, 0, 0);

    private static DicomFile Apply(DicomDataset dataset, DeidentificationOptions options = DeidentificationOptions.None) => Assert.IsType<Deidentified>(
        new CentreDeidentifier(Key, options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).File;
}
