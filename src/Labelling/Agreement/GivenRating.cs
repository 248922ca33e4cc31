using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>What one reader answered to one question of one compared case: the ratings from which a project's readers are judged together.</summary>
internal sealed class GivenRating
{
    public ProjectId ProjectId { get; init; }
    public ProjectCaseId ProjectCaseId { get; init; }
    public string Question { get; init; } = "";
    public Guid AccountId { get; init; }

    /// <summary>Among the question's options in their order; behind them, "cannot be assessed".</summary>
    public int Category { get; init; }
}

/// <summary>What a model of all readers of a project says of one case's question.</summary>
/// <param name="Category">The most probable.</param>
/// <param name="Accuracy">Of each source of the case, in the order of the letters.</param>
internal sealed record ModelledAnswer(int Category, double Confidence, IReadOnlyList<double?> Accuracy, string Algorithm);

/// <summary>
/// Answers by Dawid and Skene's or Hovy et al.'s model over every compared case of the project. A model needs cases: with fewer than
/// <see cref="FewestCases"/>, or where it is not sure enough, the question is settled like any other.
/// </summary>
internal sealed class AnswerModels(PirogovDb db)
{
    public const int FewestCases = 20;

    /// <summary>One pseudo-count in every cell: a reader of few cases is not taken to be perfect.</summary>
    private const double Smoothing = 1;

    /// <summary>Writes the ratings of a case anew, and joins the caller's next <c>SaveChanges</c>.</summary>
    /// <returns>Those of this case.</returns>
    public async Task<IReadOnlyList<GivenRating>> Keep(
        ProjectCase one, SchemaContent schema, IReadOnlyList<(Guid AccountId, LabelDocument Document)> readings, CancellationToken cancellation)
    {
        // At once: the rows that follow have the keys of these. A job that is killed in between begins again.
        await db.Set<GivenRating>().Where(r => r.ProjectCaseId == one.Id).ExecuteDeleteAsync(cancellation);
        GivenRating[] given = [.. from reading in readings
                                  from question in schema.Questions
                                  let category = Category(question, AnswerText.Of(reading.Document, question))
                                  where category is not null
                                  select new GivenRating { ProjectId = one.ProjectId, ProjectCaseId = one.Id, Question = question.Id, AccountId = reading.AccountId, Category = category.Value }];
        db.AddRange(given);
        return given;
    }

    /// <returns>Question → what the model says, where it may be believed.</returns>
    public async Task<IReadOnlyDictionary<string, ModelledAnswer>> Of(
        ProjectCase one, SchemaContent schema, ConsensusRules rules, IReadOnlyList<Guid> readers, IReadOnlyList<GivenRating> own, CancellationToken cancellation)
    {
        var modelled = new Dictionary<string, ModelledAnswer>();
        if (rules.Answers == AnswerAlgorithm.Majority)
            return modelled;
        foreach (var question in schema.Questions.Where(q => Categories(q) is not null && own.Any(r => r.Question == q.Id)))
        {
            // Three columns of every answer to the question: it is asked at every comparison.
            var others = await db.Set<GivenRating>().Where(r => r.ProjectId == one.ProjectId && r.Question == question.Id && r.ProjectCaseId != one.Id)
                .Select(r => new Rating(r.ProjectCaseId, r.AccountId, r.Category)).ToListAsync(cancellation);
            others.AddRange(own.Where(r => r.Question == question.Id).Select(r => new Rating(r.ProjectCaseId, r.AccountId, r.Category)));
            if (Fit(others, one.Id, Categories(question)!.Length + 1, rules.Answers, readers) is { } answer
                && answer.Confidence >= rules.AnswerConfidence)
                modelled[question.Id] = answer;
        }

        return modelled;
    }

    internal readonly record struct Rating(ProjectCaseId Case, Guid Reader, int Category);

    internal static ModelledAnswer? Fit(IReadOnlyCollection<Rating> ratings, ProjectCaseId wanted, int categories, AnswerAlgorithm algorithm, IReadOnlyList<Guid> readers)
    {
        // In an order of their own, that the same ratings give the same figures to the last bit.
        var items = Numbered(ratings.Select(r => r.Case.Value));
        if (items.Count < FewestCases)
            return null;
        var raters = Numbered(ratings.Select(r => r.Reader));
        var given = CategoryRatings.Of([.. ratings.Select(r => new ItemRating(items[r.Case.Value], raters[r.Reader], r.Category))], items.Count, raters.Count, categories);
        var consensus = algorithm == AnswerAlgorithm.Mace ? Mace.Fit(given).Consensus : DawidSkene.Fit(given, Smoothing).Consensus;
        var item = items[wanted.Value];
        return consensus.Labels[item] < 0 || consensus.Tied[item]
            ? null
            : new(consensus.Labels[item], consensus.Confidence[item], [.. readers.Select(r => raters.TryGetValue(r, out var rater) ? consensus.Raters[rater].Accuracy : null)],
                algorithm == AnswerAlgorithm.Mace ? "mace" : "dawid-skene");
    }

    private static Dictionary<Guid, int> Numbered(IEnumerable<Guid> ids)
    {
        Guid[] distinct = [.. ids.ToHashSet().Order()];
        var numbers = new Dictionary<Guid, int>(distinct.Length);
        foreach (var id in distinct)
            numbers[id] = numbers.Count;
        return numbers;
    }

    public static DocumentAnswer Answer(Question question, int category)
    {
        var words = Categories(question)!;
        return category == words.Length ? new(null, CannotAssess: true)
            : new(question.Type == Question.YesNo ? AnswerVote.Element(category == 1) : AnswerVote.Element(words[category]));
    }

    private static int? Category(Question question, GivenAnswer answer) => Categories(question) is not { } words || !answer.IsGiven ? null
        : answer.CannotAssess ? words.Length : Array.IndexOf(words, answer.Value) is >= 0 and var place ? place : null;

    private static string[]? Categories(Question question) => question.Type switch
    {
        Question.Choice => [.. question.Options.Select(o => o.Id)],
        Question.YesNo => ["false", "true"],
        _ => null,
    };
}
