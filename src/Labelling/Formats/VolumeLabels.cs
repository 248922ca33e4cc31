using System.Globalization;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>Labels of a file on its own grid: one volume, or one layer of several.</summary>
/// <param name="Name">As the report names it.</param>
/// <param name="Lps">Voxel indices to mm in DICOM's frame.</param>
/// <param name="Strides">Samples between neighbours along i, j and k.</param>
/// <param name="Value">Of the sample at an index.</param>
/// <param name="First">The index of voxel (0, 0, 0).</param>
internal sealed record LabelGrid(string Name, VoxelAffine Lps, int[] Sizes, int[] Strides, Func<int, double> Value, int First = 0)
{
    public const int LargestLabel = ushort.MaxValue;

    /// <summary>Every sample once, in the order of i, j, k.</summary>
    public IEnumerable<double> All()
    {
        for (var k = 0; k < Sizes[2]; k++)
            for (var j = 0; j < Sizes[1]; j++)
                for (var i = 0; i < Sizes[0]; i++)
                    yield return Value(First + i * Strides[0] + j * Strides[1] + k * Strides[2]);
    }
}

/// <summary>Takes a file's labels onto the frames of the volume on which they lie.</summary>
internal sealed class VolumeLabels(LabelIntake intake)
{
    /// <param name="nameOf">What the file calls a label; null when it has no name for it.</param>
    /// <returns>A refusal only when no volume, or more than one, is meant.</returns>
    public Outcome<Done> Take(string file, LabelGrid grid, Func<int, string?> nameOf)
    {
        if (FindVolume(file, grid).IsRefused(out var refusal, out var found))
            return refusal;
        var (volume, placement) = found;
        if (Levels(grid) is not { } read)
            return Done.Value;
        var classes = read.Counts.Keys.Order().ToDictionary(l => l, l => ClassOf(grid.Name, l, nameOf(l), read.Counts.Count));
        var placed = Place(grid, volume, placement, read.LabelOf, classes);
        foreach (var (label, count) in read.Counts.Where(c => classes[c.Key] is not null && placed.GetValueOrDefault(c.Key) < c.Value))
            intake.Leave(NameOf(grid.Name, label), "voxels-outside", $"{count - placed.GetValueOrDefault(label)}");
        return Done.Value;
    }

    private static string NameOf(string grid, int label) => string.Create(CultureInfo.InvariantCulture, $"{grid} {label}");

    private Outcome<(CaseVolume Volume, GridPlacement Placement)> FindVolume(string file, LabelGrid grid)
    {
        var fitting = intake.Case.Volumes.Select(v => (Volume: v, Placement: GridPlacement.Of(grid.Lps, grid.Sizes, v))).Where(v => v.Placement is not null).ToArray();
        if (intake.Case.ImageNames.TryGetValue(file, out var said))
            fitting = [.. fitting.Where(v => v.Volume.SeriesInstanceUid == said)];
        else if (fitting.Length > 1 && fitting.Any(v => IsNamed(file, v.Volume.SeriesInstanceUid)))
            fitting = [.. fitting.Where(v => IsNamed(file, v.Volume.SeriesInstanceUid))];
        return fitting switch
        {
            [] => new LabelFileUnreadable("volume-unknown", file),
            [var (volume, placement)] => (volume, placement!),
            _ => new LabelFileUnreadable("volume-ambiguous", file),
        };
    }

    /// <summary>A longer UID begins like a shorter one: what follows may be no part of a UID.</summary>
    private static bool IsNamed(string file, string uid) => file.IndexOf(uid, StringComparison.Ordinal) is >= 0 and var at
        && (at + uid.Length == file.Length || file[(at + uid.Length)..] is var rest && !(char.IsAsciiDigit(rest[0]) || rest[0] == '.' && rest.Length > 1 && char.IsAsciiDigit(rest[1])));

    /// <summary>Whole numbers are labels; other values are shares, of which the request says from which one on they belong.</summary>
    private (Func<double, int> LabelOf, Dictionary<int, long> Counts)? Levels(LabelGrid grid)
    {
        var (counts, isWhole, most) = (new Dictionary<int, long>(), true, 0.0);
        foreach (var value in grid.All())
        {
            if (value == 0)
                continue;
            if (!double.IsFinite(value))
            {
                intake.Leave(grid.Name, "number-not-finite");
                return null;
            }

            most = Math.Max(most, value);
            isWhole &= value > 0 && value <= LabelGrid.LargestLabel && value == Math.Floor(value);
            if (isWhole)
                counts[(int)value] = counts.GetValueOrDefault((int)value) + 1;
        }

        if (isWhole)
            return (value => (int)value, counts);
        if (intake.Case.FractionalThreshold is not { } share || !(most > 0))
        {
            intake.Leave(grid.Name, "segment-fractional");
            return null;
        }

        var least = share * most;
        return (value => value > 0 && value >= least ? 1 : 0, new() { [1] = grid.All().LongCount(v => v > 0 && v >= least) });
    }

    private LabelClass? ClassOf(string grid, int label, string? said, int labels)
    {
        var key = label.ToString(CultureInfo.InvariantCulture);
        var name = intake.Case.ClassNames.ContainsKey(key) ? key : said ?? (labels == 1 ? Stem(grid) : null);
        if (name is null)
        {
            intake.Leave(NameOf(grid, label), "class-missing");
            return null;
        }

        return intake.Class(NameOf(grid, label), name);
    }

    /// <summary>A file of one structure is called by its class, as liver.nii.gz.</summary>
    public static string Stem(string file)
    {
        var bare = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        foreach (var suffix in new[] { ".nii.gz", ".nii", ".seg.nrrd", ".nrrd", ".tsv", ".json" })
        {
            if (bare.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return bare[..^suffix.Length];
        }

        return bare;
    }

    private Dictionary<int, long> Place(LabelGrid grid, CaseVolume volume, GridPlacement placement, Func<double, int> labelOf, Dictionary<int, LabelClass?> classes)
    {
        var size = volume.Grid;
        var (columns, rows, slices) = (placement.Within(0, size.Columns), placement.Within(1, size.Rows), placement.Within(2, size.Slices));
        var (placed, plane) = (new Dictionary<int, long>(), new int[size.FrameLength]);
        for (var k = slices.First; k < slices.End; k++)
        {
            var (seen, slice) = (new SortedSet<int>(), grid.First + placement.Step(2, k, grid.Strides));
            Array.Clear(plane);
            for (var j = rows.First; j < rows.End; j++)
            {
                var row = slice + placement.Step(1, j, grid.Strides);
                for (var i = columns.First; i < columns.End; i++)
                {
                    var label = labelOf(grid.Value(row + placement.Step(0, i, grid.Strides)));
                    // A picture sent in place of labels has thousands of them on a slice, and each would cost a plane.
                    if (label == 0 || classes[label] is null)
                        continue;
                    plane[j * size.Columns + i] = label;
                    seen.Add(label);
                }
            }

            foreach (var label in seen)
            {
                var mask = RunLengthMask.FromBits([.. plane.Select(p => p == label)], size.Rows, size.Columns);
                placed[label] = placed.GetValueOrDefault(label) + mask.PixelCount;
                intake.AddMask(string.Create(CultureInfo.InvariantCulture, $"{NameOf(grid.Name, label)} [{k}]"), classes[label]!, volume.Frames[k], mask);
            }
        }

        return placed;
    }
}
