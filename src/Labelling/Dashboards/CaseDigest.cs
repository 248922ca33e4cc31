using System.Text.Json;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;

namespace Pirogov.Labelling.Dashboards;

internal enum ItemKind
{
    Class,
    Question,
}

/// <summary>
/// What figures over a project need to know of a case, in a row: sums over thousands of cases are then the database's work, and no document is
/// opened to draw a curve. It can be made again from the readings at any time.
/// </summary>
internal sealed class CaseDigest
{
    public ProjectCaseId ProjectCaseId { get; init; }
    public ProjectId ProjectId { get; init; }

    /// <summary>The newest consensus that went into it.</summary>
    public Guid? ConsensusId { get; private set; }

    /// <summary>Days since 1970-01-01 (UTC) of the comparison.</summary>
    public int ComparedDay { get; private set; }

    /// <summary>Of the first time that the case passed its last level.</summary>
    public int? ThroughDay { get; private set; }
    public int Readers { get; private set; }
    public int Rounds { get; private set; }
    public bool IsAdjudicated { get; private set; }
    public int Returns { get; private set; }
    public int Corrections { get; private set; }

    /// <summary>Answers of the readers marked "uncertain" or "cannot be assessed".</summary>
    public int Uncertain { get; private set; }
    public double? LowestAgreement { get; private set; }

    /// <summary>By what cases are sorted that deserve a second look; <see cref="DoubtOf"/> says how it is summed up.</summary>
    public double Doubt { get; private set; }

    /// <summary>Grows with each change: what is kept of figures knows by it whether it is old.</summary>
    public int Version { get; private set; }

    public void Compared(int day, int readers, int rounds, int uncertain, double? lowest) =>
        (ComparedDay, Readers, Rounds, Uncertain, LowestAgreement) = (day, readers, rounds, uncertain, lowest);

    public void Decided(Guid? consensus, bool adjudicated, int returns, int corrections, int? throughDay)
    {
        (ConsensusId, IsAdjudicated, Returns, Corrections) = (consensus, adjudicated, returns, corrections);
        ThroughDay ??= throughDay;
        (Doubt, Version) = (DoubtOf(LowestAgreement, Uncertain, Rounds, Returns, Corrections), Version + 1);
    }

    /// <summary>One point for no agreement at all in the worst class or question, for each return, half a point for each correction and each further round, a quarter for each doubt.</summary>
    public static double DoubtOf(double? lowest, int uncertain, int rounds, int returns, int corrections) =>
        1 - (lowest ?? 1) + 0.25 * uncertain + 0.5 * Math.Max(0, rounds - 1) + returns + 0.5 * corrections;
}

/// <summary>One class or question of a case.</summary>
internal sealed class CaseItem
{
    /// <summary>Between the answers of a pattern: what no identifier holds.</summary>
    public const char Between = '|';

    /// <summary>The item of a row that is of no class and of no question: it holds <see cref="ItemMeasures"/> and nothing else.</summary>
    public const string WholeCase = "";
    public const int PatternLimit = 1_000;
    public const int AnswerLimit = 100;

    public ProjectCaseId ProjectCaseId { get; init; }
    public ProjectId ProjectId { get; init; }
    public ItemKind Kind { get; init; }
    public string Item { get; init; } = "";

    /// <summary>Monday's day of the comparison divided by seven: see <see cref="Weeks"/>.</summary>
    public int Week { get; init; }

    /// <summary>Mean over the pairs of readers, 0 … 1.</summary>
    public double? Agreement { get; init; }

    /// <summary>The readers' answers in the order of their letters; none where answers are no categories.</summary>
    public string? Pattern { get; init; }

    /// <summary>Of a class, whether the consensus has it; none before there is one.</summary>
    public bool? IsPresent { get; init; }

    /// <summary>Of a question, the consensus' answer; none where answers are no categories.</summary>
    public string? Answer { get; init; }

    /// <summary>Of <see cref="ItemMeasures"/>; none where sums say all.</summary>
    public string? MeasuredJson { get; init; }

    public static string? Short(string? answer) => answer?.Length > AnswerLimit ? answer[..AnswerLimit] : answer;

    public static string? Written(ItemMeasures? measures) => measures is null ? null : JsonSerializer.Serialize(measures, PlatformJson.Options);

    public static ItemMeasures Read(string measured) => JsonSerializer.Deserialize<ItemMeasures>(measured, PlatformJson.Options)!;
}

/// <summary>How near a reading came to what stands, in one class or question.</summary>
internal sealed class ReaderItem
{
    public ReadingId ReadingId { get; init; }
    public ItemKind Kind { get; init; }
    public string Item { get; init; } = "";
    public ProjectId ProjectId { get; init; }
    public ProjectCaseId ProjectCaseId { get; init; }
    public Guid AccountId { get; init; }

    /// <summary>The case's patient, by the pseudonym.</summary>
    public string Patient { get; init; } = "";
    public ReadingMode Mode { get; init; }
    public int Week { get; init; }

    /// <summary>Dice of masks, F1 of objects, 1 or 0 for an answer.</summary>
    public double Quality { get; init; }
    public string? Answer { get; init; }

    /// <param name="own">Where what stands departs from the reading.</param>
    public static IEnumerable<ReaderItem> Of(ProjectCase one, SchemaContent schema, Reading reading, DocumentDifference own, int week)
    {
        return own.Classes.Where(c => c.Quality is not null && (c.IsPresent || c.Mine + c.Extra > 0)).Select(c => Row(ItemKind.Class, c.Class, c.Quality!.Value, null))
            .Concat(schema.Questions.Where(q => q.Type != Question.FreeText).Select(q => own.Answers.Single(a => a.Question == q.Id))
                .Where(a => a.Result is not null || a.Mine is not null).Select(a => Row(ItemKind.Question, a.Question, a.Same ? 1 : 0, CaseItem.Short(a.Mine))));

        ReaderItem Row(ItemKind kind, string item, double quality, string? answer) => new()
        {
            ReadingId = reading.Id,
            Kind = kind,
            Item = item,
            ProjectId = one.ProjectId,
            ProjectCaseId = one.Id,
            AccountId = reading.AccountId,
            Patient = one.PatientPseudonym,
            Mode = reading.Mode,
            Week = week,
            Quality = quality,
            Answer = answer,
        };
    }
}

internal enum ConfusionUnit
{
    Objects,
    Pixels,
}

/// <summary>What one reader called this, another called that: over the ordered pairs of a case's readers.</summary>
internal sealed class ClassConfusion
{
    /// <summary>For a class that the other has nothing of.</summary>
    public const string Nothing = "";

    public ProjectCaseId ProjectCaseId { get; init; }
    public ProjectId ProjectId { get; init; }
    public ConfusionUnit Unit { get; init; }
    public string First { get; init; } = "";
    public string Second { get; init; } = "";
    public double Count { get; init; }
}

/// <summary>Weeks from Monday to Sunday, counted from that of 1969-12-29.</summary>
internal static class Weeks
{
    public static int Day(DateTimeOffset at) => (int)Math.Floor((at - DateTimeOffset.UnixEpoch).TotalDays);

    public static int Of(int day) => (int)Math.Floor((day + 3) / 7.0);

    public static DateOnly Monday(int week) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(week * 7 - 3);
}
