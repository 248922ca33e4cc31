using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class UnitizingTests
{
    // Mathet, Widlöcher & Métivier 2015, figure 1 as the pygamma-agreement package carries it (positions 2 to 60).
    private static readonly LabelledSpan[][] AlexPaulSuzan =
    [
        [new(2, 9, 1), new(11, 17, 2), new(24, 30, 5), new(32, 36, 6), new(36, 44, 6), new(44, 60, 7)],
        [new(2, 9, 1), new(11, 17, 3), new(19, 25, 5), new(32, 44, 6)],
        [new(2, 9, 1), new(11, 17, 4), new(21, 27, 5), new(32, 36, 6), new(36, 40, 6), new(40, 44, 6)],
    ];

    private static readonly Gen<LabelledSpan[][]> SmallContinua =
        (from start in Gen.Int[0, 20]
         from length in Gen.Int[1, 8]
         from category in Gen.Int[0, 2]
         select new LabelledSpan(start, start + length, category)).Array[0, 3].Array[2, 3];

    // pygamma-agreement's own test of these spans: disorder 0.96, γ between 0.44 and 0.47.
    [Fact]
    public void Gamma_of_Alex_Paul_and_Suzan()
    {
        var gamma = GammaAgreement.Of(AlexPaulSuzan, 2, 60, 4772, new GammaDissimilarity(3, 1));
        Assert.Equal(0.960625, gamma.Observed!.Value, 1e-12);
        Assert.InRange(gamma.Gamma!.Value, 0.44, 0.47);
        Assert.InRange(gamma.Precision!.Value, 0, 0.02);
        Assert.Equal([0, 0, 0], gamma.Alignment[0]);
        Assert.Equal([4, 3, 4], gamma.Alignment.Single(row => row[1] == 3));
        Assert.Equal(gamma.Gamma, GammaAgreement.Of(AlexPaulSuzan, 2, 60, 4772, new GammaDissimilarity(3, 1)).Gamma);
    }

    [Fact]
    public void The_best_alignment_is_the_cheapest_of_all_partitions() => SmallContinua.Sample(annotators =>
    {
        if (annotators.All(own => own.Length == 0)) return;
        foreach (var dissimilarity in new[] { new GammaDissimilarity(), new GammaDissimilarity(3, 1), new GammaDissimilarity(0, 1) })
        {
            var alignments = UnitaryAlignments.Of(annotators, dissimilarity);
            var found = BestAlignment.Of(alignments).Sum(c => alignments.Disorders[c]);
            Assert.Equal(Cheapest(annotators, dissimilarity, 0), found, 1e-9);
        }
    }, iter: 200);

    [Fact]
    public void Equal_annotators_have_gamma_1_and_their_order_does_not_matter()
    {
        var equal = GammaAgreement.Of([AlexPaulSuzan[0], AlexPaulSuzan[0], AlexPaulSuzan[0]], 0, 60, 1);
        Assert.Equal(0, equal.Observed!.Value, 1e-12);
        Assert.Equal(1, equal.Gamma!.Value, 1e-12);

        var observed = GammaAgreement.Of(AlexPaulSuzan, 0, 60, 1).Observed!.Value;
        Assert.Equal(observed, GammaAgreement.Of([AlexPaulSuzan[2], [.. AlexPaulSuzan[0].Reverse()], AlexPaulSuzan[1]], 0, 60, 1).Observed!.Value, 1e-12);
    }

    [Fact]
    public void Gamma_of_other_categories_at_the_same_places_is_lower_and_of_chance_near_0()
    {
        var random = new Xoshiro256(3);
        var lone = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 12).Select(_ => random.NextDouble() * 990)
            .Select(at => new LabelledSpan(at, at + 10, random.NextInt32(3))).ToArray()).ToArray();
        Assert.InRange(GammaAgreement.Of(lone, 0, 1000, 5).Gamma!.Value, -0.25, 0.25);

        LabelledSpan[] other = [.. AlexPaulSuzan[0].Select(span => span with { Category = span.Category + 1 })];
        var gamma = GammaAgreement.Of([AlexPaulSuzan[0], other], 0, 60, 1);
        Assert.Equal(1, gamma.Observed!.Value, 1e-12);
        Assert.InRange(gamma.Gamma!.Value, 0, 0.6);
    }

    [Fact]
    public void Distances_of_categories_may_be_declared()
    {
        LabelledSpan[][] two = [[new(0, 5, 0)], [new(0, 5, 1)]];
        Assert.Equal(0.25, GammaAgreement.Of(two, 0, 20, 1, new GammaDissimilarity(1, 1, new[,] { { 0, 0.25 }, { 0.25, 0 } })).Observed!.Value, 1e-12);
        Assert.Throws<ArgumentException>(() => GammaAgreement.Of(two, 0, 20, 1, new GammaDissimilarity(1, 1, new[,] { { 0, 0.25 }, { 0.3, 0 } })));
        Assert.Throws<ArgumentException>(() => GammaAgreement.Of(two, 0, 20, 1, new GammaDissimilarity(1, 1, new double[1, 1])));
        Assert.Throws<ArgumentException>(() => GammaAgreement.Of(two, 0, 20, 1, new GammaDissimilarity(double.NaN)));
    }

    [Fact]
    public void Work_beyond_the_declared_limits_is_refused_with_the_reason()
    {
        LabelledSpan[] many = [.. Enumerable.Range(0, 2600).Select(i => new LabelledSpan(i, i + 1, 0))];
        Assert.Contains("at most 5000", Assert.Throws<GammaLimitException>(() => GammaAgreement.Of([many, many], 0, 2600, 1)).Message, StringComparison.Ordinal);
        LabelledSpan[] nested = [.. Enumerable.Range(0, 1100).Select(i => new LabelledSpan(0, 1000 + i, i))];
        Assert.Contains("unitary alignments", Assert.Throws<GammaLimitException>(() => GammaAgreement.Of([nested, nested], 0, 5000, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<GammaLimitException>(() => GammaAgreement.Of([.. Enumerable.Repeat<LabelledSpan[]>([new(0, 1, 0)], 9)], 0, 5, 1));
    }

    [Fact]
    public void Improper_spans_and_continua_are_named()
    {
        Assert.Equal(AgreementUndefined.NoItems, GammaAgreement.Of([[], []], 0, 10, 1).Undefined);
        Assert.Equal(AgreementUndefined.NoItems, UnitizedAlpha.Of([[], []], 0, 10).Units.Undefined);
        LabelledSpan[] good = [new(1, 2, 0)];
        foreach (var bad in new LabelledSpan[] { new(3, 3, 0), new(double.NaN, 4, 0), new(1, double.PositiveInfinity, 0), new(8, 12, 0), new(1, 2, -1) })
        {
            Assert.Throws<ArgumentException>(() => GammaAgreement.Of([good, [bad]], 0, 10, 1));
            Assert.Throws<ArgumentException>(() => UnitizedAlpha.Of([good, [bad]], 0, 10));
        }

        Assert.Throws<ArgumentException>(() => UnitizedAlpha.Of([good, [new(1, 5, 0), new(4, 6, 0)]], 0, 10));
        Assert.Throws<ArgumentException>(() => UnitizedAlpha.Of([good], 0, 10));
        Assert.Throws<ArgumentException>(() => GammaAgreement.Of([good, good], 0, double.NaN, 1));
    }

    // By hand from Krippendorff et al. 2016, eq. 1, 4 and 5: on 10 characters [0, 4) and [2, 6) share 2, their gaps share 4, of 20
    // in all; a span shares the square of its length with itself, a gap its length: De = 20 − 20 (32 + 132) / (400 − 44).
    [Fact]
    public void Alpha_of_two_overlapping_spans_by_hand()
    {
        var alpha = UnitizedAlpha.Of([[new(0, 4, 1)], [new(2, 6, 1)]], 0, 10);
        Assert.Equal(31.0 / 120, alpha.Units.Alpha!.Value, 1e-12);
        Assert.Equal(31.0 / 120, alpha.Binary.Alpha!.Value, 1e-12);
        Assert.Equal(0.5, alpha.Categories[1].Coverage, 1e-12);
    }

    [Fact]
    public void Several_continua_are_one_in_which_they_stand_one_after_another()
    {
        LabelledSpan[][] first = [[new(0, 4, 1), new(5, 7, 2)], [new(2, 6, 1)]], second = [[new(1, 3, 2)], [new(1, 4, 2), new(4, 6, 1)]];
        UnitizedSums[] continua = [UnitizedAlpha.Sums(first, 0, 10), UnitizedAlpha.Sums(second, 0, 8)];
        LabelledSpan[] Joined(int annotator) => [.. first[annotator], .. second[annotator].Select(s => s with { Start = s.Start + 10, End = s.End + 10 })];
        var (summed, joined) = (UnitizedAlpha.Of(continua), UnitizedAlpha.Of([Joined(0), Joined(1)], 0, 18));
        Assert.Equal(joined.Units.Alpha!.Value, summed.Units.Alpha!.Value, 1e-12);
        Assert.Equal(joined.Coding.Alpha!.Value, summed.Coding.Alpha!.Value, 1e-12);
        Assert.Equal(joined.Categories[1].Alpha!.Value, summed.Categories[1].Alpha!.Value, 1e-12);
        Assert.Equal(summed.Units.Alpha.Value, UnitizedAlpha.Statistic(continua)([0, 1]), 1e-12);
    }

    // Krippendorff et al. 2016: each run of a label above 0 is a span of that category, of 0 a gap.
    [Fact]
    public void Alpha_from_intersections_is_alpha_from_single_characters() => Gen.Int[0, 3].Array[24].Array[2, 4].Sample(labels =>
    {
        var annotators = labels.Select(own => Runs(own).Where(run => run.Category > 0).ToArray()).ToArray();
        if (annotators.All(own => own.Length == 0)) return;
        var alpha = UnitizedAlpha.Of(annotators, 0, 24);

        // Eq. 5 and 6: a span has its square with itself, a gap its length.
        double[] alone = [.. Enumerable.Range(0, 4).Select(c => labels.SelectMany(Runs).Where(run => run.Category == c).Sum(run => c == 0 ? run.Length : run.Length * run.Length))];
        double[] whole = [.. Enumerable.Range(0, 4).Select(c => (double)labels.Sum(own => own.Count(label => label == c)))];
        var (seen, chance) = (Coincidences(labels, 0), Chance(whole, alone));
        Same(1 - Off(seen) / Off(chance), alpha.Units);
        Same(1 - (whole[0] - seen[0, 0]) / (chance[0, 1] + chance[0, 2] + chance[0, 3]), alpha.Binary);

        // Eq. 9 to 13: the same within the intersections of spans, where a span has with itself the square of what of it another's spans cover.
        seen = Coincidences(labels, 1);
        double[] met = [.. Enumerable.Range(0, 4).Select(c => Enumerable.Range(0, 4).Sum(k => seen[c, k]))];
        Assert.Equal(met.Sum() / whole.Sum(), alpha.Coding.Coverage, 1e-9);
        double Covered(LabelledSpan run) =>
            labels.Sum(other => Math.Pow(Enumerable.Range((int)run.Start, (int)run.Length).Count(at => other[at] > 0), 2)) - run.Length * run.Length;
        chance = Chance(met, [0, .. Enumerable.Range(1, 3).Select(c => labels.SelectMany(Runs).Where(run => run.Category == c).Sum(Covered) / (labels.Length - 1))]);
        Same(1 - Off(seen) / Off(chance), alpha.Coding);
        foreach (var (c, category) in alpha.Categories)
        {
            Assert.Equal(met[c] / whole[c], category.Coverage, 1e-9);
            var margin = Enumerable.Range(0, 4).Sum(k => chance[c, k]);
            Same(1 - (met[c] - seen[c, c]) / met[c] / ((margin - chance[c, c]) / margin), category);
        }
    }, iter: 300);

    [Fact]
    public void Alpha_of_equal_spans_is_1_and_of_one_category_says_nothing_of_coding()
    {
        var equal = UnitizedAlpha.Of([AlexPaulSuzan[0], AlexPaulSuzan[0]], 0, 70);
        Assert.Equal(1, equal.Units.Alpha!.Value, 1e-12);
        Assert.Equal(1, equal.Binary.Alpha!.Value, 1e-12);
        Assert.Equal(1, equal.Coding.Alpha!.Value, 1e-12);
        Assert.All(equal.Categories.Values, category => Assert.Equal(1, category.Alpha!.Value, 1e-12));

        LabelledSpan[][] one = [[new(0, 10, 4)], [new(5, 12, 4)]];
        Assert.Equal(AgreementUndefined.NoVariation, UnitizedAlpha.Of(one, 0, 20).Coding.Undefined);
        Assert.Equal(AgreementUndefined.NoVariation, UnitizedAlpha.Of([[new(0, 20, 4)], [new(0, 20, 4)]], 0, 20).Units.Undefined);
        Assert.Equal(AgreementUndefined.NoPairs, UnitizedAlpha.Of([[new(0, 5, 4)], [new(5, 12, 3)]], 0, 20).Coding.Undefined);
    }

    [Fact]
    public void Unitized_alpha_does_not_depend_on_the_order_of_annotators_nor_on_the_codes()
    {
        var alpha = UnitizedAlpha.Of(AlexPaulSuzan, 0, 70);
        var other = UnitizedAlpha.Of(
            [.. AlexPaulSuzan.Reverse().Select(own => own.Reverse().Select(span => span with { Category = 50 - span.Category }).ToArray())], 0, 70);
        Assert.Equal(alpha.Units.Alpha!.Value, other.Units.Alpha!.Value, 1e-12);
        Assert.Equal(alpha.Binary.Alpha!.Value, other.Binary.Alpha!.Value, 1e-12);
        Assert.Equal(alpha.Coding.Alpha!.Value, other.Coding.Alpha!.Value, 1e-12);
        Assert.Equal(alpha.Categories[6].Alpha!.Value, other.Categories[44].Alpha!.Value, 1e-12);
        Assert.True(alpha.Units.Alpha < 1);
    }

    private static void Same(double expected, UnitizedCoefficient actual)
    {
        if (actual.Undefined == AgreementUndefined.No) Assert.Equal(expected, actual.Alpha!.Value, 1e-9);
        else Assert.False(double.IsFinite(expected));
    }

    // Characters where two annotators both have a label of at least `least`, by what they have.
    private static double[,] Coincidences(int[][] labels, int least)
    {
        var seen = new double[4, 4];
        for (var i = 0; i < labels.Length; i++)
            for (var j = 0; j < labels.Length; j++)
                for (var at = 0; at < labels[i].Length && i != j; at++)
                    if (labels[i][at] >= least && labels[j][at] >= least) seen[labels[i][at], labels[j][at]] += 1.0 / (labels.Length - 1);
        return seen;
    }

    // Every two characters may meet but those of one segment.
    private static double[,] Chance(double[] lengths, double[] alone)
    {
        var (all, chance) = (lengths.Sum(), new double[4, 4]);
        for (var c = 0; c < 4; c++)
            for (var k = 0; k < 4; k++)
                chance[c, k] = (lengths[c] * lengths[k] - (c == k ? alone[c] : 0)) * all / (all * all - alone.Sum());
        return chance;
    }

    private static double Off(double[,] table) => table.Cast<double>().Sum() - Enumerable.Range(0, 4).Sum(c => table[c, c]);

    private static IEnumerable<LabelledSpan> Runs(int[] labels)
    {
        for (int from = 0, to; from < labels.Length; from = to)
        {
            for (to = from; to < labels.Length && labels[to] == labels[from];) to++;
            yield return new LabelledSpan(from, to, labels[from]);
        }
    }

    // Tries every partition: the first open span, with every choice of spans of the other annotators.
    private static double Cheapest(LabelledSpan[][] annotators, GammaDissimilarity dissimilarity, double sofar)
    {
        var first = Array.FindIndex(annotators, own => own.Length > 0);
        if (first < 0) return sofar;
        var best = double.PositiveInfinity;
        int[] choices = [.. annotators.Select((own, a) => a < first ? 1 : a == first ? 1 : own.Length + 1)];
        for (var n = 0; n < choices.Aggregate(1, (x, y) => x * y); n++)
        {
            var (rest, chosen, left) = (n, new LabelledSpan?[annotators.Length], annotators.ToArray());
            for (var a = first; a < annotators.Length; a++)
            {
                var pick = a == first ? 0 : rest % choices[a] - 1;
                if (a > first) rest /= choices[a];
                if (pick < 0) continue;
                chosen[a] = annotators[a][pick];
                left[a] = [.. annotators[a].Where((_, i) => i != pick)];
            }

            double disorder = 0, pairs = 0;
            for (var a = 0; a < chosen.Length; a++)
                for (var b = 0; b < a; b++, pairs++)
                    disorder += chosen[a] is { } x && chosen[b] is { } y ? dissimilarity.Of(x, y) : 1;
            best = Math.Min(best, Cheapest(left, dissimilarity, sofar + disorder / pairs));
        }

        return best;
    }
}
