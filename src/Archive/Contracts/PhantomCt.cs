using Pirogov.Archive.Phantom;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Contracts;

/// <summary>What the phantom's ground truth names; a voxel belongs to one of them or to none.</summary>
public enum PhantomOrgan : byte
{
    None = 0,
    LungRight,
    LungLeft,
    Heart,
    Aorta,
    Liver,
    Spleen,
    KidneyRight,
    KidneyLeft,
    Spine,
    Nodule,
}

/// <param name="Seed">Another seed is another synthetic patient: size, organs, nodules, noise, UIDs and name.</param>
/// <param name="Size">Rows and columns of a slice.</param>
/// <param name="Slices">Slices over the 240 mm from kidneys to the tops of the lungs.</param>
public sealed record PhantomOptions(int Seed, int Size = 512, int Slices = 24)
{
    public DateOnly StudyDate { get; init; } = new(2024, 1, 15);

    /// <summary>Nodules in the lungs, 4 to 9 mm in radius.</summary>
    public int Nodules { get; init; } = 4;
}

/// <summary>
/// A synthetic CT series, files from feet to head, and its ground truth: for each organ one mask per file, in the same
/// order.
/// </summary>
public sealed record PhantomSeries(
    IReadOnlyList<DicomFile> Files, IReadOnlyDictionary<PhantomOrgan, IReadOnlyList<RunLengthMask>> Masks);

/// <summary>
/// A made-up chest and abdomen of ellipsoids in the portal venous phase, with noise. No patient: the name says so. Identifying
/// attributes are filled as a hospital fills them, so that de-identification has work to do. Bytes are a function of
/// the options.
/// </summary>
public static class PhantomCt
{
    public static PhantomSeries Generate(PhantomOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 2048);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slices, 2);
        var anatomy = new PhantomAnatomy(options.Seed, options.Nodules);
        var header = new PhantomHeader(options);
        var files = new DicomFile[options.Slices];
        var labels = new byte[options.Slices][];
        Parallel.For(0, options.Slices, k =>
        {
            var pixels = new byte[options.Size * options.Size * 2];
            labels[k] = new byte[options.Size * options.Size];
            anatomy.Paint(header.SliceGrid(k), pixels, labels[k]);
            files[k] = DicomFile.Create(header.Instance(k, pixels), DicomUids.ExplicitVRLittleEndian);
        });
        var masks = Enum.GetValues<PhantomOrgan>().Where(o => o != PhantomOrgan.None).ToDictionary(
            o => o,
            IReadOnlyList<RunLengthMask> (o) => [.. labels.Select(l => RunLengthMask.FromLabels(l, (byte)o, options.Size, options.Size))]);
        return new PhantomSeries(files, masks);
    }
}
