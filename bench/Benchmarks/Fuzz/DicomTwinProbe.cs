using System.Security.Cryptography;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>
/// What must hold of any file that was read: it is de-identified, held for a look or refused, and never anything else; its twin is written, read
/// again, and comes out of the door the same; masking gives a file or says that it cannot.
/// </summary>
internal static class DicomTwinProbe
{
    /// <summary>Larger images are described by a few bytes and take seconds to blacken.</summary>
    private const long LargestMasked = 1 << 22;

    private static readonly CentreDeidentifier[] Centres =
    [
        new(SHA256.HashData("fuzz"u8)),
        new(SHA256.HashData("fuzz"u8), (DeidentificationOptions)0x3FF & ~DeidentificationOptions.RetainFullDates),
    ];

    /// <returns>How the file behaved.</returns>
    /// <exception cref="InvalidOperationException">Something that must hold does not.</exception>
    public static string Run(byte[] input, DicomFile file)
    {
        var codes = new List<string>();
        foreach (var centre in Centres)
        {
            var outcome = centre.Apply(file);
            codes.Add(outcome switch
            {
                DeidentificationRefused refused => refused.Code,
                DeidentificationNeedsReview waiting => waiting.Code,
                _ => "done",
            });
            if (((outcome as DeidentificationNeedsReview)?.Result ?? outcome as Deidentified) is not { } twin)
                continue;
            var written = DicomWriter.ToBytes(twin.File);
            if (DicomReader.Read(written).Dataset.GetString(DicomTags.PatientID) != twin.PatientPseudonym)
                throw new InvalidOperationException("The twin has another patient.");
            codes.Add(Masked(twin.File));
        }

        _ = Admission.Admit(input, Centres[0]);
        return string.Join(' ', codes);
    }

    private static string Masked(DicomFile file)
    {
        if (file.Dataset.Any(e => e is DicomStreamedPixelData) || (file.TransferSyntax.IsEncapsulated && file.TransferSyntax.Uid != DicomUids.RLELossless))
            return "";
        try
        {
            var image = DicomImage.Open(file);
            if (image.Description.FrameBits > LargestMasked || image.Frames > 64)
                return "";
        }
        catch (ImagingException fault)
        {
            return fault.Fault.ToString();
        }

        return PixelMasking.Apply(file, [new(0, 0, 2, 2)]) is null ? "cannot be masked" : "masked";
    }
}
