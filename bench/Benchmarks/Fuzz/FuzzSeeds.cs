using Pirogov.Dicom;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>Small files of every encoding, for a start where published ones are absent.</summary>
internal static class FuzzSeeds
{
    public static IEnumerable<byte[]> Made()
    {
        string[] native = [DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian, DicomUids.DeflatedExplicitVRLittleEndian];
        foreach (var syntax in native)
        {
            yield return DicomWriter.ToBytes(DicomFile.Create(Small().Set(DicomTags.PixelData, DicomVr.OW, new byte[32]), syntax));
            yield return DicomWriter.DatasetToBytes(Small(), DicomTransferSyntax.Of(syntax));
        }

        var fragments = new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, new byte[8], [new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }, new byte[6], new byte[] { 1, 2 }]);
        yield return DicomWriter.ToBytes(DicomFile.Create(Small().Set(fragments).Set(new DicomTag(0xFFFCFFFC), DicomVr.OB, new byte[4]), DicomUids.JPEGBaseline8Bit));
        yield return [];
    }

    private static DicomDataset Small() => new DicomDataset()
        .Set(DicomTags.SpecificCharacterSet, "", "ISO 2022 IR 87").Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3")
        .Set(DicomTags.PatientName, "Yamada^Tarou=山田^太郎").Set(DicomTags.StudyDate, "20260102").Set(DicomTags.Rows, 4).Set(DicomTags.Columns, 4)
        .Set(DicomTags.PixelSpacing, 0.5, 0.5).Set(DicomTags.FrameIncrementPointer, DicomVr.AT, new byte[] { 0x18, 0, 0x63, 0x10 })
        .Set(new DicomTag(0x00290010), DicomVr.LO, "SIEMENS CSA HEADER"u8.ToArray()).Set(new DicomTag(0x00291008), DicomVr.CS, "IMAGE NUM 4"u8.ToArray())
        .SetItems(DicomTags.ReferencedImageSequence, new DicomDataset().Set(DicomTags.ReferencedSopInstanceUid, "1.2.5")
            .SetItems(DicomTags.PurposeOfReferenceCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, "121311"), new DicomDataset()));
}
