namespace Pirogov.Statistics;

/// <summary>The category that most raters gave (plurality, the shares of votes of Dawid &amp; Skene 1979, eq. 3.1): ties go to the lowest category and are marked.</summary>
public static class MajorityVote
{
    // Nobody is trusted, or distrusted, without bound.
    private const double SurestSkill = 1e-6;

    /// <summary>One vote a rating. Posteriors are shares of votes; reliability is against the labels.</summary>
    /// <param name="ratings">What was said.</param>
    public static CategoryConsensus Of(CategoryRatings ratings) => Of(ratings, Enumerable.Repeat(1.0, ratings.Raters).ToArray());

    /// <summary>Votes weighted by rater. Posteriors are shares of the weight; an item rated only with weight 0 has no label.</summary>
    /// <param name="ratings">What was said.</param>
    /// <param name="weights">Of each rater, finite and none negative.</param>
    /// <exception cref="ArgumentException">Another number of weights than raters, or one that is negative or not finite.</exception>
    public static CategoryConsensus Of(CategoryRatings ratings, ReadOnlySpan<double> weights)
    {
        CheckRaters(ratings, weights);
        foreach (var weight in weights)
            if (!(weight >= 0 && double.IsFinite(weight))) throw new ArgumentException($"{weight} is no weight of a vote.", nameof(weights));
        var shares = new double[ratings.Items * ratings.Categories];
        for (var item = 0; item < ratings.Items; item++)
        {
            var row = shares.AsSpan(item * ratings.Categories, ratings.Categories);
            var total = 0.0;
            foreach (var cell in ratings.Of(item))
            {
                var weight = weights[cell / ratings.Categories];
                row[cell % ratings.Categories] += weight;
                total += weight;
            }

            if (total == 0) continue;
            foreach (ref var share in row) share /= total;
        }

        return new(ratings, shares) { Raters = CategoryConsensus.AgainstLabels(ratings, shares) };
    }

    /// <summary>
    /// The best rule for raters who err independently, with the same probability into each other category: a vote weighs
    /// ln((K−1) s/(1−s)) (Nitzan &amp; Paroush 1982, theorem 1, here for K categories), and a rater below chance counts
    /// against what they say. Posteriors are those of this model with equally frequent categories.
    /// </summary>
    /// <param name="ratings">What was said, on a scale of at least two categories.</param>
    /// <param name="skills">The known accuracy s of each rater, 0 to 1 (of gold cases, say), kept within 10⁻⁶ of both ends.</param>
    /// <exception cref="ArgumentException">Another number of skills than raters, one outside [0, 1], or a scale of one category.</exception>
    public static CategoryConsensus BySkill(CategoryRatings ratings, ReadOnlySpan<double> skills)
    {
        CheckRaters(ratings, skills);
        ArgumentOutOfRangeException.ThrowIfLessThan(ratings.Categories, 2, nameof(ratings));
        var votes = new double[skills.Length];
        for (var rater = 0; rater < votes.Length; rater++)
        {
            if (!(skills[rater] is >= 0 and <= 1)) throw new ArgumentException($"{skills[rater]} is no share of right ratings.", nameof(skills));
            var skill = Math.Clamp(skills[rater], SurestSkill, 1 - SurestSkill);
            votes[rater] = Math.Log((ratings.Categories - 1) * skill / (1 - skill));
        }

        var posteriors = new double[ratings.Items * ratings.Categories];
        for (var item = 0; item < ratings.Items; item++)
        {
            var row = posteriors.AsSpan(item * ratings.Categories, ratings.Categories);
            foreach (var cell in ratings.Of(item)) row[cell % ratings.Categories] += votes[cell / ratings.Categories];
            LogSum.Normalize(row);
        }

        return new(ratings, posteriors) { Raters = CategoryConsensus.AgainstLabels(ratings, posteriors) };
    }

    private static void CheckRaters(CategoryRatings ratings, ReadOnlySpan<double> ofRaters)
    {
        if (ofRaters.Length != ratings.Raters)
            throw new ArgumentException($"{ofRaters.Length} numbers given for {ratings.Raters} raters.", nameof(ofRaters));
    }
}
