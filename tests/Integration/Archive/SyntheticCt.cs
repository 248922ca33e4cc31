using Pirogov.Dicom;

namespace Pirogov.Integration.Archive;

/// <summary>A small CT series of an invented patient, with identifying values everywhere that hospitals leave them.</summary>
internal static class SyntheticCt
{
    public const string Name = "Выдуманов^Пётр^Сергеевич";
    public const string PatientId = "MRN-7731904";
    public const string BirthDate = "19510317";
    public const string Institution = "Городская больница 77";
    public const string StudyDate = "20240229";
    public const string Physician = "Лечащева^Анна";

    public static readonly string[] Secrets =
        [Name, "Выдуманов", PatientId, BirthDate, Institution, StudyDate, Physician, "Лечащева", "1.2.826.0.1.3680043.99", "SCANNER-SN-5512", "ACC-90817"];

    /// <param name="study">Number that makes the study's UIDs.</param>
    /// <param name="spacing">Positions of the slices along the axis, in mm.</param>
    public static IEnumerable<DicomDataset> Slices(int study, params double[] spacing) => spacing.Select((z, k) => Slice(study, k, z));

    public static byte[] File(DicomDataset dataset, string syntax = DicomUids.ExplicitVRLittleEndian) =>
        DicomWriter.ToBytes(DicomFile.Create(dataset, syntax));

    public static DicomDataset Slice(int study, int k, double z)
    {
        const string root = "1.2.826.0.1.3680043.99";
        var pixels = new byte[64 * 64 * 2];
        for (var i = 0; i < 64 * 64; i++)
            BitConverter.TryWriteBytes(pixels.AsSpan(2 * i), (short)(((i % 64) * 16) + (k * 10) + study));
        return new DicomDataset()
            .Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
            .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage)
            .Set(DicomTags.SopInstanceUid, $"{root}.{study}.1.{k + 1}")
            .Set(DicomTags.StudyDate, StudyDate).Set(DicomTags.ContentDate, StudyDate).Set(DicomTags.StudyTime, "101500")
            .Set(DicomTags.AccessionNumber, "ACC-90817")
            .Set(DicomTags.Modality, "CT")
            .Set(DicomTags.Manufacturer, "Vendor")
            .Set(DicomTags.ManufacturerModelName, "Model X")
            .Set(DicomTags.InstitutionName, Institution)
            .Set(DicomTags.ReferringPhysicianName, Physician)
            .Set(DicomTags.StudyDescription, "CT abdomen")
            .Set(DicomTags.SeriesDescription, "Axial 3 mm " + PatientId)
            .Set(DicomTags.PatientName, Name).Set(DicomTags.PatientID, PatientId)
            .Set(DicomTags.PatientBirthDate, BirthDate).Set(DicomTags.PatientSex, "M").Set(DicomTags.PatientAge, "072Y")
            .Set(DicomTags.BodyPartExamined, "ABDOMEN")
            .Set(DicomTags.DeviceSerialNumber, "SCANNER-SN-5512")
            .Set(DicomTags.StudyInstanceUid, $"{root}.{study}")
            .Set(DicomTags.SeriesInstanceUid, $"{root}.{study}.1")
            .Set(DicomTags.FrameOfReferenceUid, $"{root}.{study}.9")
            .Set(DicomTags.StudyID, "ST-4471")
            .Set(DicomTags.SeriesNumber, 2).Set(DicomTags.InstanceNumber, k + 1)
            .Set(DicomTags.ImagePositionPatient, -32.0, -32.0, z)
            .Set(DicomTags.ImageOrientationPatient, 1.0, 0, 0, 0, 1, 0)
            .Set(DicomTags.PixelSpacing, 1.0, 1.0).Set(DicomTags.SliceThickness, 3.0)
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2")
            .Set(DicomTags.Rows, 64).Set(DicomTags.Columns, 64)
            .Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 16).Set(DicomTags.HighBit, 15).Set(DicomTags.PixelRepresentation, 1)
            .Set(DicomTags.RescaleIntercept, 0.0).Set(DicomTags.RescaleSlope, 1.0)
            .Set(DicomTags.PixelData, DicomVr.OW, pixels);
    }
}
