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
        yield return DicomWriter.ToBytes(DicomFile.Create(Image().Set(DicomTags.PixelData, DicomVr.OW, new byte[32]), DicomUids.ExplicitVRLittleEndian));
        byte[] rle = [1, .. new byte[3], 64, .. new byte[59], 15, .. new byte[16], 1, 2];
        yield return DicomWriter.ToBytes(DicomFile.Create(
            Image().Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [rle])),
            DicomUids.RLELossless));
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xFE, 0, 6, 1, 2, 3, 4, 0xFF, 0xC0, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xFF, 0, 9, 0xFF, 0xD9, 1, 2];
        yield return DicomWriter.ToBytes(DicomFile.Create(Image().Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [jpeg])), DicomUids.JPEGBaseline8Bit));
        byte[] jpeg2000 =
        [
            0xFF, 0x4F, 0xFF, 0x51, 0, 41, .. new byte[2], 0, 0, 0, 4, 0, 0, 0, 4, .. new byte[8], 0, 0, 0, 4, 0, 0, 0, 4, .. new byte[8], 0, 1, 7, 1, 1,
            0xFF, 0x64, 0, 6, 0, 1, 65, 66, 0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 24, 0, 1, 0xFF, 0x64, 0, 4, 0, 1, 0xFF, 0x93, 1, 2, 3, 4, 0xFF, 0xD9, 1, 2,
        ];
        yield return DicomWriter.ToBytes(DicomFile.Create(Image().Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [jpeg2000])), DicomUids.JPEG2000Lossless));
        yield return [];
    }

    private static DicomDataset Image() => Small().Set(DicomTags.StudyInstanceUid, "1.2").Set(DicomTags.SeriesInstanceUid, "1.2.1").Set(DicomTags.ImagePositionPatient, 0, 0, 0)
        .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 12).Set(DicomTags.HighBit, 11)
        .Set(DicomTags.PixelRepresentation, 0).Set(DicomTags.PatientID, "4711");

    private static DicomDataset Small() => new DicomDataset()
        .Set(DicomTags.SpecificCharacterSet, "", "ISO 2022 IR 87").Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3")
        .Set(DicomTags.PatientName, "Yamada^Tarou=山田^太郎").Set(DicomTags.StudyDate, "20260102").Set(DicomTags.Rows, 4).Set(DicomTags.Columns, 4)
        .Set(DicomTags.PixelSpacing, 0.5, 0.5).Set(DicomTags.FrameIncrementPointer, DicomVr.AT, new byte[] { 0x18, 0, 0x63, 0x10 })
        .Set(new DicomTag(0x00290010), DicomVr.LO, "SIEMENS CSA HEADER"u8.ToArray()).Set(new DicomTag(0x00291008), DicomVr.CS, "IMAGE NUM 4"u8.ToArray())
        .SetItems(DicomTags.ReferencedImageSequence, new DicomDataset().Set(DicomTags.ReferencedSopInstanceUid, "1.2.5")
            .SetItems(DicomTags.PurposeOfReferenceCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, "121311"), new DicomDataset()));
}
