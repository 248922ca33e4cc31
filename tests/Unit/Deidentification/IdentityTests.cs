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

    private static DicomDataset Item(string type, string code) => new DicomDataset().Set(DicomTags.RelationshipType, "CONTAINS").Set(DicomTags.ValueType, type)
        .SetItems(DicomTags.ConceptNameCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, code).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, "concept"));

    private static DicomDataset Image(string sopClass = DicomUids.CTImageStorage) => new DicomDataset()
        .Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711").Set(DicomTags.ImagePositionPatient, 0, 0, 0);

    private static DicomDataset Apply(DicomDataset dataset, DeidentificationOptions options = DeidentificationOptions.None) => Assert.IsType<Deidentified>(
        new CentreDeidentifier(Key, options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).File.Dataset;
}
