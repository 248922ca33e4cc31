using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Which objects a person has to look at before they may pass, and which never pass.</summary>
public class PixelRulesTests
{
    private static readonly byte[] Key = SHA256.HashData("a centre"u8);

    [Theory]
    [InlineData("DERIVED\\PRIMARY\\LABEL\\NONE", "NO", "specimen-label")]
    [InlineData("DERIVED\\PRIMARY\\OVERVIEW\\NONE", "NO", "specimen-label")]
    [InlineData("DERIVED\\PRIMARY\\LOCALIZER\\NONE", "NO", "specimen-label")]
    [InlineData("DERIVED\\PRIMARY", "NO", "specimen-label")]
    [InlineData("DERIVED\\PRIMARY\\VOLUME\\NONE", "YES", "specimen-label")]
    [InlineData("DERIVED\\PRIMARY\\VOLUME\\NONE", "NO", null)]
    [InlineData("DERIVED\\PRIMARY\\VOLUME\\RESAMPLED", "", null)]
    [InlineData("DERIVED\\PRIMARY\\THUMBNAIL\\RESAMPLED", "NO", null)]
    public void The_label_of_a_slide_waits_for_a_look_and_its_tissue_does_not(string imageType, string label, string? code) =>
        Assert.Equal(code, Waits(Image(DicomUids.VLWholeSlideMicroscopyImageStorage).Set(DicomTags.ImageType, imageType.Split('\\')).Set(DicomTags.SpecimenLabelInImage, label)));

    [Theory]
    [InlineData("Протокол исследования", true)]
    [InlineData("Доза облучения", true)]
    [InlineData("Отчёт о дозе", true)]
    [InlineData("Копия экрана", true)]
    [InlineData("Dose Report", true)]
    [InlineData("Patient Protocol", true)]
    [InlineData("НДКТ низкодозовая", false)]
    [InlineData("Скрининг лёгких 1 мм", false)]
    [InlineData("Low Dose Lung Screening", false)]
    public void A_sheet_of_dose_is_told_by_what_it_is_called_in_either_language(string description, bool waits)
    {
        var cyrillic = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
        foreach (var dataset in new[]
        {
            new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.SeriesDescription, DicomVr.LO, Encoding.UTF8.GetBytes(description)),
            // As archives have it: nothing declared.
            new DicomDataset().Set(DicomTags.SeriesDescription, DicomVr.LO, cyrillic.GetBytes(description)),
        })
        {
            foreach (var element in Ct())
                dataset.Set(element);
            Assert.Equal(waits ? "screen-capture" : null, Waits(dataset));
        }
    }

    [Fact]
    public void A_ct_that_lies_nowhere_or_is_made_of_images_and_no_reformatting_waits_for_a_look()
    {
        Assert.Null(Waits(Ct()));
        Assert.Equal("screen-capture", Waits(Image(DicomUids.CTImageStorage).Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", "AXIAL")));
        Assert.Equal("screen-capture", Waits(Ct().Set(DicomTags.ImageType, "DERIVED", "SECONDARY", "OTHER")));
        Assert.Equal("screen-capture", Waits(Ct().Set(DicomTags.ImageType, "DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT")));
        Assert.Null(Waits(Ct().Set(DicomTags.ImageType, "DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE")));
        Assert.Null(Waits(Ct().Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", "LOCALIZER")));
    }

    [Theory]
    [InlineData(DicomUids.MRImageStorage, "DERIVED\\SECONDARY\\OTHER", true, true)]
    [InlineData(DicomUids.MRImageStorage, "ORIGINAL\\PRIMARY\\M", false, true)]
    [InlineData(DicomUids.MRImageStorage, "ORIGINAL\\PRIMARY\\M", true, false)]
    [InlineData(DicomUids.MRImageStorage, "DERIVED\\SECONDARY\\ADC", true, false)]
    [InlineData(DicomUids.PositronEmissionTomographyImageStorage, "ORIGINAL\\PRIMARY", false, true)]
    [InlineData(DicomUids.PositronEmissionTomographyImageStorage, "DERIVED\\SECONDARY\\MIP", true, false)]
    [InlineData(DicomUids.NuclearMedicineImageStorage, "DERIVED\\SECONDARY\\STATIC", false, true)]
    [InlineData(DicomUids.NuclearMedicineImageStorage, "ORIGINAL\\PRIMARY\\STATIC", false, false)]
    [InlineData(DicomUids.ComputedRadiographyImageStorage, "DERIVED\\SECONDARY", false, true)]
    [InlineData(DicomUids.ComputedRadiographyImageStorage, "DERIVED\\PRIMARY", false, false)]
    [InlineData(DicomUids.DigitalXRayImageStorageForPresentation, "DERIVED\\SECONDARY", false, true)]
    [InlineData(DicomUids.XRayAngiographicImageStorage, "DERIVED\\SECONDARY\\SINGLE PLANE", false, true)]
    public void A_sheet_of_text_under_another_kind_of_image_waits_for_a_look(string sopClass, string imageType, bool liesInThePatient, bool waits)
    {
        var image = Image(sopClass).Set(DicomTags.ImageType, imageType.Split('\\'));
        Assert.Equal(waits ? "screen-capture" : null, Waits(liesInThePatient ? image.Set(DicomTags.ImagePositionPatient, 0, 0, 0) : image));
    }

    [Fact]
    public void Pixels_that_cannot_be_opened_are_refused()
    {
        var film = Ct().Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [new byte[64]]));
        var outcome = new CentreDeidentifier(Key, DeidentificationOptions.None).Apply(DicomFile.Create(film, "1.2.840.10008.1.2.4.102"));
        Assert.Equal("unsupported-transfer-syntax", Assert.IsType<DeidentificationRefused>(outcome).Code);
    }

    [Theory]
    [InlineData(DicomUids.XRayRadiationDoseSRStorage)]
    [InlineData(DicomUids.EnhancedXRayRadiationDoseSRStorage)]
    [InlineData(DicomUids.PatientRadiationDoseSRStorage)]
    public void Reports_of_dose_pass_where_structured_content_is_cleaned(string sopClass)
    {
        Assert.Equal("free-text-document", Refused(Image(sopClass)));
        Assert.IsType<Deidentified>(Apply(Image(sopClass), DeidentificationOptions.CleanStructuredContent));
    }

    [Theory]
    [InlineData(DicomUids.GrayscaleSoftcopyPresentationStateStorage)]
    [InlineData(DicomUids.ColorSoftcopyPresentationStateStorage)]
    [InlineData(DicomUids.PseudoColorSoftcopyPresentationStateStorage)]
    public void A_presentation_state_passes_where_graphics_are_cleaned_with_its_shapes_and_without_names(string sopClass)
    {
        var state = Image(sopClass).Set(DicomTags.PatientName, "Vydumanov^Petr").Set(DicomTags.ContentLabel, "VYDUMANOV").Set(DicomTags.ContentDescription, "for Vydumanov, nodule")
            .Set(DicomTags.ContentCreatorName, "Doctorova^Anna").Set(DicomTags.PresentationCreationDate, "20240102")
            .SetItems(DicomTags.ReferencedSeriesSequence, new DicomDataset().Set(DicomTags.SeriesInstanceUid, "1.2.3.1"))
            .SetItems(DicomTags.GraphicAnnotationSequence, new DicomDataset().Set(DicomTags.GraphicLayer, "LAYER")
                .SetItems(DicomTags.TextObjectSequence, new DicomDataset().Set(DicomTags.UnformattedTextValue, "Vydumanov P., tel. +7 916 123-45-67\n12 mm"))
                .SetItems(DicomTags.GraphicObjectSequence, new DicomDataset().Set(DicomTags.GraphicData, DicomVr.FL, new byte[16]).Set(DicomTags.GraphicType, "POLYLINE")));
        Assert.Equal("free-text-document", Refused(state));
        Assert.Equal("free-text-document", Assert.IsType<DeidentificationRefused>(Apply(state, DeidentificationOptions.CleanStructuredContent)).Code);

        var kept = Assert.IsType<Deidentified>(Apply(state, DeidentificationOptions.CleanGraphics)).File.Dataset;
        var annotation = kept.GetItems(DicomTags.GraphicAnnotationSequence)[0];
        Assert.Equal("[NAME], tel. [PHONE]\n12 mm", annotation.GetItems(DicomTags.TextObjectSequence)[0].GetString(DicomTags.UnformattedTextValue));
        Assert.Equal("POLYLINE", annotation.GetItems(DicomTags.GraphicObjectSequence)[0].GetString(DicomTags.GraphicType));
        Assert.Equal(("ANONYMIZED", "for [NAME], nodule"), (kept.GetString(DicomTags.ContentLabel), kept.GetString(DicomTags.ContentDescription)));
        Assert.Equal((false, null), (kept.Contains(DicomTags.PresentationCreationDate), kept.GetString(DicomTags.ContentCreatorName)));
        Assert.Equal(kept.GetString(DicomTags.SeriesInstanceUid), kept.GetItems(DicomTags.ReferencedSeriesSequence)[0].GetString(DicomTags.SeriesInstanceUid));
        Assert.DoesNotContain("ydumanov", DicomJson.ToText(kept), StringComparison.OrdinalIgnoreCase);
    }

    private static string? Waits(DicomDataset dataset) => (Apply(dataset) as DeidentificationNeedsReview)?.Code;

    private static string Refused(DicomDataset dataset) => Assert.IsType<DeidentificationRefused>(Apply(dataset)).Code;

    private static DeidentificationOutcome Apply(DicomDataset dataset, DeidentificationOptions options = DeidentificationOptions.None) =>
        new CentreDeidentifier(Key, options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));

    private static DicomDataset Ct() => Image(DicomUids.CTImageStorage).Set(DicomTags.ImagePositionPatient, 0, 0, 0).Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", "AXIAL");

    private static DicomDataset Image(string sopClass) => new DicomDataset()
        .Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711");
}
