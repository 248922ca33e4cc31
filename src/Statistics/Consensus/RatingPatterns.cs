using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pirogov.Statistics;

/// <summary>
/// Items with the same ratings are one pattern, counted; with few raters and categories there are far fewer patterns than
/// items. One pass is a whole step of expectation: posteriors of a pattern live in a register and go straight into the
/// counts, so nothing of the size items × categories is held. Patterns are cut into pieces by their number alone, and pieces
/// are added in order: the same ratings give the same bits on any number of cores.
/// </summary>
internal sealed class RatingPatterns
{
    private const int MostPieces = 16;
    private const int LeastPiece = 4096;

    // What all pieces' tables of counts may hold together: 32 MB.
    private const int MostCounts = 1 << 22;

    // Vectors added in a pass, some three milliseconds: below that another core is not worth waking.
    private const long WorthTwoCores = 1 << 19;

    private static readonly int Lanes = Vector512<double>.Count;

    private readonly CategoryRatings ratings;
    private readonly int[] starts;
    private readonly int[] cells;
    private readonly int[] times;
    private readonly int vectors;
    private readonly Piece[] pieces;

    private RatingPatterns(CategoryRatings ratings, int[] patternOf, int[] starts, int[] cells, int[] times)
    {
        (this.ratings, this.starts, this.cells, this.times, PatternOf) = (ratings, starts, cells, times, patternOf);
        vectors = (ratings.Categories + Lanes - 1) / Lanes;
        var count = Math.Clamp(Math.Min(times.Length / LeastPiece, MostCounts / Math.Max(1, TableLength * Lanes)), 1, MostPieces);
        pieces = [.. Enumerable.Range(0, count).Select(i => new Piece(
            (int)((long)times.Length * i / count), (int)((long)times.Length * (i + 1) / count), new Vector512<double>[TableLength], new Vector512<double>[vectors]))];
        Counts = new double[TableLength * Lanes];
        Mass = new double[Stride];
    }

    /// <summary>Of each item; the number of patterns where nobody rated it.</summary>
    public int[] PatternOf { get; }

    /// <summary>Numbers a cell has in a table: the categories, filled up to whole vectors.</summary>
    public int Stride => vectors * Lanes;

    public int Cells => ratings.Raters * ratings.Categories;

    /// <summary>Of the last pass: the expected number of each cell (rater × categories + what was said) by true category.</summary>
    public double[] Counts { get; }

    /// <summary>Of the last pass: the expected number of items of each category.</summary>
    public double[] Mass { get; }

    private int TableLength => Cells * vectors;

    public static RatingPatterns Of(CategoryRatings ratings)
    {
        var patternOf = new int[ratings.Items];
        var (starts, times, cells) = (new List<int> { 0 }, new List<int>(), new List<int>());
        var slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Math.Min(ratings.Items, 1 << 29) * 2))];
        for (var item = 0; item < ratings.Items; item++)
        {
            var row = ratings.Of(item);
            if (row.IsEmpty) continue;
            var slot = Hash(row) & (slots.Length - 1);
            while (slots[slot] is not 0 and var known && !CollectionsMarshal.AsSpan(cells)[starts[known - 1]..starts[known]].SequenceEqual(row))
                slot = (slot + 1) & (slots.Length - 1);
            if (slots[slot] == 0)
            {
                cells.AddRange(row);
                starts.Add(cells.Count);
                times.Add(0);
                slots[slot] = times.Count;
            }

            patternOf[item] = slots[slot] - 1;
            times[patternOf[item]]++;
        }

        for (var item = 0; item < ratings.Items; item++)
            if (ratings.Of(item).IsEmpty) patternOf[item] = times.Count;
        return new(ratings, patternOf, [.. starts], [.. cells], [.. times]);
    }

    /// <summary>Counts and mass as if each item's posteriors were its shares of votes (Dawid &amp; Skene 1979, eq. 3.1).</summary>
    public void CountVotes()
    {
        Counts.AsSpan().Clear();
        Mass.AsSpan().Clear();
        for (var pattern = 0; pattern < times.Length; pattern++)
        {
            var row = Row(pattern);
            var share = (double)times[pattern] / row.Length;
            foreach (var vote in row)
            {
                Mass[vote % ratings.Categories] += share;
                foreach (var cell in row) Counts[cell * Stride + vote % ratings.Categories] += share;
            }
        }
    }

    /// <summary>The step of expectation: fills <see cref="Counts"/> and <see cref="Mass"/>.</summary>
    /// <param name="logPrior">ln P(category), <see cref="Stride"/> numbers; −∞ beyond the categories.</param>
    /// <param name="logs">ln P(cell | true category), <see cref="Stride"/> numbers for each cell; 0 beyond the categories.</param>
    /// <returns>Σ over items of ln P(ratings).</returns>
    public double Pass(double[] logPrior, double[] logs)
    {
        if ((long)cells.Length * vectors < WorthTwoCores)
            foreach (var piece in pieces) Run(piece, logPrior, logs);
        else Parallel.ForEach(pieces, piece => Run(piece, logPrior, logs));

        Counts.AsSpan().Clear();
        Mass.AsSpan().Clear();
        var likelihood = 0.0;
        foreach (var piece in pieces)
        {
            likelihood += piece.Likelihood;
            Add(piece.Counts, Counts);
            Add(piece.Mass, Mass);
        }

        return likelihood;
    }

    /// <summary>Posteriors of each pattern, and, last, the prior for an item that nobody rated.</summary>
    /// <returns>(patterns + 1) × categories.</returns>
    public double[] Posteriors(double[] logPrior, double[] logs)
    {
        var k = ratings.Categories;
        var posteriors = new double[checked((times.Length + 1) * k)];
        var priors = MemoryMarshal.Cast<double, Vector512<double>>(logPrior.AsSpan());
        var table = MemoryMarshal.Cast<double, Vector512<double>>(logs.AsSpan());
        var posterior = new Vector512<double>[vectors];
        var values = MemoryMarshal.Cast<Vector512<double>, double>(posterior.AsSpan())[..k];
        for (var pattern = 0; pattern <= times.Length; pattern++)
        {
            Posterior(pattern < times.Length ? Row(pattern) : [], priors, table, posterior, 1);
            values.CopyTo(posteriors.AsSpan(pattern * k));
        }

        return posteriors;
    }

    private ReadOnlySpan<int> Row(int pattern) => cells.AsSpan(starts[pattern], starts[pattern + 1] - starts[pattern]);

    private void Run(Piece piece, double[] logPrior, double[] logs)
    {
        var priors = MemoryMarshal.Cast<double, Vector512<double>>(logPrior.AsSpan());
        var table = MemoryMarshal.Cast<double, Vector512<double>>(logs.AsSpan());
        Span<Vector512<double>> posterior = vectors <= 64 ? stackalloc Vector512<double>[vectors] : new Vector512<double>[vectors];
        var (counts, mass) = (piece.Counts, piece.Mass);
        counts.AsSpan().Clear();
        mass.AsSpan().Clear();
        // Logarithms are taken of a vector of sums at once: one by one they were a tenth of the pass.
        var (likelihood, logarithms) = (0.0, Vector512<double>.Zero);
        Span<double> sums = stackalloc double[Lanes], weights = stackalloc double[Lanes];
        for (var pattern = piece.From; pattern < piece.To; pattern++)
        {
            var row = Row(pattern);
            var (most, sum) = Posterior(row, priors, table, posterior, times[pattern]);
            likelihood += times[pattern] * most;
            var lane = (pattern - piece.From) % Lanes;
            (sums[lane], weights[lane]) = (sum, times[pattern]);
            if (lane == Lanes - 1) logarithms += Vector512.Create<double>(weights) * Vector512.Log(Vector512.Create<double>(sums));
            for (var v = 0; v < posterior.Length; v++)
            {
                var expected = posterior[v];
                mass[v] += expected;
                foreach (var cell in row) counts[cell * posterior.Length + v] += expected;
            }
        }

        for (var lane = 0; lane < (piece.To - piece.From) % Lanes; lane++) likelihood += weights[lane] * Math.Log(sums[lane]);
        piece.Likelihood = likelihood + Vector512.Sum(logarithms);
    }

    // The posterior times the pattern's number of items; ln P(ratings) is Most + ln Sum.
    private static (double Most, double Sum) Posterior(
        ReadOnlySpan<int> row, ReadOnlySpan<Vector512<double>> priors, ReadOnlySpan<Vector512<double>> table, Span<Vector512<double>> posterior, int times)
    {
        var highest = Vector512.Create(double.NegativeInfinity);
        for (var v = 0; v < posterior.Length; v++)
        {
            var log = priors[v];
            foreach (var cell in row) log += table[cell * posterior.Length + v];
            posterior[v] = log;
            highest = Vector512.MaxNative(highest, log);
        }

        var half = Vector256.MaxNative(highest.GetLower(), highest.GetUpper());
        var quarter = Vector128.MaxNative(half.GetLower(), half.GetUpper());
        var most = Math.Max(quarter[0], quarter[1]);
        var (shift, sums) = (Vector512.Create(most), Vector512<double>.Zero);
        foreach (ref var value in posterior)
        {
            value = Exponential.OfNotPositive(value - shift);
            sums += value;
        }

        var sum = Vector512.Sum(sums);
        var scale = Vector512.Create(times / sum);
        foreach (ref var value in posterior) value *= scale;
        return (most, sum);
    }

    private static void Add(Vector512<double>[] part, double[] whole)
    {
        var sums = MemoryMarshal.Cast<double, Vector512<double>>(whole.AsSpan());
        for (var i = 0; i < part.Length; i++) sums[i] += part[i];
    }

    private static int Hash(ReadOnlySpan<int> row)
    {
        var hash = 0xCBF2_9CE4_8422_2325UL;
        foreach (var cell in row) hash = (hash ^ (uint)cell) * 0x9E37_79B9_7F4A_7C15;
        return (int)(hash >> 33);
    }

    private sealed class Piece(int from, int to, Vector512<double>[] counts, Vector512<double>[] mass)
    {
        public int From => from;

        public int To => to;

        public Vector512<double>[] Counts => counts;

        public Vector512<double>[] Mass => mass;

        public double Likelihood { get; set; }
    }
}
