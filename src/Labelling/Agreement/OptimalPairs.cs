namespace Pirogov.Labelling.Agreement;

/// <summary>The assignment with the largest sum of weights (Kuhn 1955, by shortest augmenting paths after Jonker and Volgenant 1987).</summary>
internal static class OptimalPairs
{
    /// <param name="weights">Rows × columns, not negative; 0 is no pair at all.</param>
    /// <returns>For each row its column, or −1.</returns>
    public static int[] Of(double[,] weights)
    {
        var (rows, columns) = (weights.GetLength(0), weights.GetLength(1));
        // A column of its own with weight 0 for every row: nobody is forced into a pair.
        var width = columns + rows;
        var (rowPrice, columnPrice, taken, from) = (new double[rows + 1], new double[width + 1], new int[width + 1], new int[width + 1]);
        for (var row = 1; row <= rows; row++)
        {
            taken[0] = row;
            var (at, least, used) = (0, new double[width + 1], new bool[width + 1]);
            Array.Fill(least, double.PositiveInfinity);
            do
            {
                used[at] = true;
                var (current, next, step) = (taken[at], 0, double.PositiveInfinity);
                for (var column = 1; column <= width; column++)
                {
                    if (used[column])
                        continue;
                    var cost = (column <= columns ? -weights[current - 1, column - 1] : 0) - rowPrice[current] - columnPrice[column];
                    if (cost < least[column])
                        (least[column], from[column]) = (cost, at);
                    if (least[column] < step)
                        (step, next) = (least[column], column);
                }

                for (var column = 0; column <= width; column++)
                {
                    if (used[column])
                        (rowPrice[taken[column]], columnPrice[column]) = (rowPrice[taken[column]] + step, columnPrice[column] - step);
                    else
                        least[column] -= step;
                }

                at = next;
            }
            while (taken[at] != 0);

            for (; at != 0; at = from[at])
                taken[at] = taken[from[at]];
        }

        var assigned = new int[rows];
        Array.Fill(assigned, -1);
        for (var column = 1; column <= columns; column++)
        {
            if (taken[column] != 0 && weights[taken[column] - 1, column - 1] > 0)
                assigned[taken[column] - 1] = column - 1;
        }

        return assigned;
    }
}
