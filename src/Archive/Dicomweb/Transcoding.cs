using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Dicomweb;

/// <summary>From an encapsulated file to Explicit VR Little Endian, with the Image Pixel module as the decoder left the pixels.</summary>
internal static class Transcoding
{
    /// <returns>Null when a frame cannot be decoded.</returns>
    public static DicomFile? ToExplicitLittleEndian(DicomFile file)
    {
        if (!file.TransferSyntax.IsEncapsulated)
            return file;
        var frames = new List<DecodedFrame>();
        for (var i = 0; i < Math.Max(1, file.Dataset.GetInt(DicomTags.NumberOfFrames) ?? 1); i++)
        {
            if (InstanceRendering.Decode(file, i) is not { } frame)
                return null;
            frames.Add(frame);
        }

        var native = new DicomDataset();
        foreach (var element in file.Dataset.Where(e => !e.Tag.IsPixelData))
            native.Set(element);
        var description = frames[0].Description;
        native.Set(DicomTags.PhotometricInterpretation, description.PhotometricInterpretation);
        if (description.SamplesPerPixel > 1)
            native.Set(DicomTags.PlanarConfiguration, description.PlanarConfiguration);
        var pixels = new byte[frames.Sum(f => (long)f.Samples.Length)];
        var at = 0;
        foreach (var frame in frames)
        {
            frame.Samples.CopyTo(pixels, at);
            at += frame.Samples.Length;
        }

        native.Set(DicomTags.PixelData, description.BitsAllocated > 8 ? DicomVr.OW : DicomVr.OB, pixels);
        return DicomFile.Create(native, DicomUids.ExplicitVRLittleEndian);
    }
}
