namespace Pirogov.Statistics;

/// <summary>
/// The cheapest set of unitary alignments in which every span stands exactly once, found exactly: prices of the spans that
/// no alignment undercuts (a dual of the partition's linear program) bound what is left, and a best-first search always
/// settles the leftmost open span.
/// </summary>
internal sealed class BestAlignment
{
    private const int PriceRounds = 300;

    private readonly UnitaryAlignments alignments;
    private readonly double[] prices;
    private readonly int[][] containing;

    private BestAlignment(UnitaryAlignments alignments)
    {
        this.alignments = alignments;
        var lists = Enumerable.Range(0, alignments.Spans).Select(_ => new List<int>()).ToArray();
        for (var c = 0; c < alignments.Members.Count; c++)
            foreach (var span in alignments.Members[c]) lists[span].Add(c);
        containing = [.. lists.Select(list => list.ToArray())];
        prices = [.. containing.Select(own => own.Min(c => alignments.Disorders[c] / alignments.Members[c].Length))];
    }

    /// <returns>Indices of the chosen unitary alignments.</returns>
    /// <exception cref="GammaLimitException">The search meets more than <see cref="GammaAgreement.MostStates"/> states, or spans that concern each other lie too far apart.</exception>
    public static List<int> Of(UnitaryAlignments alignments)
    {
        var search = new BestAlignment(alignments);
        search.Improve();
        search.Repair();
        return search.Find();
    }

    private double Reduced(int alignment)
    {
        var value = alignments.Disorders[alignment];
        foreach (var span in alignments.Members[alignment]) value -= prices[span];
        return value;
    }

    // Subgradient steps on the Lagrangian bound Σ prices + Σ min(0, reduced), with shrinking length; the best prices stay.
    private void Improve()
    {
        var best = (double[])prices.Clone();
        double bestBound = double.NegativeInfinity, length = 0.1;
        var covered = new int[prices.Length];
        var stalled = 0;
        for (var round = 0; round < PriceRounds && length > 1e-5; round++)
        {
            Array.Clear(covered);
            var bound = prices.Sum();
            for (var c = 0; c < alignments.Members.Count; c++)
            {
                var reduced = Reduced(c);
                if (reduced >= 0) continue;
                bound += reduced;
                foreach (var span in alignments.Members[c]) covered[span]++;
            }

            if (bound > bestBound + 1e-9)
            {
                bestBound = bound;
                prices.CopyTo(best, 0);
                stalled = 0;
            }
            else if (++stalled == 8)
            {
                length /= 2;
                best.CopyTo(prices, 0);
                stalled = 0;
                continue;
            }

            for (var span = 0; span < prices.Length; span++) prices[span] += length * (1 - covered[span]);
        }

        best.CopyTo(prices, 0);
    }

    // Down until nothing is undercut, then up as far as each price alone may go.
    private void Repair()
    {
        for (var c = 0; c < alignments.Members.Count; c++)
        {
            var excess = -Reduced(c);
            if (excess <= 0) continue;
            foreach (var span in alignments.Members[c]) prices[span] -= excess / alignments.Members[c].Length;
        }

        for (var span = 0; span < prices.Length; span++) prices[span] += containing[span].Min(Reduced);
    }

    private List<int> Find()
    {
        var steps = new List<(int Before, int Alignment)>();
        var known = new Dictionary<(int First, UInt128 Beyond), double>();
        var queue = new PriorityQueue<(int First, UInt128 Beyond, int Step, double Cost), (double Cost, int Progress)>();
        queue.Enqueue((0, 0, -1, 0), (0, 0));
        while (queue.TryDequeue(out var state, out _))
        {
            if (state.First == alignments.Spans) return Chosen(steps, state.Step);
            if (known.TryGetValue((state.First, state.Beyond), out var cheaper) && cheaper < state.Cost) continue;
            foreach (var c in containing[state.First])
            {
                if (!TryCover(alignments.Members[c], state.First, state.Beyond, out var covered)) continue;
                var (first, beyond) = Advance(state.First, covered);
                // Rounding may leave a reduced disorder a hair below 0.
                var cost = state.Cost + Math.Max(0, Reduced(c));
                if (known.TryGetValue((first, beyond), out var before) && before <= cost) continue;
                if (known.Count == GammaAgreement.MostStates)
                    throw new GammaLimitException($"The best alignment was not found within {GammaAgreement.MostStates} states; split the continuum.");
                known[(first, beyond)] = cost;
                steps.Add((state.Step, c));
                queue.Enqueue((first, beyond, steps.Count - 1, cost), (cost, -first));
            }
        }

        throw new InvalidOperationException("Spans alone are an alignment, so one is always found.");
    }

    // Bit i stands for the span i places after the first open one.
    private static bool TryCover(int[] members, int first, UInt128 beyond, out UInt128 covered)
    {
        covered = beyond;
        foreach (var span in members)
        {
            if (span < first) return false;
            if (span - first >= 128) throw new GammaLimitException("More than 128 spans begin between two that may be aligned; split the continuum.");
            var bit = UInt128.One << (span - first);
            if ((covered & bit) != 0) return false;
            covered |= bit;
        }

        return true;
    }

    private static (int First, UInt128 Beyond) Advance(int first, UInt128 covered)
    {
        var done = (int)UInt128.TrailingZeroCount(~covered);
        return (first + done, done == 128 ? 0 : covered >> done);
    }

    private static List<int> Chosen(List<(int Before, int Alignment)> steps, int last)
    {
        var chosen = new List<int>();
        for (var step = last; step >= 0; step = steps[step].Before) chosen.Add(steps[step].Alignment);
        chosen.Reverse();
        return chosen;
    }
}
