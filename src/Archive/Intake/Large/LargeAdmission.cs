using System.IO.Hashing;
using Pirogov.Archive.Review;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Intake;

/// <summary>
/// What <see cref="Admission"/> and <see cref="JudgedFile"/> do, for an original that is not in memory: the header is changed there, the pixels pass
/// from file to file and are hashed on their way.
/// </summary>
internal static class LargeAdmission
{
    /// <summary>Most bytes beside the pixels; a slide of a hundred thousand tiles has half of it. Reading goes one step of four beyond.</summary>
    private const int LargestHeader = 32 << 20;

    /// <summary>What is deflated cannot be left where it is: such a file is bound by what memory bears.</summary>
    private static readonly DicomReaderOptions Bounds =
        new() { LeavePixelDataInStream = true, MaximumBytes = LargestHeader, MaximumInflatedBytes = Admission.LargestInflated };

    public static DicomReaderOptions HeaderBounds { get; } = Bounds with { LeavePixelDataInStream = false, StopBeforePixelData = true };

    /// <summary>Most bytes that reading it takes, the pixels being left where they are, and how many of them an inflated data set may have.</summary>
    public static async Task<(long Held, long Inflated)> Needs(Stream original)
    {
        var inflated = await DeflatedOriginal.Inflated(original, Admission.LargestInflated);
        return (Math.Min(original.Length, LargestHeader) + inflated, inflated);
    }

    /// <param name="inflated">Reserved for a deflated data set.</param>
    public static JudgedFile Judge(EnteredBatch entered, Stream original, long inflated, ObjectStore store, Quarantine quarantine)
    {
        var mark = entered.Centre.Mark(HashOf(original), original.Length);
        var admitted = Admit(original, entered.Centre.Deidentifier, inflated);
        if (admitted.IsRefused(out _, out var file))
            return new(entered.Batch.Id, entered.Batch.Name, mark, admitted, null, null);
        var (written, sha256) = file!.Review is null ? Plain(store.Write(target => DicomWriter.Write(file.File, target))) : quarantine.Write(file.File);
        return new(entered.Batch.Id, entered.Batch.Name, mark, admitted, sha256, written);
    }

    private static Outcome<AdmittedFile> Admit(Stream original, CentreDeidentifier deidentifier, long inflated)
    {
        try
        {
            original.Position = 0;
            return Admission.Deidentify(DicomReader.Read(original, Bounds.Within(inflated)), deidentifier, _ => []);
        }
        catch (DicomFormatException fault)
        {
            return Admission.ReasonOf(fault);
        }
    }

    private static (WrittenBytes Bytes, string Sha256) Plain(WrittenBytes written) => (written, written.Sha256);

    private static byte[] HashOf(Stream original)
    {
        original.Position = 0;
        var hash = new XxHash128();
        hash.Append(original);
        return hash.GetCurrentHash();
    }
}
