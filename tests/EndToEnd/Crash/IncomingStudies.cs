using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Crash;

/// <summary>An instance as a hospital has it; its pixels are its own and survive de-identification, so it is known again by them.</summary>
internal sealed record IncomingInstance(string SopInstanceUid, byte[] File, byte[] Dataset, string PixelSha256);

/// <summary>Phantom CT of small matrices: real headers, little time.</summary>
internal static class IncomingStudies
{
    private const int Matrix = 64;
    private const int Slices = 100;

    public static IncomingInstance[] Make(int firstSeed, int instances)
    {
        var made = Enumerable.Range(0, (instances + Slices - 1) / Slices)
            .SelectMany(s => PhantomCt.Generate(new PhantomOptions(firstSeed + s, Matrix, Slices)).Files).Take(instances)
            .Select(f => new IncomingInstance(f.SopInstanceUid!, DicomWriter.ToBytes(f), DicomWriter.DatasetToBytes(f.Dataset, DicomTransferSyntax.ExplicitLittleEndian),
                PixelsOf(f))).ToArray();
        Assert.Equal(instances, made.Select(m => m.PixelSha256).Distinct().Count());
        return made;
    }

    public static string PixelsOf(DicomFile file) => Convert.ToHexStringLower(SHA256.HashData(file.Dataset.First(e => e.Tag == DicomTags.PixelData).Bytes.Span));
}
