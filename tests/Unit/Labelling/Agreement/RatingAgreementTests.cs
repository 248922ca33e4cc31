using System.Text.Json;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
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

    private static AnswerRow Row(int times, int first, int second) => new([$"o{first}", $"o{second}"], times);

    private static (string?, string) Voted(params string?[] given) => Voted(Scale(3), given);

    private static (string?, string) Voted(Question question, params string?[] given)
    {
        var voted = AnswerVote.Of(question, [.. given.Select(g => g is null ? new DocumentAnswer(null, CannotAssess: true) : new(JsonSerializer.SerializeToElement(g)))], ConsensusRules.Default)!;
        return (AnswerText.Text(voted.Answer.Value), voted.Algorithm);
    }
}
