using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;

namespace Pirogov.Archive.Phantom;

/// <summary>The attributes of the CT Image IOD (PS3.3 A.3) around the phantom's pixels.</summary>
internal sealed class PhantomHeader(PhantomOptions options)
{
    private const double FieldOfView = 400;

    private readonly string _number = options.Seed.ToString("D5", CultureInfo.InvariantCulture);

    private double Spacing => FieldOfView / options.Size;

    private double SliceSpacing => PhantomAnatomy.Extent / options.Slices;

    public SliceGrid SliceGrid(int k)
    {
        var first = -(FieldOfView - Spacing) / 2;
        return new SliceGrid(k, options.Size, Spacing, new Vector3D(first, first, SliceSpacing * k));
    }

    public DicomDataset Instance(int k, byte[] pixels)
    {
        var dataset = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        AddPatientAndStudy(dataset);
        AddSeries(dataset);
        AddImage(dataset, k);
        return dataset.Set(DicomTags.PixelData, DicomVr.OW, pixels);
    }

    /// <summary>Filled as a hospital fills them, and saying Synthetic: de-identification has to find and remove them.</summary>
    private void AddPatientAndStudy(DicomDataset dataset)
    {
        var year = 1940 + Math.Abs(options.Seed % 50);
        dataset
            .Set(DicomTags.PatientName, $"Phantom^Synthetic{_number}")
            .Set(DicomTags.PatientID, $"PHANTOM-{_number}")
            .Set(DicomTags.PatientBirthDate, $"{year}0412")
            .Set(DicomTags.PatientSex, options.Seed % 2 == 0 ? "F" : "M")
            .Set(DicomTags.PatientAge, $"{options.StudyDate.Year - year:D3}Y")
            .Set(DicomTags.PatientAddress, "Синтетическая улица, 1")
            .Set(DicomTags.OtherPatientIDs, $"POLIS-{_number}")
            .Set(DicomTags.StudyInstanceUid, Uid("study"))
            .Set(DicomTags.StudyDate, Date).Set(DicomTags.StudyTime, "101500")
            .Set(DicomTags.StudyID, _number)
            .Set(DicomTags.AccessionNumber, $"ACC{_number}")
            .Set(DicomTags.StudyDescription, "Synthetic CT chest and abdomen")
            .Set(DicomTags.ReferringPhysicianName, "Referrer^Synthetic")
            .Set(DicomTags.PerformingPhysicianName, "Performer^Synthetic")
            .Set(DicomTags.OperatorsName, "Operator^Synthetic")
            .Set(DicomTags.InstitutionName, "Синтетическая больница")
            .Set(DicomTags.InstitutionAddress, "Синтетический город");
    }

    private string Date => options.StudyDate.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private void AddSeries(DicomDataset dataset) => dataset
        .Set(DicomTags.Modality, "CT")
        .Set(DicomTags.SeriesInstanceUid, Uid("series"))
        .Set(DicomTags.SeriesNumber, 1)
        .Set(DicomTags.SeriesDate, Date).Set(DicomTags.SeriesTime, "101600")
        .Set(DicomTags.SeriesDescription, "Phantom, portal venous")
        .Set(DicomTags.BodyPartExamined, "CHEST")
        .Set(DicomTags.PatientPosition, "HFS")
        .Set(DicomTags.Manufacturer, "Pirogov")
        .Set(DicomTags.ManufacturerModelName, "Virtual CT")
        .Set(DicomTags.StationName, "SYNTHETIC1")
        .Set(DicomTags.DeviceSerialNumber, $"SN{_number}")
        .Set(DicomTags.SoftwareVersions, "1")
        .Set(DicomTags.FrameOfReferenceUid, Uid("frame of reference"))
        .SetEmpty(DicomTags.PositionReferenceIndicator);

    private void AddImage(DicomDataset dataset, int k)
    {
        var origin = SliceGrid(k).Origin;
        dataset
            .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage)
            .Set(DicomTags.SopInstanceUid, Uid($"instance {k}"))
            .Set(DicomTags.InstanceNumber, k + 1)
            .Set(DicomTags.ImageType, "DERIVED", "PRIMARY", "AXIAL")
            .Set(DicomTags.DerivationDescription, "Synthetic phantom: no patient")
            .Set(DicomTags.BurnedInAnnotation, "NO")
            .Set(DicomTags.AcquisitionNumber, 1)
            .Set(DicomTags.AcquisitionDate, Date).Set(DicomTags.AcquisitionTime, "101600")
            .Set(DicomTags.ContentDate, Date).Set(DicomTags.ContentTime, "101600")
            .Set(DicomTags.KVP, 120.0)
            .Set(DicomTags.ConvolutionKernel, "B30f")
            .Set(DicomTags.SliceThickness, SliceSpacing)
            .Set(DicomTags.SliceLocation, origin.Z)
            .Set(DicomTags.ImagePositionPatient, origin.X, origin.Y, origin.Z)
            .Set(DicomTags.ImageOrientationPatient, 1, 0, 0, 0, 1, 0)
            .Set(DicomTags.PixelSpacing, Spacing, Spacing)
            .Set(DicomTags.SamplesPerPixel, 1)
            .Set(DicomTags.PhotometricInterpretation, "MONOCHROME2")
            .Set(DicomTags.Rows, options.Size).Set(DicomTags.Columns, options.Size)
            .Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 12).Set(DicomTags.HighBit, 11)
            .Set(DicomTags.PixelRepresentation, 0)
            .Set(DicomTags.RescaleIntercept, -1024).Set(DicomTags.RescaleSlope, 1).Set(DicomTags.RescaleType, "HU")
            .Set(DicomTags.WindowCenter, 40).Set(DicomTags.WindowWidth, 400);
    }

    /// <summary>A version 8 UUID of the options that make the bytes: other options, another instance.</summary>
    private string Uid(string what)
    {
        var name = $"{options.Seed} {options.Size} {options.Slices} {options.Nodules} {Date} {what}";
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return DicomUid.FromBytes(bytes);
    }
}
