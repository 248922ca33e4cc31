using System.Globalization;
using System.IO.Compression;
using Pirogov.Imaging;

namespace Pirogov.Competitions.Door;

/// <summary>A zip of NIfTI label volumes named after the cases: <c>case-name.nii.gz</c> or <c>case-name.nii</c>, in any folder of the zip.</summary>
internal static class MaskArchive
{
    /// <summary>How far a voxel may lie from where the case's own grid has it, mm; single precision headers need some.</summary>
    public const double AffineToleranceMm = 0.1;

    private const int OtherEntriesAllowed = 16;
    private const long SmallestBudget = 1 << 20;

    /// <returns>Everything that is wrong with the archive; nothing is unpacked to disk.</returns>
    public static DoorReport Check(Stream zip, IReadOnlyList<CompetitionCase> cases, int labels, CancellationToken cancellation)
    {
        var report = new DoorReport();
        try
        {
            using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > cases.Count * 2 + OtherEntriesAllowed)
            {
                report.Add("too-many-entries", "", Number(cases.Count), Number(archive.Entries.Count));
                return report;
            }

            var byName = Match(archive, cases, report);
            foreach (var expected in cases)
            {
                cancellation.ThrowIfCancellationRequested();
                if (byName.TryGetValue(expected.Name, out var entry))
                    CheckVolume(entry, expected, labels, report);
                else
                    report.Add("missing-case", expected.Name);
            }
        }
        catch (InvalidDataException)
        {
            report.Add("not-a-zip");
        }

        return report;
    }

    /// <exception cref="ImagingException">The bytes are no label volume: the store holds something else than the door let in.</exception>
    public static MaskVolume Read(ZipArchive archive, string caseName)
    {
        var entry = archive.Entries.First(e => CaseOf(e.FullName) == caseName);
        using var stream = entry.Open();
        return NiftiReader.Read(stream).ToMask();
    }

    private static Dictionary<string, ZipArchiveEntry> Match(ZipArchive archive, IReadOnlyList<CompetitionCase> cases, DoorReport report)
    {
        var names = cases.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            if (IsUnsafe(entry.FullName))
                report.Add("unsafe-path", entry.FullName);
            else if (entry.FullName.EndsWith('/'))
                continue;
            else if (CaseOf(entry.FullName) is not { } name)
                report.Add("not-nifti-name", entry.FullName);
            else if (!names.Contains(name))
                report.Add("unknown-case", entry.FullName, "", name);
            else if (!found.TryAdd(name, entry))
                report.Add("duplicate-case", entry.FullName, "", name);
        }

        return found;
    }

    private static void CheckVolume(ZipArchiveEntry entry, CompetitionCase expected, int labels, DoorReport report)
    {
        // Eight bytes a voxel is the widest type of NIfTI; what claims more than that is no prediction of this case.
        var voxels = expected.Shape.Count == 3 ? (long)expected.Shape[0] * expected.Shape[1] * expected.Shape[2] : NiftiReader.DefaultMaxDataBytes / 8;
        var budget = Math.Max(voxels * 8, SmallestBudget);
        if (entry.Length > budget + SmallestBudget)
        {
            report.Add("too-large", entry.FullName, Megabytes(budget), Megabytes(entry.Length));
            return;
        }

        try
        {
            using var stream = entry.Open();
            Compare(NiftiReader.Read(stream, budget), entry.FullName, expected, labels, report);
        }
        catch (ImagingException fault)
        {
            report.Add(fault.Fault switch
            {
                ImagingFault.TooLarge => "too-large",
                ImagingFault.Mismatch => "not-labels",
                ImagingFault.Truncated => "truncated",
                _ => "not-nifti",
            }, entry.FullName, Megabytes(budget), "");
        }
        catch (InvalidDataException)
        {
            report.Add("damaged-entry", entry.FullName);
        }
    }

    private static void Compare(NiftiImage image, string where, CompetitionCase expected, int labels, DoorReport report)
    {
        var grid = image.Grid;
        if (expected.Shape.Count == 3)
        {
            int[] shape = [grid.Columns, grid.Rows, grid.Slices];
            if (!shape.SequenceEqual(expected.Shape))
            {
                report.Add("wrong-shape", where, string.Join(" × ", expected.Shape), string.Join(" × ", shape));
                return;
            }

            if (!image.Affine.IsCloseTo(new VoxelAffine([.. expected.Affine]), grid, AffineToleranceMm))
                report.Add("wrong-affine", where, AffineToleranceMm.ToString(CultureInfo.CurrentCulture));
        }

        var unknown = image.ToMask().PresentLabels().Where(l => l > labels).ToArray();
        if (unknown.Length > 0)
            report.Add("unknown-labels", where, $"0–{labels}", string.Join(", ", unknown.Take(10)));
    }

    private static string? CaseOf(string path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        foreach (var ending in new[] { ".nii.gz", ".nii" })
        {
            if (file.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return file[..^ending.Length];
        }

        return null;
    }

    private static bool IsUnsafe(string path) =>
        path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Contains(':', StringComparison.Ordinal)
        || path.Contains('\0', StringComparison.Ordinal) || path.Split('/').Contains("..");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1048576.0).ToString("0.#", CultureInfo.CurrentCulture);
}
