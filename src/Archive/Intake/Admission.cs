using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>A de-identified instance, ready to be stored.</summary>
/// <param name="Review">Set where a person has to look at the pixels before anybody else may.</param>
/// <param name="Parts">Its bytes, one part after the other; native pixels lie in the memory of the original. None of a large one.</param>
internal sealed record AdmittedFile(
    DicomFile File, IReadOnlyList<ReadOnlyMemory<byte>> Parts, IReadOnlyList<AttributeCount> Counts, IReadOnlyList<string> Warnings, DeidentificationNeedsReview? Review)
{
    public byte[] Join()
    {
        var whole = new byte[Parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in Parts)
        {
            part.Span.CopyTo(whole.AsSpan(at));
            at += part.Length;
        }

        return whole;
    }
}

/// <summary>From the bytes of one original to its de-identified twin, or the reason why not. Touches no disk.</summary>
internal static class Admission
{
    /// <summary>Most bytes of a DICOM file that is held in memory together with its twin; larger ones are <see cref="LargeFiles"/>.</summary>
    public const int LargestFile = 64 << 20;

    /// <summary>Most bytes that a deflated data set may become.</summary>
    public const long LargestInflated = 4L * LargestFile;

    private static readonly DicomReaderOptions Bounds = new() { MaximumBytes = LargestFile, MaximumInflatedBytes = LargestInflated };

    /// <param name="inflated">Memory that was reserved for a deflated data set (<see cref="DeflatedOriginal"/>): it becomes no larger.</param>
    public static Outcome<AdmittedFile> Admit(ReadOnlyMemory<byte> original, CentreDeidentifier deidentifier, long inflated = LargestInflated)
    {
        if (original.IsEmpty)
            return new FileRefused(FileRefused.Empty);
        if (original.Length > LargestFile)
            return new FileRefused(FileRefused.TooLarge);
        DicomFile file;
        try
        {
            file = DicomReader.Read(original, Bounds.Within(inflated));
        }
        catch (DicomFormatException fault)
        {
            return ReasonOf(fault);
        }

        return Deidentify(file, deidentifier, DicomWriter.ToParts);
    }

    /// <param name="parts">The bytes of the twin.</param>
    internal static Outcome<AdmittedFile> Deidentify(DicomFile file, CentreDeidentifier deidentifier, Func<DicomFile, IReadOnlyList<ReadOnlyMemory<byte>>> parts)
    {
        var blank = BlankUids.Fill(file);
        var outcome = deidentifier.Apply(file);
        if (outcome is DeidentificationRefused refused)
            return new FileRefused(refused.Code);
        var review = outcome as DeidentificationNeedsReview;
        var twin = review?.Result ?? (Deidentified)outcome;
        var dataset = twin.File.Dataset;
        if (!PixelDecoder.CanDecode(file.TransferSyntax.Uid))
            return new FileRefused(FileRefused.UnsupportedTransferSyntax);
        if (!PixelRules.IsWithoutPixels(file.SopClassUid) && CheckPixels(twin.File) is { } fault)
            return fault;
        // One native syntax in the archive: whoever reads it later needs no other.
        var kept = file.TransferSyntax.IsEncapsulated ? twin.File : DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian);
        string[] warnings = [.. blank.Concat(file.Warnings.Select(w => CodeOf(w, file.Dataset.CharacterSet))).Distinct()];
        return new AdmittedFile(kept, parts(kept), twin.Counts, warnings, review);
    }

    /// <summary>
    /// The code of a warning; of one about a character set with the encoding behind a colon, as the text was read in it. All texts of a data set
    /// show its encoding together: a short one alone may look like another.
    /// </summary>
    private static string CodeOf(DicomWarning warning, DicomCharacterSet set) =>
        warning.Code.EndsWith("-character-set", StringComparison.Ordinal) && (set.Assumed ?? warning.Detail) is { } encoding ? $"{warning.Code}:{encoding}" : warning.Code;

    private static FileRefused? CheckPixels(DicomFile file)
    {
        var dataset = file.Dataset;
        if (!dataset.Any(e => e.Tag.IsPixelData && !e.IsEmpty))
            return new(FileRefused.NoPixelData);
        try
        {
            return DicomImage.Open(file).IsShort ? new(FileRefused.PixelsShort) : null;
        }
        catch (ImagingException)
        {
            return new(FileRefused.PixelsIndescribable);
        }
    }

    internal static FileRefused ReasonOf(DicomFormatException fault) => fault.Fault switch
    {
        DicomFault.NotDicom => new(FileRefused.NotDicom),
        DicomFault.Truncated or DicomFault.LengthBeyondEnd => new(FileRefused.CutShort, fault.Offset),
        DicomFault.InflatedTooLarge => new(FileRefused.DeflateBomb),
        DicomFault.TooLarge => new(FileRefused.TooLarge),
        _ => new(FileRefused.Unreadable, fault.Offset),
    };
}
