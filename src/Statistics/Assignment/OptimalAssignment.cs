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
    public static Assignment MinimumCost(ReadOnlySpan<double> costs, int rows, int columns, double limit = double.PositiveInfinity)
    {
        Check(costs, rows, columns);
        var edges = new Cost?[costs.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            if (double.IsNegativeInfinity(costs[i])) throw new ArgumentException("A cost of −∞ has no sum with others.", nameof(costs));
            edges[i] = costs[i] <= limit && double.IsFinite(costs[i]) ? new Cost(0, costs[i]) : null;
        }

        return Total(Solve(edges, rows, columns, new Cost(1, 0)), costs, columns);
    }

    /// <summary>The greatest total weight of admissible pairs; who stays alone adds 0. Of equal totals, that with more pairs.</summary>
    /// <param name="weights">rows × columns, row after row; NaN and −∞ are inadmissible.</param>
    /// <param name="rows">May exceed the columns.</param>
    /// <param name="columns">May exceed the rows.</param>
    /// <param name="threshold">The lowest admissible weight.</param>
    public static Assignment MaximumWeight(ReadOnlySpan<double> weights, int rows, int columns, double threshold = double.NegativeInfinity)
    {
        Check(weights, rows, columns);
        var edges = new Cost?[weights.Length];
        for (var i = 0; i < edges.Length; i++)
        {
            if (double.IsPositiveInfinity(weights[i])) throw new ArgumentException("A weight of +∞ has no sum with others.", nameof(weights));
            edges[i] = weights[i] >= threshold && double.IsFinite(weights[i]) ? new Cost(-weights[i], 0) : null;
        }

        return Total(Solve(edges, rows, columns, new Cost(0, 1)), weights, columns);
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

    // A row may always stay alone at the price of `alone`, as if it had a column of its own.
    private static int[] Solve(Cost?[] edges, int rows, int columns, Cost alone)
    {
        var (columnOfRow, rowOfColumn) = (new int[rows], new int[columns]);
        var (ofRow, ofColumn) = (new Cost[rows], new Cost[columns]);
        var (distance, before, done) = (new Cost?[columns], new int[columns], new bool[columns]);
        var reached = new List<int>(columns);
        Array.Fill(columnOfRow, -1);
        Array.Fill(rowOfColumn, -1);
        for (var start = 0; start < rows; start++)
        {
            Array.Clear(distance);
            Array.Clear(done);
            reached.Clear();
            var (row, length, lone, loneRow, last) = (start, default(Cost), (Cost?)null, -1, -1);
            while (true)
            {
                var stay = length + alone - ofRow[row];
                if (lone is null || stay < lone.Value) (lone, loneRow) = (stay, row);
                var nearest = -1;
                for (var column = 0; column < columns; column++)
                {
                    if (done[column]) continue;
                    if (edges[row * columns + column] is { } edge)
                    {
                        var along = length + edge - ofRow[row] - ofColumn[column];
                        if (distance[column] is not { } known || along < known) (distance[column], before[column]) = (along, row);
                    }

                    if (distance[column] is { } here && (nearest < 0 || here < distance[nearest]!.Value)) nearest = column;
                }

                if (nearest < 0 || lone.Value < distance[nearest]!.Value) break;
                done[nearest] = true;
                reached.Add(nearest);
                length = distance[nearest]!.Value;
                if (rowOfColumn[nearest] < 0)
                {
                    last = nearest;
                    break;
                }

                row = rowOfColumn[nearest];
            }

            var end = last >= 0 ? length : lone!.Value;
            ofRow[start] += end;
            foreach (var column in reached)
            {
                var slack = end - distance[column]!.Value;
                ofColumn[column] -= slack;
                if (rowOfColumn[column] >= 0) ofRow[rowOfColumn[column]] += slack;
            }

            Augment(start, last >= 0 ? before[last] : loneRow, last, before, columnOfRow, rowOfColumn);
        }

        return columnOfRow;
    }

    // The row takes the column, −1 for none, and hands the one it had back along the path.
    private static void Augment(int start, int row, int column, int[] before, int[] columnOfRow, int[] rowOfColumn)
    {
        while (true)
        {
            var had = columnOfRow[row];
            columnOfRow[row] = column;
            if (column >= 0) rowOfColumn[column] = row;
            if (row == start) return;
            column = had;
            row = before[had];
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
