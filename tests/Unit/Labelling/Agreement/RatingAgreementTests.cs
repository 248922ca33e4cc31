using System.Text.Json;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling.Agreement;

public class RatingAgreementTests
{
    private static readonly Bilingual Named = new("а", "a");

    private static Question Scale(int options, bool ordinal = true) =>
        new("grade", Named, Question.Choice, [.. Enumerable.Range(1, options).Select(n => new QuestionOption($"o{n}", Named))], AllowCannotAssess: true, Ordinal: ordinal);

    [Fact]
    public void An_ordinal_scale_of_two_readers_is_told_by_quadratic_kappa_and_a_nominal_one_by_plain_kappa()
    {
        // The 3 × 3 table of SAS' example: unweighted and quadratic κ as published.
        AnswerRow[] rows = [Row(4, 1, 2), Row(1, 1, 3), Row(8, 2, 2), Row(1, 3, 2), Row(5, 3, 3)];
        var (weighted, plain) = (CategoryAgreement.Of(Scale(3), rows), CategoryAgreement.Of(Scale(3, ordinal: false), rows));
        Assert.Equal(("cohen-kappa-quadratic", "cohen-kappa", 19, 19), (weighted.Name, plain.Name, weighted.Items, plain.Items));
        Assert.Equal(0.4501607717041801, weighted.Value!.Value, 12);
        Assert.Equal(0.48416289592760176, plain.Value!.Value, 12);
        Assert.InRange(weighted.Value.Value, weighted.Interval!.Value.Lower, weighted.Interval.Value.Upper);
    }

    [Fact]
    public void What_is_not_on_the_scale_is_a_missing_rating()
    {
        AnswerRow[] rows = [Row(4, 1, 2), Row(1, 1, 3), Row(8, 2, 2), Row(1, 3, 2), Row(5, 3, 3), new(["o1", ProjectAgreement.CannotAssess], 3), new([ProjectAgreement.NotAnswered, "o2"], 2)];
        var found = CategoryAgreement.Of(Scale(3), rows);
        Assert.Equal(19, found.Items);
        Assert.Equal(0.4501607717041801, found.Value!.Value, 12);
        Assert.Null(CategoryAgreement.Of(Scale(3), [new([ProjectAgreement.CannotAssess, "o1"], 5)]).Name);
    }

    [Fact]
    public void More_than_two_readers_of_an_ordinal_scale_are_told_by_Krippendorffs_ordinal_alpha_with_an_interval()
    {
        // Krippendorff 2011, C: four observers, twelve units, missing ratings; ordinal α = 0.815.
        int?[][] observers =
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3], [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
        ];
        AnswerRow[] rows = [.. Enumerable.Range(0, 12).Select(unit => new AnswerRow([.. observers.Select(o => o[unit] is { } value ? $"o{value}" : ProjectAgreement.NotAnswered)], 1))];
        var found = CategoryAgreement.Of(Scale(5), rows);
        Assert.Equal(("krippendorff-alpha-ordinal", 11), (found.Name, found.Items));
        Assert.Equal(0.8153875037548814, found.Value!.Value, 12);
        Assert.InRange(found.Value.Value, found.Interval!.Value.Lower, found.Interval.Value.Upper);
        Assert.Equal(found, CategoryAgreement.Of(Scale(5), [.. rows.Reverse()]));
    }

    [Fact]
    public void A_tie_on_an_ordinal_scale_is_settled_by_the_median_and_of_an_even_number_by_the_lower_of_the_middle_two()
    {
        Assert.Equal(("o2", "median"), Voted("o3", "o1", "o2"));
        Assert.Equal(("o1", "median"), Voted("o3", "o1"));
        Assert.Equal(("o2", "median"), Voted("o3", "o1", "o1", "o3", "o2"));
        Assert.Equal(("o3", "majority"), Voted("o3", "o1", "o3"));
        // "Cannot be assessed" has no rank: a tie with it is nobody's median.
        Assert.Equal(("o3", "majority"), Voted("o3", null));
        Assert.Equal(("o3", "majority"), Voted(Scale(3, ordinal: false), "o3", "o1", "o2"));
    }

    [Fact]
    public void Numbers_of_the_same_readers_give_ICC_2_1_and_those_of_changing_readers_ICC_1_1()
    {
        // Shrout & Fleiss 1979, table 2.
        double[][] matrix = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]];
        Guid[] same = [.. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];
        NumberRow Read(double[] values, Guid[] readers) => new(EntityId.New<ProjectCaseId>(), readers, [.. values.Select(v => (double?)v)]);
        var all = NumberAgreement.Intraclass([.. matrix.Select(row => Read(row, same))]);
        Assert.Equal(("icc-2-1", 6), (all.Name, all.Items));
        Assert.Equal(0.289763779527559, all.Value!.Value, 12);
        var changing = NumberAgreement.Intraclass([.. matrix.Select(row => Read(row, [.. row.Select(_ => Guid.CreateVersion7())]))]);
        Assert.Equal(("icc-1-1", 6), (changing.Name, changing.Items));
        Assert.Equal(0.16574176840547541, changing.Value!.Value, 12);
        // Who measured nothing in one case takes that case out of the complete table.
        var missing = NumberAgreement.Intraclass([.. matrix.Select(row => Read(row, same)), new(EntityId.New<ProjectCaseId>(), same, [1, 2, null, 3])]);
        Assert.Equal(all, missing);
        Assert.Null(NumberAgreement.Intraclass([Read([1, 2], same[..2])]).Value);
    }

    [Fact]
    public void Bland_and_Altman_is_told_of_every_pair_of_readers_who_measured_two_things_in_common()
    {
        Guid[] readers = [.. Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).Order()];
        NumberRow Read(double? first, double? second, double? third) => new(EntityId.New<ProjectCaseId>(), readers, [first, second, third]);
        var pairs = NumberAgreement.Pairs([Read(10, 11, null), Read(12, 15, null), Read(14, 16, 14)]);
        var pair = Assert.Single(pairs);
        Assert.Equal((readers[0], readers[1], 3, 3), (pair.First, pair.Second, pair.Cases, pair.Bias.From));
        // Differences −1, −3, −2: mean −2, SD 1.
        Assert.Equal(-2, pair.Bias.Value, 12);
        Assert.Equal((-2 - 1.959963984540054, -2 + 1.959963984540054), (pair.Lowest.Value, pair.Highest.Value), Near);
        // Student's t of two degrees of freedom.
        Assert.Equal(-2 - 4.302652729911275 / Math.Sqrt(3), pair.Bias.Lower!.Value, 9);
    }

    private static readonly IEqualityComparer<(double, double)> Near =
        EqualityComparer<(double, double)>.Create((a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);

    private static AnswerRow Row(int times, int first, int second) => new([$"o{first}", $"o{second}"], times);

    private static (string?, string) Voted(params string?[] given) => Voted(Scale(3), given);

    private static (string?, string) Voted(Question question, params string?[] given)
    {
        var voted = AnswerVote.Of(question, [.. given.Select(g => g is null ? new DocumentAnswer(null, CannotAssess: true) : new(JsonSerializer.SerializeToElement(g)))], ConsensusRules.Default)!;
        return (AnswerText.Text(voted.Answer.Value), voted.Algorithm);
    }
}
