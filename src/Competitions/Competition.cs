using Pirogov.Agenda.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions;

public enum CompetitionState
{
    Draft,
    Open,
    Ended,
}

/// <summary>What a visitor sees: the state and where now stands between the dates.</summary>
public enum CompetitionPhase
{
    Draft,
    Upcoming,
    Open,
    Closing,
    Ended,
}

public sealed record CompetitionNotOpen() : Refusal("competitions.not-open", 409);

public sealed record CompetitionNotStarted(string StartsAt) : Refusal("competitions.not-started", 409);

public sealed record DeadlinePassed(string EndedAt) : Refusal("competitions.deadline-passed", 409);

public sealed record DailyLimitReached(int Limit, string ResetsAt) : Refusal("competitions.daily-limit-reached", 429);

public sealed record NotInTeam() : Refusal("competitions.not-in-team", 403);

public sealed record ObserverMayNotSubmit() : Refusal("competitions.observer-may-not-submit", 403);

public sealed record CompetitionNotDraft() : Refusal("competitions.not-draft", 409);

public sealed record MetricDoesNotFit(string Metric) : Refusal("competitions.metric-does-not-fit", 422);

public sealed record DatesDoNotFit() : Refusal("competitions.dates-do-not-fit", 422);

public sealed record DailyLimitOutOfRange(int Largest) : Refusal("competitions.daily-limit-out-of-range", 422);

public sealed record ToleranceOutOfRange() : Refusal("competitions.tolerance-out-of-range", 422);

public sealed record UnknownTimeZone(string TimeZone) : Refusal("competitions.unknown-time-zone", 422);

public sealed record SubmissionsStillScoring(int Count) : Refusal("competitions.still-scoring", 409);

/// <summary>What the AI office decides about a competition.</summary>
internal sealed record CompetitionTerms(
    string TitleRu, string TitleEn, string DescriptionRu, string DescriptionEn, ClinicalTaskId? ClinicalTaskId, DatasetVersionId DatasetVersionId,
    CompetitionKind Kind, string? QuestionId, string? PositiveOption, Metric Primary, IReadOnlyList<Metric> Secondary, double ToleranceMm,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt, int DailyLimit, string TimeZone);

internal sealed class Competition
{
    public const int TitleLimit = 200;
    public const int DescriptionLimit = 8000;
    public const int LargestDailyLimit = 100;
    public const double LargestToleranceMm = 50;

    public CompetitionId Id { get; private set; } = EntityId.New<CompetitionId>();
    public string TitleRu { get; private set; } = "";
    public string TitleEn { get; private set; } = "";
    public string DescriptionRu { get; private set; } = "";
    public string DescriptionEn { get; private set; } = "";
    public ClinicalTaskId? ClinicalTaskId { get; private set; }
    public DatasetVersionId DatasetVersionId { get; private set; }
    public CompetitionKind Kind { get; private set; }
    public string? QuestionId { get; private set; }
    public string? PositiveOption { get; private set; }
    public Metric Primary { get; private set; }
    public List<Metric> Secondary { get; private set; } = [];
    public double ToleranceMm { get; private set; }
    public DateTimeOffset StartsAt { get; private set; }
    public DateTimeOffset EndsAt { get; private set; }
    public int DailyLimit { get; private set; }
    public string TimeZone { get; private set; } = "";
    public CompetitionState State { get; private set; }
    public int Received { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public SubmissionId? WinnerId { get; private set; }

    private Competition()
    {
    }

    public static Outcome<Competition> Draft(CompetitionTerms terms, DateTimeOffset now)
    {
        if (WhyNot(terms) is { } refusal)
            return refusal;
        return new Competition
        {
            TitleRu = terms.TitleRu,
            TitleEn = terms.TitleEn,
            DescriptionRu = terms.DescriptionRu,
            DescriptionEn = terms.DescriptionEn,
            ClinicalTaskId = terms.ClinicalTaskId,
            DatasetVersionId = terms.DatasetVersionId,
            Kind = terms.Kind,
            QuestionId = terms.Kind == CompetitionKind.Probabilities ? terms.QuestionId : null,
            PositiveOption = terms.Kind == CompetitionKind.Probabilities ? terms.PositiveOption : null,
            Primary = terms.Primary,
            Secondary = [.. terms.Secondary.Distinct().Where(m => m != terms.Primary).Order()],
            ToleranceMm = terms.ToleranceMm,
            StartsAt = terms.StartsAt.ToUniversalTime(),
            EndsAt = terms.EndsAt.ToUniversalTime(),
            DailyLimit = terms.DailyLimit,
            TimeZone = terms.TimeZone,
            CreatedAt = now,
        };
    }

    public IReadOnlyList<Metric> Metrics => [Primary, .. Secondary];

    public CompetitionPhase PhaseAt(DateTimeOffset now) => State switch
    {
        CompetitionState.Draft => CompetitionPhase.Draft,
        CompetitionState.Ended => CompetitionPhase.Ended,
        _ => now < StartsAt ? CompetitionPhase.Upcoming : now < EndsAt ? CompetitionPhase.Open : CompetitionPhase.Closing,
    };

    public Refusal? Open()
    {
        if (State != CompetitionState.Draft)
            return new CompetitionNotDraft();
        State = CompetitionState.Open;
        return null;
    }

    /// <summary>The calendar day of the daily limit, in the competition's own time zone.</summary>
    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(InZone(moment).DateTime);

    /// <param name="acceptedToday">Accepted submissions of the team on <see cref="DayOf"/> now; rejected ones don't count.</param>
    public Refusal? MayReceive(Team? team, Guid accountId, DateTimeOffset now, int acceptedToday)
    {
        if (State != CompetitionState.Open)
            return new CompetitionNotOpen();
        if (team is null || team.CompetitionId != Id || team.RoleOf(accountId) is not { } role)
            return new NotInTeam();
        if (role == TeamRole.Observer)
            return new ObserverMayNotSubmit();
        if (now < StartsAt)
            return new CompetitionNotStarted(Words(StartsAt));
        if (now >= EndsAt)
            return new DeadlinePassed(Words(EndsAt));
        return acceptedToday >= DailyLimit ? new DailyLimitReached(DailyLimit, Words(NextMidnight(now))) : null;
    }

    public Outcome<Submission> Submit(Team? team, Guid accountId, DateTimeOffset now, int acceptedToday, SubmittedFile file, string? versionEvidence)
    {
        if (MayReceive(team, accountId, now, acceptedToday) is { } refusal)
            return refusal;
        return Submission.Accept(this, team!.Id, accountId, now, DayOf(now), acceptedToday + 1, file, versionEvidence);
    }

    /// <param name="unscored">Accepted submissions whose scoring still goes on: the private board waits for them.</param>
    public Refusal? End(DateTimeOffset now, int unscored, SubmissionId? winner)
    {
        if (State != CompetitionState.Open)
            return new CompetitionNotOpen();
        if (unscored > 0)
            return new SubmissionsStillScoring(unscored);
        (State, EndedAt, WinnerId) = (CompetitionState.Ended, now, winner);
        return null;
    }

    /// <summary>A moment as people of the competition write it.</summary>
    public string Words(DateTimeOffset moment) =>
        $"{InZone(moment).ToString("dd.MM.yyyy HH:mm", System.Globalization.CultureInfo.InvariantCulture)} ({TimeZone})";

    public DateTimeOffset InZone(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));

    private DateTimeOffset NextMidnight(DateTimeOffset now)
    {
        var midnight = DayOf(now).AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new(midnight, TimeZoneInfo.FindSystemTimeZoneById(TimeZone).GetUtcOffset(midnight));
    }

    private static Refusal? WhyNot(CompetitionTerms terms)
    {
        foreach (var (field, text, limit) in new[]
        {
            ("titleRu", terms.TitleRu, TitleLimit), ("titleEn", terms.TitleEn, TitleLimit),
            ("descriptionRu", terms.DescriptionRu, DescriptionLimit), ("descriptionEn", terms.DescriptionEn, DescriptionLimit),
        })
        {
            if (string.IsNullOrWhiteSpace(text))
                return new Missing(field);
            if (text.Length > limit)
                return new TooLong(field, limit);
        }

        if (terms.Secondary.Append(terms.Primary).FirstOrDefault(m => m.Kind() != terms.Kind, terms.Primary) is var odd && odd.Kind() != terms.Kind)
            return new MetricDoesNotFit(odd.ToString());
        if (terms.EndsAt <= terms.StartsAt)
            return new DatesDoNotFit();
        if (terms.DailyLimit is < 1 or > LargestDailyLimit)
            return new DailyLimitOutOfRange(LargestDailyLimit);
        if (terms.ToleranceMm is not (>= 0 and <= LargestToleranceMm))
            return new ToleranceOutOfRange();
        return TimeZoneInfo.TryFindSystemTimeZoneById(terms.TimeZone, out _) ? null : new UnknownTimeZone(terms.TimeZone);
    }
}

/// <summary>A case that a submission must predict, as it was when the competition opened. The truth itself is not kept here.</summary>
internal sealed class CompetitionCase
{
    public CompetitionId CompetitionId { get; init; }
    public string Name { get; init; } = "";
    public Split Split { get; init; }

    /// <summary>Columns, rows, slices; empty where no mask is known.</summary>
    public List<int> Shape { get; init; } = [];

    /// <summary>Voxel to RAS, mm: the upper three rows, row-major.</summary>
    public List<double> Affine { get; init; } = [];
}
