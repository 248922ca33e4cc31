namespace Pirogov.Statistics;

/// <summary>The state of <see cref="Staple"/> between its steps. What is near 1 is kept with its rest, for it is the rest that decides.</summary>
internal sealed class StapleEstimate
{
    private const double Start = 0.99999;

    // A rate is never quite 0 or 1: one voxel more could be otherwise.
    private const double Least = 1e-12;

    private readonly MaskVotes votes;
    private readonly double prior;
    private readonly double[] background;

    // ln p, ln(1 − p), ln q, ln(1 − q) of each source.
    private readonly (double Hit, double Miss, double Leave, double Add)[] logs;

    public StapleEstimate(MaskVotes votes, double prevalence, IReadOnlyList<(double Sensitivity, double Specificity)>? start)
    {
        this.votes = votes;
        // Where every source has every voxel of the region the prior is +∞, and so is the posterior.
        prior = Math.Log(prevalence) - Math.Log(1 - prevalence);
        (Foreground, background) = (new double[votes.Keys.Length], new double[votes.Keys.Length]);
        logs = new (double, double, double, double)[votes.Sources];
        for (var source = 0; source < logs.Length; source++)
        {
            var (p, q) = start?[source] ?? (Start, Start);
            logs[source] = (Math.Log(p), Math.Log(1 - p), Math.Log(q), Math.Log(1 - q));
        }
    }

    /// <summary>W of each pattern of votes.</summary>
    public double[] Foreground { get; }

    /// <summary>Under the present W.</summary>
    public MaskRates[] Rates => [.. Enumerable.Range(0, logs.Length).Select(source => votes.Rates(source, Foreground, background))];

    public bool WorseThanChance => logs.Sum(log => Math.Exp(log.Hit) - Math.Exp(log.Add)) < -1e-9 * logs.Length;

    public void Exchange()
    {
        for (var pattern = 0; pattern < background.Length; pattern++)
            (Foreground[pattern], background[pattern]) = (background[pattern], Foreground[pattern]);
        Maximize();
    }

    public void Expect()
    {
        for (var pattern = 0; pattern < background.Length; pattern++)
        {
            var odds = prior;
            for (var source = 0; source < logs.Length; source++)
            {
                var log = logs[source];
                odds += (votes.Keys[pattern] >> source & 1) != 0 ? log.Hit - log.Add : log.Miss - log.Leave;
            }

            Foreground[pattern] = 1 / (1 + Math.Exp(-odds));
            background[pattern] = 1 / (1 + Math.Exp(odds));
        }
    }

    /// <returns>The farthest that a rate moved.</returns>
    public double Maximize()
    {
        var moved = 0.0;
        for (var source = 0; source < logs.Length; source++)
        {
            var (old, rates) = (logs[source], votes.Rates(source, Foreground, background));
            var (positive, negative) = (rates.Hit + rates.Missed, rates.Left + rates.Added);
            if (positive > 0) (logs[source].Hit, logs[source].Miss) = (Log(rates.Hit / positive), Log(rates.Missed / positive));
            if (negative > 0) (logs[source].Leave, logs[source].Add) = (Log(rates.Left / negative), Log(rates.Added / negative));
            moved = Math.Max(moved, Math.Max(
                Math.Abs(Math.Exp(old.Hit) - Math.Exp(logs[source].Hit)), Math.Abs(Math.Exp(old.Leave) - Math.Exp(logs[source].Leave))));
        }

        return moved;
    }

    private static double Log(double rate) => Math.Log(Math.Max(rate, Least));
}
