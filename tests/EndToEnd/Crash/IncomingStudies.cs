using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Crash;

/// <summary>What becomes of an instance that a door takes.</summary>
internal enum Fate
{
    Kept,

    /// <summary>Says that it has text burned in, and waits sealed for a person.</summary>
    Waits,

    /// <summary>Ends before its pixels do.</summary>
    Refused,
}

/// <summary>An instance as a hospital has it; its pixels are its own and survive de-identification, so it is known again by them.</summary>
internal sealed record IncomingInstance(string SopInstanceUid, byte[] File, byte[] Dataset, string PixelSha256, Fate Fate);

/// <summary>Phantom CT of small matrices: real headers, little time. One in twenty waits for a look, one in twenty is refused.</summary>
internal static class IncomingStudies
{
    private const int Matrix = 64;
    private const int Slices = 100;

    public static IncomingInstance[] Make(int firstSeed, int instances)
    {
        var made = Enumerable.Range(0, (instances + Slices - 1) / Slices)
            .SelectMany(s => PhantomCt.Generate(new PhantomOptions(firstSeed + s, Matrix, Slices)).Files).Take(instances)
            .Select((f, i) => Of(f, (i % 20) switch { 7 => Fate.Waits, 13 => Fate.Refused, _ => Fate.Kept })).ToArray();
        Assert.Equal(instances, made.Select(m => m.PixelSha256).Distinct().Count());
        return made;
    }

    private static IncomingInstance Of(DicomFile file, Fate fate)
    {
        if (fate == Fate.Waits)
            file.Dataset.Set(DicomTags.BurnedInAnnotation, "YES");
        var cut = fate == Fate.Refused ? 100 : 0;
        return new(file.SopInstanceUid!, DicomWriter.ToBytes(file)[..^cut], DicomWriter.DatasetToBytes(file.Dataset, DicomTransferSyntax.ExplicitLittleEndian)[..^cut], PixelsOf(file), fate);
    }

    public static string PixelsOf(DicomFile file) => Convert.ToHexStringLower(SHA256.HashData(file.Dataset.First(e => e.Tag == DicomTags.PixelData).Bytes.Span));
}
