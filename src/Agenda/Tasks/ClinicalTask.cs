using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Agenda.Tasks;

/// <summary>What people say of a task.</summary>
/// <param name="Target">Modality and anatomy: "CT, kidneys".</param>
/// <param name="Question">What the clinician wants to know.</param>
/// <param name="Priority">From 1, the most urgent, to 5.</param>
/// <param name="Owner">Who answers for the task.</param>
internal sealed record ClinicalTaskText(
    string Title, DataKind DataKind, string Target, string Question, string Metric, string ExpectedBenefit, int Priority, string Owner);

internal sealed record PriorityOutOfRange(int Lowest, int Highest) : Refusal("agenda.priority-out-of-range", 422);

/// <summary>What an AI is wanted for.</summary>
internal sealed class ClinicalTask
{
    public const int TitleLimit = 200;
    public const int LineLimit = 200;
    public const int TextLimit = 4000;
    public const int HighestPriority = 1;
    public const int LowestPriority = 5;

    public ClinicalTaskId Id { get; private set; } = EntityId.New<ClinicalTaskId>();
    public string Title { get; private set; } = "";
    public DataKind DataKind { get; private set; }
    public string Target { get; private set; } = "";
    public string Question { get; private set; } = "";
    public string Metric { get; private set; } = "";
    public string ExpectedBenefit { get; private set; } = "";
    public int Priority { get; private set; }
    public string Owner { get; private set; } = "";
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }
    public int Revision { get; private set; }

    /// <summary>Title and target in capitals: SQLite folds no Cyrillic.</summary>
    public string SearchText { get; private set; } = "";

    private ClinicalTask()
    {
    }

    public static Outcome<ClinicalTask> Create(ClinicalTaskText text, DateTimeOffset now)
    {
        var task = new ClinicalTask { CreatedAt = now };
        return task.Describe(text, now) is { } refusal ? refusal : task;
    }

    public Refusal? Describe(ClinicalTaskText text, DateTimeOffset now)
    {
        if (Check(text) is { } refusal)
            return refusal;
        (Title, DataKind, Target, Question) = (text.Title.Trim(), text.DataKind, text.Target.Trim(), text.Question.Trim());
        (Metric, ExpectedBenefit, Priority, Owner) = (text.Metric.Trim(), text.ExpectedBenefit.Trim(), text.Priority, text.Owner.Trim());
        SearchText = $"{Title} {Target}".ToUpperInvariant();
        (ChangedAt, Revision) = (now, Revision + 1);
        return null;
    }

    private static Refusal? Check(ClinicalTaskText text)
    {
        (string Field, string? Value, int Limit, bool Required)[] fields =
        [
            ("title", text.Title, TitleLimit, true), ("target", text.Target, LineLimit, true), ("question", text.Question, TextLimit, true),
            ("metric", text.Metric, LineLimit, true), ("expectedBenefit", text.ExpectedBenefit, TextLimit, false), ("owner", text.Owner, LineLimit, false),
        ];
        foreach (var (field, value, limit, required) in fields)
        {
            if (value is null || (required && string.IsNullOrWhiteSpace(value)))
                return new Missing(field);
            if (value.Length > limit)
                return new TooLong(field, limit);
        }

        return text.Priority is < HighestPriority or > LowestPriority ? new PriorityOutOfRange(HighestPriority, LowestPriority) : null;
    }
}
