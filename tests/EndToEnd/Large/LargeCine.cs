using System.Security.Cryptography;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Large;

/// <summary>A multi-frame image of 300 MB of an invented patient, made on the disk while it is written; no two runs of it are alike.</summary>
internal sealed class LargeCine : IDisposable
{
    public const int Frames = 300;
    public const int FrameBytes = Side * Side;
    private const int Side = 1024;

    /// <summary>Stands in the header before and behind the pixels.</summary>
    public const string Secret = "Кинопётров^Пётр";

    public LargeCine(string sopClass, string modality, Func<DicomDataset, DicomDataset>? more = null)
    {
        var root = $"2.25.{RandomNumberGenerator.GetInt32(100_000_000, int.MaxValue)}";
        SopInstanceUid = root + ".1.1";
        var header = new DicomDataset()
            .Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, SopInstanceUid)
            .Set(DicomTags.Modality, modality).Set(DicomTags.PatientName, Secret).Set(DicomTags.PatientID, "CINE-" + root[^6..])
            .Set(DicomTags.StudyInstanceUid, root).Set(DicomTags.SeriesInstanceUid, root + ".1").Set(DicomTags.SeriesNumber, 1).Set(DicomTags.InstanceNumber, 1)
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.NumberOfFrames, Frames)
            .Set(DicomTags.Rows, Side).Set(DicomTags.Columns, Side)
            .Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0);
        header = more?.Invoke(header) ?? header;
        using var file = File.Create(Path);
        file.Write(DicomWriter.ToBytes(DicomFile.Create(header, DicomUids.ExplicitVRLittleEndian)));
        file.Write([0xE0, 0x7F, 0x10, 0, (byte)'O', (byte)'B', 0, 0, .. BitConverter.GetBytes((uint)(Frames * FrameBytes))]);
        using var pixels = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var frame = new byte[FrameBytes];
        RandomNumberGenerator.Fill(frame);
        for (var i = 0; i < Frames; i++)
        {
            BitConverter.TryWriteBytes(frame, i);
            file.Write(frame);
            pixels.AppendData(frame);
        }

        // Of the patient again, where nobody expects it: behind the pixels (PS3.3 C.12.1.1.4 pads there).
        file.Write([0xFC, 0xFF, 0xFC, 0xFF, (byte)'O', (byte)'B', 0, 0, .. BitConverter.GetBytes(16), .. "KINOPETROV^PETR "u8]);
        PixelSha256 = Convert.ToHexStringLower(pixels.GetHashAndReset());
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cine-{Guid.CreateVersion7():N}.dcm");

    public string SopInstanceUid { get; }

    public string PixelSha256 { get; }

    public void Dispose() => File.Delete(Path);

    /// <summary>SHA-256 of the native pixels of a file, read from a stream that cannot seek.</summary>
    public static async Task<string> PixelsOf(Stream file)
    {
        var path = System.IO.Path.GetTempFileName();
        try
        {
            await using var held = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            await file.CopyToAsync(held);
            held.Position = 0;
            var read = DicomReader.Read(held, new() { LeavePixelDataInStream = true });
            Assert.DoesNotContain("инопётров", DicomJson.ToText(Without(read.Dataset)), StringComparison.OrdinalIgnoreCase);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(((DicomStreamedPixelData)read.Dataset.Find(DicomTags.PixelData)!).OpenRead()));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static DicomDataset Without(DicomDataset dataset)
    {
        var header = new DicomDataset();
        foreach (var element in dataset.Where(e => !e.Tag.IsPixelData))
            header.Set(element);
        return header;
    }
}
