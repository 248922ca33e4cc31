using System.Text.Json;
using CsCheck;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class CategoryConsensusTests
{
    internal static readonly Gen<(CategoryRatings Ratings, ItemRating[] Given, int Items, int Raters, int Categories)> Tables =
        from items in Gen.Int[0, 12]
        from raters in Gen.Int[1, 5]
        from categories in Gen.Int[1, 6]
        from given in (from item in Gen.Int[0, Math.Max(0, items - 1)]
                       from rater in Gen.Int[0, raters - 1]
                       from category in Gen.Int[0, categories - 1]
                       select new ItemRating(item, rater, category)).Array[0, items == 0 ? 0 : 40]
        select (CategoryRatings.Of(given, items, raters, categories), given, items, raters, categories);

    [SkippableFact]
    public void Dawid_and_Skene_find_the_fitness_for_anaesthesia_of_their_paper()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Folder("standards", "reference-values", "agreement_and_metrics.json")));
        var paper = document.RootElement.GetProperty("dawid_skene_1979");
        var given = new List<ItemRating>();
        foreach (var (patient, item) in paper.GetProperty("responses").EnumerateArray().Select((p, i) => (p, i)))
            foreach (var (observer, rater) in patient.EnumerateArray().Select((o, j) => (o, j)))
                given.AddRange(observer.EnumerateArray().Select(said => new ItemRating(item, rater, said.GetInt32() - 1)));

        var ratings = CategoryRatings.Of(given, 45, 5, 4);
        var fit = DawidSkene.Fit(ratings);
        Assert.True(fit.Converged);
        Assert.Equal(paper.GetProperty("loglik_final").GetDouble(), fit.LogLikelihood, 1e-6);
        Assert.Equal(paper.GetProperty("loglik_first").GetDouble(), DawidSkene.Fit(ratings, maxIterations: 1).LogLikelihood, 1e-9);
        Assert.Equal(paper.GetProperty("hard").EnumerateArray().Select(k => k.GetInt32() - 1), fit.Consensus.Labels);
        Close(Numbers(paper.GetProperty("marginals")), fit.Prevalence, 1e-5);
        foreach (var patient in new[] { 3, 4, 12, 14, 36 })
            Close(Numbers(paper.GetProperty($"T_pat{patient}")), fit.Consensus.Posteriors(patient - 1).ToArray(), 1e-5);
        foreach (var observer in new[] { 1, 2 })
            foreach (var (row, truth) in paper.GetProperty($"error_rates_obs{observer}").EnumerateArray().Select((r, k) => (r, k)))
                Close(Numbers(row), [.. Enumerable.Range(0, 4).Select(said => fit.Consensus.Raters[observer - 1].Rate(truth, said)!.Value)], 1e-5);
    }

    // 155 candidates seen by five pathologists in five ways; the truth is that of a panel (FDA & MSKCC 2018).
    [SkippableFact]
    public void Five_pathologists_together_find_more_mitotic_figures_than_most_of_them_alone()
    {
        var rows = File.ReadLines(SharedData.Folder("data", "multireader", "mitotic-figure-counts", "data", "dfClassify20180627.csv")).Skip(1)
            .Select(line => line.Split(',')[^7..^1].Select(int.Parse).ToArray()).ToArray();
        var ratings = CategoryRatings.Of([.. rows.SelectMany(row => row[..5])], 5, 2);
        int[] truth = [.. rows.Select(row => row[5])];
        double[] alone = [.. Enumerable.Range(0, 5).Select(reader => rows.Average(row => row[reader] == row[5] ? 1.0 : 0))];
        foreach (var consensus in new[] { MajorityVote.Of(ratings), DawidSkene.Fit(ratings).Consensus, Mace.Fit(ratings).Consensus })
        {
            Assert.True(Right(consensus, truth) > alone.Order().ElementAt(3), $"{Right(consensus, truth)} of {string.Join(", ", alone)}");
            var estimated = consensus.Raters.Select(rater => rater.Accuracy!.Value).ToArray();
            Assert.Equal(Array.IndexOf(alone, alone.Min()), Array.IndexOf(estimated, estimated.Min()));
        }
    }

    [Fact]
    public void Dawid_and_Skene_is_the_written_out_formula() => Tables.Sample(t =>
    {
        foreach (var smoothing in new[] { 0, 0.3 })
        {
            var fit = DawidSkene.Fit(t.Ratings, smoothing, tolerance: -1, maxIterations: 4);
            var (posteriors, likelihood) = WrittenOut(t.Given, t.Items, t.Raters, t.Categories, smoothing, 4);
            Assert.Equal(likelihood, fit.LogLikelihood, 1e-9);
            foreach (var item in t.Given.Select(r => r.Item).Distinct()) Close(posteriors[item], fit.Consensus.Posteriors(item).ToArray(), 1e-9);
        }
    });

    // So many patterns that they are cut into pieces, and so much to add that these run side by side.
    [Theory]
    [InlineData(12_000, 6)]
    [InlineData(26_000, 55)]
    public void Many_items_are_fitted_as_few_are(int items, int categories)
    {
        var (given, _) = Simulate(items, [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], categories, 5);
        var fit = DawidSkene.Fit(CategoryRatings.Of(given, items, 7, categories), tolerance: -1, maxIterations: 2);
        var (posteriors, likelihood) = WrittenOut(given, items, 7, categories, 0, 2);
        Assert.Equal(likelihood, fit.LogLikelihood, 1e-5);
        for (var item = 0; item < items; item += 97)
            if (fit.Consensus.Labels[item] >= 0) Close(posteriors[item], fit.Consensus.Posteriors(item).ToArray(), 1e-9);
    }

    // The chance of 2,000 ratings is far below the smallest double: e^−1300 here.
    [Fact]
    public void Two_thousand_raters_of_two_items_do_not_underflow()
    {
        // Two of three say 1 of the first item, 2 of the second; the others err both ways.
        ItemRating[] given = [.. Enumerable.Range(0, 2000).SelectMany(rater => new ItemRating[] { new(0, rater, rater % 3 == 0 ? rater / 3 % 3 : 1), new(1, rater, rater % 3 == 1 ? rater / 3 % 3 : 2) })];
        var ratings = CategoryRatings.Of(given, 2, 2000, 3);
        foreach (var (consensus, likelihood) in new[] { 0, 0.5, 5 }.Select(smoothing => DawidSkene.Fit(ratings, smoothing)).Select(fit => (fit.Consensus, fit.LogLikelihood)))
        {
            Assert.Equal([1, 2], consensus.Labels);
            Assert.True(double.IsFinite(likelihood));
            Assert.All([0, 1], item => Assert.Equal(1, consensus.Posteriors(item).ToArray().Sum(), 1e-12));
        }

        Assert.True(DawidSkene.Fit(ratings, 5).LogLikelihood < -1300);
        foreach (var inference in Enum.GetValues<MaceInference>())
        {
            var fit = Mace.Fit(ratings, inference);
            Assert.Equal([1, 2], fit.Consensus.Labels);
            Assert.True(double.IsFinite(fit.Objective));
            Assert.DoesNotContain(double.NaN, fit.Competence.Select(c => c!.Value));
        }
    }

    [Fact]
    public void The_likelihood_never_falls() => Tables.Sample(t =>
    {
        var before = double.NegativeInfinity;
        for (var steps = 1; steps < 12; steps++)
        {
            var likelihood = DawidSkene.Fit(t.Ratings, tolerance: -1, maxIterations: steps).LogLikelihood;
            Assert.True(likelihood >= before - 1e-9);
            before = likelihood;
        }
    }, iter: 30);

    // After few steps: where two truths fit alike, a fit that climbs to its end follows whichever the last digit's rounding leans to.
    [Fact]
    public void Neither_the_order_of_raters_nor_the_names_of_categories_matter() => Tables.Sample(t =>
    {
        ItemRating[] turned = [.. t.Given.Select(r => new ItemRating(r.Item, t.Raters - 1 - r.Rater, t.Categories - 1 - r.Category)).Reverse()];
        var other = CategoryRatings.Of(turned, t.Items, t.Raters, t.Categories);
        foreach (var (a, b) in new[]
        {
            (MajorityVote.Of(t.Ratings), MajorityVote.Of(other)),
            (DawidSkene.Fit(t.Ratings, 0.1, tolerance: -1, maxIterations: 6).Consensus, DawidSkene.Fit(other, 0.1, tolerance: -1, maxIterations: 6).Consensus),
            (Mace.Fit(t.Ratings, starts: 1, tolerance: -1, maxIterations: 6).Consensus, Mace.Fit(other, starts: 1, tolerance: -1, maxIterations: 6).Consensus),
        })
            for (var item = 0; item < t.Items; item++)
            {
                double[] mirrored = [.. b.Posteriors(item)];
                Array.Reverse(mirrored);
                Close(mirrored, a.Posteriors(item).ToArray(), 1e-5);
                Assert.Equal(a.Labels[item] < 0, b.Labels[item] < 0);
            }
    }, iter: 50);

    [Fact]
    public void Simulated_raters_are_recognised()
    {
        double[] skills = [0.95, 0.85, 0.75, 0.6, 0.4];
        var (given, truth) = Simulate(4000, skills, 4, 11);
        var ratings = CategoryRatings.Of(given, 4000, 5, 4);
        var vote = MajorityVote.Of(ratings);
        foreach (var consensus in new[] { DawidSkene.Fit(ratings).Consensus, Mace.Fit(ratings, starts: 2).Consensus, Mace.Fit(ratings, MaceInference.Maximization, 2).Consensus })
        {
            for (var rater = 0; rater < 5; rater++) Assert.Equal(skills[rater], consensus.Raters[rater].Accuracy!.Value, 0.03);
            Assert.True(Right(consensus, truth) > Right(vote, truth) + 0.02);
            var sure = Enumerable.Range(0, 4000).Where(i => consensus.Confidence[i] is > 0.8 and < 0.95).ToArray();
            Assert.Equal(sure.Average(i => consensus.Confidence[i]), sure.Average(i => consensus.Labels[i] == truth[i] ? 1.0 : 0), 0.05);
        }

        Assert.Equal(Right(DawidSkene.Fit(ratings).Consensus, truth), Right(MajorityVote.BySkill(ratings, skills), truth), 0.01);
    }

    [Fact]
    public void A_rater_who_always_says_the_opposite_is_understood_by_Dawid_and_Skene()
    {
        var (given, truth) = Simulate(2000, [0.9, 0.8, 0.8, 0.02], 2, 3);
        var ratings = CategoryRatings.Of(given, 2000, 4, 2);
        var fit = DawidSkene.Fit(ratings);
        Assert.InRange(fit.Consensus.Raters[3].Accuracy!.Value, 0, 0.05);
        Assert.True(Right(fit.Consensus, truth) > 0.97);
        Assert.InRange(Mace.Fit(ratings).Competence[3]!.Value, 0, 0.05);
    }

    [Fact]
    public void Nobodys_ratings_leave_no_label_and_disturb_no_one()
    {
        int?[][] ratings = [[0, null, 1, 1], [0, null, 1, 0], [null, null, null, null]];
        var table = CategoryRatings.Of(ratings, 3);
        foreach (var consensus in new[] { MajorityVote.Of(table), MajorityVote.BySkill(table, [0.9, 0.8, 0.7]), DawidSkene.Fit(table).Consensus, Mace.Fit(table).Consensus })
        {
            Assert.Equal([0, -1, 1], consensus.Labels[..3]);
            Assert.Equal(0, consensus.Confidence[1]);
            Assert.False(consensus.Tied[1]);
            Assert.Null(consensus.Raters[2].Accuracy);
            Assert.All(Enumerable.Range(0, 4), item => Assert.DoesNotContain(double.NaN, consensus.Posteriors(item).ToArray()));
            Assert.InRange(consensus.Posteriors(0)[2], 0, 0.05);
        }

        Assert.Null(Mace.Fit(table).Competence[2]);
        Assert.Null(DawidSkene.Fit(table).Consensus.Raters[0].Rate(2, 2));
        foreach (var empty in new[] { CategoryRatings.Of([], 0, 2, 2), CategoryRatings.Of([], 3, 2, 2), CategoryRatings.Of([], 0, 0, 2) })
            Assert.All(DawidSkene.Fit(empty).Consensus.Labels.Concat(Mace.Fit(empty).Consensus.Labels).Concat(MajorityVote.Of(empty).Labels), label => Assert.Equal(-1, label));
    }

    [Fact]
    public void One_rater_alone_is_believed() => Tables.Where(t => t.Raters == 1).Sample(t =>
    {
        var said = t.Given.GroupBy(r => r.Item).Where(g => g.Select(r => r.Category).Distinct().Count() == 1).Select(g => g.First()).ToArray();
        var ratings = CategoryRatings.Of(said, t.Items, 1, t.Categories);
        foreach (var rating in said)
        {
            Assert.Equal(rating.Category, DawidSkene.Fit(ratings).Consensus.Labels[rating.Item]);
            Assert.Equal(rating.Category, MajorityVote.Of(ratings).Labels[rating.Item]);
        }
    }, iter: 50);

    [Fact]
    public void Ties_go_to_the_lowest_category_and_are_marked()
    {
        var ratings = CategoryRatings.Of([2, 1, -1, 1, 1, 0], 3, 3);
        var vote = MajorityVote.Of(ratings);
        Assert.Equal([1, 1], vote.Labels);
        Assert.Equal([true, false], vote.Tied);
        Assert.Equal([0.5, 2.0 / 3], vote.Confidence);
        Assert.Equal([2, 1], MajorityVote.Of(ratings, [3, 1, 1]).Labels);
        Assert.Equal([1, 0], MajorityVote.Of(ratings, [0, 1, 5]).Labels);
        Assert.Equal([-1, 0], MajorityVote.Of(ratings, [0, 0, 5]).Labels);
        Assert.True(MajorityVote.Of(CategoryRatings.Of([0, 1, 1], 3, 2), [0.3, 0.1, 0.2]).Tied[0]);
        Assert.Equal(1, vote.Raters[1].Accuracy);
        Assert.Equal(0.5, vote.Raters[0].Accuracy);
    }

    // P(k | said) by Bayes' rule, with errors spread evenly.
    [Fact]
    public void Votes_by_skill_are_Bayes_rule() => Tables.Where(t => t.Categories > 1).Sample(t =>
    {
        double[] skills = [.. Enumerable.Range(0, t.Raters).Select(rater => 0.15 + 0.8 * rater / t.Raters)];
        var consensus = MajorityVote.BySkill(t.Ratings, skills);
        foreach (var item in t.Given.GroupBy(r => r.Item))
        {
            double[] odds = [.. Enumerable.Range(0, t.Categories).Select(k => item.Aggregate(1.0, (p, r) => p * (r.Category == k ? skills[r.Rater] : (1 - skills[r.Rater]) / (t.Categories - 1))))];
            Close([.. odds.Select(p => p / odds.Sum())], consensus.Posteriors(item.Key).ToArray(), 1e-9);
        }
    });

    [Fact]
    public void Unfit_ratings_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CategoryRatings.Of([0, 3], 2, 3));
        Assert.Throws<ArgumentException>(() => CategoryRatings.Of([0, -2], 2, 3));
        Assert.Throws<ArgumentException>(() => CategoryRatings.Of([0, 1, 2], 2, 3));
        Assert.Throws<ArgumentException>(() => CategoryRatings.Of([new ItemRating(0, 2, 0)], 1, 2, 3));
        Assert.Throws<ArgumentException>(() => MajorityVote.Of(CategoryRatings.Of([0, 1], 2, 3), [1, double.NaN]));
        Assert.Throws<ArgumentException>(() => MajorityVote.BySkill(CategoryRatings.Of([0, 1], 2, 3), [1, 1.1]));
        Assert.Throws<ArgumentException>(() => DawidSkene.Fit(CategoryRatings.Of([0, 1], 2, 2), prevalence: [0.5, 0.6]));
    }

    private static double Right(CategoryConsensus consensus, int[] truth) => consensus.Labels.Zip(truth).Average(pair => pair.First == pair.Second ? 1.0 : 0);

    // One of twelve ratings is missing.
    internal static (ItemRating[] Given, int[] Truth) Simulate(int items, double[] skills, int categories, ulong seed)
    {
        var random = new Xoshiro256(seed);
        int[] truth = [.. Enumerable.Range(0, items).Select(_ => random.NextInt32(categories))];
        var given = new List<ItemRating>();
        for (var item = 0; item < items; item++)
            for (var rater = 0; rater < skills.Length; rater++)
                if (random.NextInt32(12) > 0)
                    given.Add(new(item, rater, random.NextDouble() < skills[rater] ? truth[item] : (truth[item] + 1 + random.NextInt32(categories - 1)) % categories));
        return ([.. given], truth);
    }

    private static (double[][] Posteriors, double LogLikelihood) WrittenOut(ItemRating[] given, int items, int raters, int categories, double smoothing, int steps)
    {
        var byItem = given.ToLookup(r => r.Item);
        double[][] t = [.. Enumerable.Range(0, items).Select(i => Enumerable.Range(0, categories).Select(k => byItem[i].Any() ? byItem[i].Average(r => r.Category == k ? 1.0 : 0) : 0).ToArray())];
        var likelihood = 0.0;
        for (var step = 0; step < steps; step++)
        {
            var mass = Enumerable.Range(0, categories).Select(k => smoothing + t.Sum(row => row[k])).ToArray();
            var counts = new double[raters, categories, categories];
            foreach (var r in given)
                for (var k = 0; k < categories; k++) counts[r.Rater, k, r.Category] += t[r.Item][k];
            var rows = new double[raters, categories];
            for (var rater = 0; rater < raters; rater++)
                for (var k = 0; k < categories; k++) rows[rater, k] = Enumerable.Range(0, categories).Sum(l => counts[rater, k, l] + smoothing);
            var all = mass.Sum();
            double Rate(int rater, int k, int said)
            {
                var row = rows[rater, k];
                return row > 0 ? (counts[rater, k, said] + smoothing) / row : 1.0 / categories;
            }

            likelihood = 0;
            foreach (var item in byItem)
            {
                double[] joint = [.. Enumerable.Range(0, categories).Select(k => item.Aggregate(mass[k] / all, (p, r) => p * Rate(r.Rater, k, r.Category)))];
                likelihood += Math.Log(joint.Sum());
                t[item.Key] = [.. joint.Select(p => p / joint.Sum())];
            }
        }

        return (t, likelihood);
    }

    internal static void Close(double[] expected, double[] actual, double within)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], within);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];
}
