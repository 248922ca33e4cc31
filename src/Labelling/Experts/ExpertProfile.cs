using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Experts;

internal enum Specialty
{
    Radiology,
    UltrasoundDiagnostics,
    Pathology,
    Endoscopy,
    Oncology,
    Haematology,
    Cardiology,
    Pulmonology,
    Gastroenterology,
    Neurology,
    Neurosurgery,
    Urology,
    Nephrology,
    Gynaecology,
    Ophthalmology,
    Otolaryngology,
    Dermatology,
    Traumatology,
    Paediatrics,
    Surgery,
    InternalMedicine,
    ClinicalPharmacology,
    MedicalLinguistics,
}

/// <summary>What a reading is paid by, from the lowest.</summary>
internal enum QualificationLevel
{
    Resident,
    Specialist,
    Senior,
    Leading,
}

internal sealed record ProfileUnfit(string Reason) : Refusal("labelling.profile-unfit", 422)
{
    public override string WordsKey => "reason.labelling.profile." + Reason;
}

/// <summary>Days, both included, on which nothing is handed out.</summary>
internal sealed record DaysOff(DateOnly From, DateOnly To);

/// <summary>What the expert's own hand may change.</summary>
/// <param name="WeeklyHours">Active hours a week (Monday to Sunday, UTC) after which nothing more is handed out; none is no bound.</param>
/// <param name="MostOpen">Readings begun or reserved at one time, over all projects; none is no bound but the projects' own.</param>
internal sealed record Availability(double? WeeklyHours = null, int? MostOpen = null, IReadOnlyList<DaysOff>? Off = null)
{
    public const int MostPeriods = 100;
    public const int HoursOfAWeek = 168;
    public const int MostOpenLimit = 100;

    internal bool IsOff(DateOnly day) => Off is not null && Off.Any(o => o.From <= day && day <= o.To);

    internal ProfileUnfit? Fault =>
        WeeklyHours is not null and not (> 0 and <= HoursOfAWeek) ? new("weekly-hours")
        : MostOpen is not null and not (>= 1 and <= MostOpenLimit) ? new("most-open")
        : Off is { Count: > MostPeriods } || Off is not null && Off.Any(o => o is null || o.To < o.From) ? new("days-off") : null;
}

/// <summary>Whom a manager may count on: qualification, own centres and time. An account without one is an expert of whom nothing is known.</summary>
internal sealed class ExpertProfile
{
    public const int SubspecialtyLimit = 200;
    public const int EarliestYear = 1940;
    public const int MostCentres = 50;

    public Guid AccountId { get; private set; }
    public Specialty? Specialty { get; private set; }
    public string Subspecialty { get; private set; } = "";

    /// <summary>The first year of practice in the specialty.</summary>
    public int? PractisingSince { get; private set; }
    public QualificationLevel? Level { get; private set; }
    public string CentresJson { get; private set; } = "[]";
    public string AvailabilityJson { get; private set; } = "{}";
    public DateTimeOffset? ChangedAt { get; private set; }

    /// <summary>Raised by whoever needs this person's acts one after another; the raised row is locked until the transaction ends.</summary>
    public int Turn { get; private set; }

    private ExpertProfile()
    {
    }

    public ExpertProfile(Guid accountId) => AccountId = accountId;

    /// <summary>Centres whose cases are this person's own beside those of the account's organisation.</summary>
    public IReadOnlyList<ReferenceCentreId> Centres => JsonSerializer.Deserialize<ReferenceCentreId[]>(CentresJson, PlatformJson.Options)!;

    public Availability Availability => JsonSerializer.Deserialize<Availability>(AvailabilityJson, PlatformJson.Options)!;

    /// <returns>Full years; none when the first year is not known.</returns>
    public int? YearsAt(DateTimeOffset now) => PractisingSince is { } year ? Math.Max(0, now.Year - year) : null;

    public Refusal? Qualify(
        Specialty? specialty, string? subspecialty, int? practisingSince, QualificationLevel? level, IReadOnlyList<ReferenceCentreId> centres, DateTimeOffset now)
    {
        if (subspecialty is { Length: > SubspecialtyLimit })
            return new TooLong("subspecialty", SubspecialtyLimit);
        if (practisingSince < EarliestYear || practisingSince > now.Year)
            return new ProfileUnfit("practising-since");
        if (centres.Count > MostCentres)
            return new ProfileUnfit("centres");
        (Specialty, Subspecialty, PractisingSince, Level, ChangedAt) = (specialty, (subspecialty ?? "").Trim(), practisingSince, level, now);
        CentresJson = JsonSerializer.Serialize(centres.Distinct(), PlatformJson.Options);
        return null;
    }

    public Refusal? BeAvailable(Availability availability, DateTimeOffset now)
    {
        if (availability.Fault is { } refusal)
            return refusal;
        (AvailabilityJson, ChangedAt) = (JsonSerializer.Serialize(availability, PlatformJson.Options), now);
        return null;
    }
}

/// <summary>A level and the moment from which it was held: a reading is paid by the one that held when it was finished.</summary>
internal sealed class QualificationPeriod
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public Guid AccountId { get; private set; }
    public QualificationLevel? Level { get; private set; }
    public DateTimeOffset Since { get; private set; }

    private QualificationPeriod()
    {
    }

    public QualificationPeriod(Guid accountId, QualificationLevel? level, DateTimeOffset since) => (AccountId, Level, Since) = (accountId, level, since);

    public static QualificationLevel? At(IEnumerable<QualificationPeriod> periods, DateTimeOffset moment) =>
        periods.Where(p => p.Since <= moment).MaxBy(p => (p.Since, p.Id))?.Level;
}

/// <summary>What came of a project's training: an exam result of the platform.</summary>
internal sealed class Exam
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public Guid AccountId { get; private set; }
    public ProjectId ProjectId { get; private set; }
    public int Cases { get; private set; }
    public double Score { get; private set; }
    public double Threshold { get; private set; }
    public bool Passed { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Exam()
    {
    }

    public Exam(Guid accountId, ProjectId projectId, int cases, double score, double threshold, DateTimeOffset now) =>
        (AccountId, ProjectId, Cases, Score, Threshold, Passed, At) = (accountId, projectId, cases, score, threshold, score >= threshold, now);
}
