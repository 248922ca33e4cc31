using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>How far apart the borders lie that two drew of one class.</summary>
/// <param name="Hd95Mm">The larger of the two directed 95th percentiles of the distances, mm; null where only one of the two drew it.</param>
/// <param name="Nsd">The share of both borders within the tolerance of the other; 0 where only one drew it.</param>
/// <param name="ToleranceMm">The project's, when the readings were compared.</param>
/// <param name="WorstMm">The diagonal of the series: what counts for a distance that there is not, where cases are summed up.</param>
internal sealed record SurfaceFigures(double? Hd95Mm, double Nsd, double ToleranceMm, double WorstMm);

/// <summary>
/// Distances between the borders of one class's masks, in the patient's millimetres: nothing where a series tells none. A pair that drew the same costs
/// nothing; of others only the box around what the two drew is looked at, so that a lesion costs a lesion and not its scan.
/// </summary>
internal sealed class MaskSurfaces(int sources, FrameOrder order, double toleranceMm)
{
    /// <summary>Of the box around what two drew, eight bytes a voxel; beyond it nothing is measured.</summary>
    private const long MostVoxels = 32L << 20;

    private readonly List<DrawnFrame> frames = [];

    private sealed record DrawnFrame(MaskFrame Frame, string Series, int Rank, IReadOnlyList<Stroke> Strokes);

    /// <summary>Pixels of a frame that the same sources drew, one bit for each source.</summary>
    internal readonly record struct Stroke(int Start, int Length, ushort Votes)
    {
        public bool Has(int source) => (Votes >> source & 1) != 0;
    }

    public void Add(MaskFrame frame, IReadOnlyList<Stroke> strokes)
    {
        var (series, rank) = order.Of(frame.SopInstanceUid, frame.Frame);
        frames.Add(new(frame, series, rank, strokes));
    }

    /// <returns>Null where nobody drew anything, where millimetres are not known, and where it would be too large.</returns>
    public SurfaceFigures? Pair(int first, int second)
    {
        var scans = frames.GroupBy(f => f.Series).Select(s => new Scan([.. s], order)).ToArray();
        if (scans.Length == 0 || scans.Any(s => s.Grid is null))
            return null;
        var worst = scans.Max(s => s.Grid!.Diagonal);
        var (a, b) = (scans.Any(s => s.Has(first)), scans.Any(s => s.Has(second)));
        if (a != b)
            return new(null, 0, toleranceMm, worst);
        if (scans.All(s => s.Same(first, second)))
            return new(0, 1, toleranceMm, worst);
        double farthest = 0, within = 0, borders = 0;
        foreach (var scan in scans.Where(s => s.Has(first) || s.Has(second)))
        {
            if (scan.Distances(first, second) is not { } found)
                return null;
            var voxels = found.FirstToSecond.Length + found.SecondToFirst.Length;
            // In another series only one of the two drew it: there is no distance then.
            farthest = Math.Max(farthest, found.OneEmpty ? double.PositiveInfinity : found.Hausdorff95);
            (within, borders) = (within + found.NormalizedSurfaceDice(toleranceMm) * voxels, borders + voxels);
        }

        return new(double.IsInfinity(farthest) ? null : farthest, within / borders, toleranceMm, worst);
    }

    /// <returns>By pair of sources, in the order in which pairs are told.</returns>
    public Dictionary<(int First, int Second), SurfaceFigures> All()
    {
        var found = new Dictionary<(int, int), SurfaceFigures>();
        for (var a = 0; a < sources; a++)
        {
            for (var b = a + 1; b < sources; b++)
            {
                if (Pair(a, b) is { } figures)
                    found[(a, b)] = figures;
            }
        }

        return found;
    }

    /// <summary>The drawn frames of one series.</summary>
    private sealed class Scan
    {
        private readonly IReadOnlyList<DrawnFrame> drawn;

        public Scan(IReadOnlyList<DrawnFrame> drawn, FrameOrder order)
        {
            this.drawn = drawn;
            var like = drawn[0].Frame;
            if (order.KnownSpacing(like.SopInstanceUid) is { } mm && drawn.All(d => d.Frame.Rows == like.Rows && d.Frame.Columns == like.Columns))
                Grid = new(like.Columns, like.Rows, order.Slices(drawn[0].Series), mm.Column, mm.Row, mm.Slice);
        }

        /// <summary>Of the whole series; null where it is none in the patient's millimetres.</summary>
        public MaskGrid? Grid { get; }

        public bool Has(int source) => drawn.Any(d => d.Strokes.Any(s => s.Has(source)));

        public bool Same(int first, int second) => drawn.All(d => d.Strokes.All(s => s.Has(first) == s.Has(second)));

        /// <returns>Null where the box would be too large.</returns>
        public SurfaceDistances? Distances(int first, int second)
        {
            var (left, top, right, bottom) = (Grid!.Columns, Grid.Rows, 0, 0);
            var own = drawn.Where(d => d.Strokes.Any(s => s.Has(first) || s.Has(second))).ToArray();
            foreach (var stroke in own.SelectMany(d => d.Strokes).Where(s => s.Has(first) || s.Has(second)))
            {
                var row = stroke.Start / Grid.Columns;
                (left, right) = (Math.Min(left, stroke.Start % Grid.Columns), Math.Max(right, stroke.Start % Grid.Columns + stroke.Length));
                (top, bottom) = (Math.Min(top, row), Math.Max(bottom, row + 1));
            }

            var (lowest, slices) = (own.Min(d => d.Rank), own.Max(d => d.Rank) - own.Min(d => d.Rank) + 1);
            // One slice of a volume has neighbours above and below, where nothing is drawn: its faces are borders, as they are in the whole.
            var box = Grid with { Columns = right - left, Rows = bottom - top, Slices = Grid.Slices > 1 ? Math.Max(2, slices) : 1 };
            if ((long)box.Columns * box.Rows * box.Slices > MostVoxels)
                return null;
            bool[] one = new bool[box.Length], other = new bool[box.Length];
            foreach (var frame in own)
            {
                foreach (var stroke in frame.Strokes)
                {
                    var at = stroke.Start % Grid.Columns - left + box.Columns * (stroke.Start / Grid.Columns - top + box.Rows * (frame.Rank - lowest));
                    if (stroke.Has(first))
                        one.AsSpan(at, stroke.Length).Fill(true);
                    if (stroke.Has(second))
                        other.AsSpan(at, stroke.Length).Fill(true);
                }
            }

            return SurfaceDistances.Between(one, other, box);
        }
    }
}
