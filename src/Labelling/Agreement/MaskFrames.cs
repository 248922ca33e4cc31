using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>A document with a way to its masks' pixels, which are read when they are needed and not before.</summary>
internal sealed record ComparedDocument(LabelDocument Document, Func<DocumentMask, CancellationToken, Task<RunLengthMask>> Read);

/// <summary>One frame of one class, as each source drew it.</summary>
/// <param name="Masks">By source; null where a source drew nothing.</param>
/// <param name="Follows">The frame lies next to the one before it in the list, in one series.</param>
internal sealed record MaskFrame(string SopInstanceUid, int Frame, int Rows, int Columns, IReadOnlyList<DocumentMask?> Masks, bool Follows)
{
    public DocumentMask Like => Masks.First(m => m is not null)!;
}

/// <summary>Where frames lie among one another.</summary>
internal sealed class FrameOrder
{
    private readonly Dictionary<string, (string Series, int Rank)> places = [];
    private readonly Dictionary<string, int> slices = [];

    private readonly IReadOnlyDictionary<string, (double Column, double Row, double Slice)> spacings;

    /// <param name="spacings">Of the series that are volumes, mm.</param>
    public FrameOrder(IEnumerable<CaseFile> files, IReadOnlyDictionary<string, (double Column, double Row, double Slice)>? spacings = null)
    {
        this.spacings = spacings ?? new Dictionary<string, (double, double, double)>();
        foreach (var series in files.GroupBy(f => f.SeriesInstanceUid))
        {
            var rank = 0;
            foreach (var file in series.OrderBy(f => f.InstanceNumber).ThenBy(f => f.SopInstanceUid, StringComparer.Ordinal))
            {
                places[file.SopInstanceUid] = (series.Key, rank);
                rank += Math.Max(1, file.Frames);
            }

            slices[series.Key] = rank;
        }
    }

    /// <summary>The series and the place in it; an image that is not known stands alone.</summary>
    public (string Series, int Rank) Of(string sopInstanceUid, int frame) =>
        places.TryGetValue(sopInstanceUid, out var place) ? (place.Series, place.Rank + frame - 1) : (sopInstanceUid, 2 * frame);

    public static async Task<FrameOrder> Of(ICases cases, CaseId id, CancellationToken cancellation)
    {
        var files = await cases.Files(id, cancellation);
        var spacings = new Dictionary<string, (double, double, double)>();
        foreach (var series in files.Select(f => f.SeriesInstanceUid).Distinct())
        {
            if (await cases.Geometry(id, series, cancellation) is { } volume)
                spacings[series] = volume.Spacing;
        }

        return new(files, spacings);
    }

    /// <summary>Frames of a series.</summary>
    public int Slices(string series) => slices.GetValueOrDefault(series, 1);

    /// <summary>mm between voxel centres; 1 along each axis where it is not known.</summary>
    public (double Column, double Row, double Slice) Spacing(string sopInstanceUid) => KnownSpacing(sopInstanceUid) ?? (1, 1, 1);

    /// <summary>mm between voxel centres; null where the series is no volume.</summary>
    public (double Column, double Row, double Slice)? KnownSpacing(string sopInstanceUid) =>
        places.TryGetValue(sopInstanceUid, out var place) && spacings.TryGetValue(place.Series, out var known) ? known : null;

    /// <summary>Every frame of a class on which somebody drew, in order.</summary>
    public IReadOnlyList<MaskFrame> FramesOf(string @class, IReadOnlyList<ComparedDocument> readings)
    {
        var drawn = new Dictionary<(string, int), DocumentMask?[]>();
        foreach (var (source, reading) in readings.Index())
        {
            foreach (var mask in reading.Document.Masks.Where(m => m.Class == @class))
            {
                if (!drawn.TryGetValue((mask.SopInstanceUid, mask.Frame), out var masks))
                    drawn[(mask.SopInstanceUid, mask.Frame)] = masks = new DocumentMask?[readings.Count];
                masks[source] = mask;
            }
        }

        var ordered = drawn.Values.Select(masks => (Masks: masks, Like: masks.First(m => m is not null)!))
            .Select(d => (d.Masks, d.Like, Place: Of(d.Like.SopInstanceUid, d.Like.Frame)))
            .OrderBy(d => d.Place.Series, StringComparer.Ordinal).ThenBy(d => d.Place.Rank).ToArray();
        return [.. ordered.Index().Select(d => new MaskFrame(d.Item.Like.SopInstanceUid, d.Item.Like.Frame, d.Item.Like.Rows, d.Item.Like.Columns, d.Item.Masks,
            d.Index > 0 && ordered[d.Index - 1] is var before && before.Place.Series == d.Item.Place.Series && before.Place.Rank + 1 == d.Item.Place.Rank
            && before.Like.Rows == d.Item.Like.Rows && before.Like.Columns == d.Item.Like.Columns))];
    }
}

/// <summary>Who drew each pixel of a frame, as one bit for each source.</summary>
internal sealed class FrameVotes
{
    private ushort[] votes = [];

    public ReadOnlySpan<ushort> Pixels => votes;

    public async Task Read(MaskFrame frame, IReadOnlyList<ComparedDocument> readings, CancellationToken cancellation)
    {
        if (votes.Length != frame.Rows * frame.Columns)
            votes = new ushort[frame.Rows * frame.Columns];
        else
            Array.Clear(votes);
        foreach (var (source, mask) in frame.Masks.Index())
        {
            if (mask is not null)
                Add(await readings[source].Read(mask, cancellation), source);
        }
    }

    private void Add(RunLengthMask mask, int source)
    {
        var bit = (ushort)(1 << source);
        foreach (var (start, length) in mask.Stretches())
        {
            var row = votes.AsSpan(start, length);
            for (var i = 0; i < row.Length; i++)
                row[i] |= bit;
        }
    }

    /// <summary>The pixels that satisfy a rule, which is asked of each combination of sources once.</summary>
    public RunLengthMask Where(int rows, int columns, Func<ushort, bool> rule)
    {
        var known = new Dictionary<ushort, bool> { [0] = false };
        var bits = new bool[votes.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            if (votes[i] == 0)
                continue;
            if (!known.TryGetValue(votes[i], out var holds))
                known[votes[i]] = holds = rule(votes[i]);
            bits[i] = holds;
        }

        return RunLengthMask.FromBits(bits, rows, columns);
    }
}
