using System.Text;
using System.Text.Json;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

public class JsonModel
{
    [Fact]
    public void Values_stand_as_the_standard_shapes_them()
    {
        var dataset = new DicomDataset()
            .Set(DicomTags.SpecificCharacterSet, "ISO_IR 144")
            .Set(DicomTags.PatientName, "Пирогов^Николай")
            .Set(DicomTags.ImageType, "ORIGINAL", "", "AXIAL")
            .Set(DicomTags.SliceThickness, 1.5).Set(DicomTags.Rows, 512)
            .Set(DicomTags.FrameIncrementPointer, DicomVr.AT, new byte[] { 0x18, 0, 0x63, 0x10 })
            .Set(DicomTags.PixelData, DicomVr.OW, new byte[] { 1, 2 })
            .SetEmpty(DicomTags.PatientBirthDate);

        Assert.Equal(
            """{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00080008":{"vr":"CS","Value":["ORIGINAL",null,"AXIAL"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Пирогов^Николай"}]},"00100030":{"vr":"DA"},"00180050":{"vr":"DS","Value":[1.5]},"00280009":{"vr":"AT","Value":["00181063"]},"00280010":{"vr":"US","Value":[512]},"7FE00010":{"vr":"OW","InlineBinary":"AQI="}}""",
            System.Text.RegularExpressions.Regex.Unescape(DicomJson.ToText(dataset)));
    }

    [Fact]
    public void A_data_set_survives_the_way_to_json_and_back()
    {
        var dataset = SyntheticDatasets.EveryVr();
        Assert.True(dataset.ContentEquals(DicomJson.Parse(DicomJson.ToUtf8Bytes(dataset))));
    }

    [Fact]
    public void Large_values_are_left_out_or_pointed_to()
    {
        var dataset = new DicomDataset().Set(DicomTags.PixelData, DicomVr.OW, new byte[2000]);
        Assert.Equal("{}", DicomJson.ToText(dataset));
        Assert.Equal(
            """{"7FE00010":{"vr":"OW","BulkDataURI":"bulk/7FE00010"}}""",
            DicomJson.ToText(dataset, new DicomJsonOptions { BulkDataUri = e => "bulk/" + e.Tag.Hex }));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"00100010":"name"}""")]
    [InlineData("""{"00280010":{"vr":"US","Value":["many"]}}""")]
    [InlineData("""{"nowhere":{"vr":"US"}}""")]
    public void What_is_not_the_model_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => DicomJson.Parse(Encoding.UTF8.GetBytes(json)));
}
