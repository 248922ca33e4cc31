namespace Pirogov.Statistics;

/// <param name="ColumnOfRow">The column of each row; −1 for a row left alone.</param>
/// <param name="Pairs">How many have one.</param>
/// <param name="Total">Their summed cost or weight.</param>
public sealed record Assignment(int[] ColumnOfRow, int Pairs, double Total);

/// <summary>
/// One-to-one pairs of the rows and columns of a rectangular matrix, optimal over all (Kuhn 1955; by shortest augmenting
/// paths as in Jonker &amp; Volgenant 1987). Pairs that are not admissible are never made. Time rows² × columns. Of equally
/// good assignments always the same one for the same matrix, found with the rows in order and low columns first.
/// </summary>
public static class OptimalAssignment
{
    /// <summary>As many admissible pairs as there can be, and of those assignments the cheapest.</summary>
    /// <param name="costs">rows × columns, row after row, in any unit; NaN and +∞ are inadmissible.</param>
    /// <param name="rows">May exceed the columns.</param>
    /// <param name="columns">May exceed the rows.</param>
    /// <param name="limit">The highest admissible cost.</param>
    /// <exception cref="ArgumentException">Not rows × columns numbers, or a cost of −∞.</exception>
    public static Assignment MinimumCost(ReadOnlySpan<double> costs, int rows, int columns, double limit = double.PositiveInfinity)
    {
        Check(costs, rows, columns);
        var edges = new double[costs.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            if (double.IsNegativeInfinity(costs[i])) throw new ArgumentException("A cost of −∞ has no sum with others.", nameof(costs));
            edges[i] = costs[i] <= limit && double.IsFinite(costs[i]) ? costs[i] : double.NaN;
        }

        return Total(Solve(edges, rows, columns, edge => new(0, edge), new Cost(1, 0)), costs, columns);
    }

    /// <summary>The greatest total weight of admissible pairs; who stays alone adds 0. Of equal totals, that with more pairs.</summary>
    /// <param name="weights">rows × columns, row after row; NaN and −∞ are inadmissible.</param>
    /// <param name="rows">May exceed the columns.</param>
    /// <param name="columns">May exceed the rows.</param>
    /// <param name="threshold">The lowest admissible weight.</param>
    /// <exception cref="ArgumentException">Not rows × columns numbers, or a weight of +∞.</exception>
    public static Assignment MaximumWeight(ReadOnlySpan<double> weights, int rows, int columns, double threshold = double.NegativeInfinity)
    {
        Check(weights, rows, columns);
        var edges = new double[weights.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            if (double.IsPositiveInfinity(weights[i])) throw new ArgumentException("A weight of +∞ has no sum with others.", nameof(weights));
            edges[i] = weights[i] >= threshold && double.IsFinite(weights[i]) ? -weights[i] : double.NaN;
        }

        return Total(Solve(edges, rows, columns, edge => new(edge, 0), new Cost(0, 1)), weights, columns);
    }

    private static void Check(ReadOnlySpan<double> matrix, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (matrix.Length != (long)rows * columns)
            throw new ArgumentException($"{matrix.Length} numbers are no matrix of {rows} × {columns}.", nameof(matrix));
    }

    private static Assignment Total(int[] columnOfRow, ReadOnlySpan<double> matrix, int columns)
    {
        var (total, pairs) = (0.0, 0);
        for (var row = 0; row < columnOfRow.Length; row++)
        {
            if (columnOfRow[row] < 0) continue;
            total += matrix[row * columns + columnOfRow[row]];
            pairs++;
        }

        return new(columnOfRow, pairs, total);
    }

    // A row may always stay alone at the price of `alone`, as if it had a column of its own. An edge of NaN is none.
    private static int[] Solve(double[] edges, int rows, int columns, Func<double, Cost> costOf, Cost alone)
    {
        var search = new PathSearch(edges, columns, costOf, alone, rows);
        for (var start = 0; start < rows; start++) search.Add(start);
        return search.ColumnOfRow;
    }

    private sealed class PathSearch(double[] edges, int columns, Func<double, Cost> costOf, Cost alone, int rows)
    {
        private readonly int[] rowOfColumn = [.. Enumerable.Repeat(-1, columns)];
        private readonly Cost[] ofRow = new Cost[rows];
        private readonly Cost[] ofColumn = new Cost[columns];
        private readonly Cost[] distance = new Cost[columns];
        private readonly int[] before = new int[columns];
        private readonly bool[] known = new bool[columns];
        private readonly bool[] done = new bool[columns];
        private readonly List<int> reached = new(columns);

        public int[] ColumnOfRow { get; } = [.. Enumerable.Repeat(-1, rows)];

        // Dijkstra's search over reduced costs for the cheapest way to one place more: a free column, or a row that stays alone.
        public void Add(int start)
        {
            Array.Clear(known);
            Array.Clear(done);
            reached.Clear();
            var (length, row, free) = (default(Cost), start, -1);
            var (lone, end) = (start, alone - ofRow[start]);
            while (true)
            {
                var stay = length + alone - ofRow[row];
                if (stay < end) (lone, end) = (row, stay);
                var nearest = Relax(row, length);
                if (nearest < 0 || end < distance[nearest]) break;
                done[nearest] = true;
                reached.Add(nearest);
                length = distance[nearest];
                row = rowOfColumn[nearest];
                if (row >= 0) continue;
                (free, end) = (nearest, length);
                break;
            }

            ofRow[start] += end;
            foreach (var column in reached)
            {
                var slack = end - distance[column];
                ofColumn[column] -= slack;
                if (rowOfColumn[column] >= 0) ofRow[rowOfColumn[column]] += slack;
            }

            Augment(start, free >= 0 ? before[free] : lone, free);
        }

        // The nearest column that is not done, −1 for none.
        private int Relax(int row, Cost length)
        {
            var nearest = -1;
            var from = length - ofRow[row];
            for (var column = 0; column < columns; column++)
            {
                if (done[column]) continue;
                var edge = edges[row * columns + column];
                if (!double.IsNaN(edge))
                {
                    var along = from + costOf(edge) - ofColumn[column];
                    if (!known[column] || along < distance[column]) (known[column], distance[column], before[column]) = (true, along, row);
                }

                if (known[column] && (nearest < 0 || distance[column] < distance[nearest])) nearest = column;
            }

            return nearest;
        }

        // The row takes the column, −1 for none, and hands the one it had back along the path.
        private void Augment(int start, int row, int column)
        {
            while (true)
            {
                var had = ColumnOfRow[row];
                ColumnOfRow[row] = column;
                if (column >= 0) rowOfColumn[column] = row;
                if (row == start) return;
                column = had;
                row = before[had];
            }
        }
    }

    // First what matters more; the second decides between equals.
    private readonly record struct Cost(double First, double Second)
    {
        public static Cost operator +(Cost a, Cost b) => new(a.First + b.First, a.Second + b.Second);

        public static Cost operator -(Cost a, Cost b) => new(a.First - b.First, a.Second - b.Second);

        public static bool operator <(Cost a, Cost b) => a.First < b.First || (a.First == b.First && a.Second < b.Second);

        public static bool operator >(Cost a, Cost b) => b < a;
    }
}
