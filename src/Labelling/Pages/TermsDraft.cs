using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;

namespace Pirogov.Labelling.Pages;

/// <summary>A stratum as it is typed.</summary>
internal sealed class StratumDraft
{
    public string Name { get; set; } = "";
    public ReferenceCentreSummary? Centre { get; set; }
    public string? Modality { get; set; }
    public string? BodyPart { get; set; }
    public int Readers { get; set; } = LabellingProject.FewestReaders;
    public int Most { get; set; } = LabellingProject.FewestReaders;
    public int Priority { get; set; }

    public Stratum Stratum => new(Name.Trim(), new(null, null, Centre?.Id, null, Given(Modality), Given(BodyPart)), Readers, Math.Max(Readers, Most), Priority);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>The terms of assignment as a manager fills them in.</summary>
internal sealed class TermsDraft
{
    public bool IsQueue { get; set; }
    public bool OwnCentre { get; set; } = true;
    public List<StratumDraft> Strata { get; } = [];
    public IReadOnlyCollection<Specialty> Specialties { get; set; } = [];
    public int? Years { get; set; }
    public QualificationLevel? Level { get; set; }
    public int TrainingCases { get; set; }
    public int TrainingPercent { get; set; } = 80;
    public int GoldPercent { get; set; }
    public int GoldThreshold { get; set; } = 60;
    public int? DayReadings { get; set; }
    public int? DayMinutes { get; set; }
    public int ReservedHours { get; set; } = 4;
    public int MostOpen { get; set; } = 1;
    public int? MostReadings { get; set; }
    public decimal? ReadPrice { get; set; }
    public Dictionary<QualificationLevel, decimal> LevelPrices { get; } = [];
    public decimal? AdjudicatePrice { get; set; }
    public decimal? ValidatePrice { get; set; }

    /// <summary>What the form has no field for stays as it was.</summary>
    private AssignmentTerms Given { get; set; } = AssignmentTerms.None;

    public Distribution Distribution => IsQueue ? Distribution.Queue : Distribution.Assigned;

    public AssignmentTerms Terms => new(
        Given.Strata ?? (Strata.Count == 0 ? null : [.. Strata.Select(s => s.Stratum)]),
        [.. Prices],
        Specialties.Count > 0 || Years is not null || Level is not null || Given.Required is { Subspecialty: not null } or { ExamScore: not null }
            ? new([.. Specialties], Years, Given.Required?.Subspecialty, Level, Given.Required?.ExamScore) : null,
        IsQueue && TrainingCases > 0 ? new(TrainingCases, TrainingPercent / 100.0) : null,
        IsQueue && GoldPercent > 0 ? Given.Golden with { Share = GoldPercent / 100.0, Threshold = GoldThreshold / 100.0 } : null,
        DayReadings is not null || DayMinutes is not null ? new(DayReadings, DayMinutes) : null,
        ReservedHours * 60 == RoundedGiven ? Given.ReservedMinutes : ReservedHours * 60, MostOpen, MostReadings, OwnCentre);

    public void Take(AssignmentTerms terms, Distribution distribution)
    {
        Given = terms;
        IsQueue = distribution == Distribution.Queue;
        (OwnCentre, Specialties, Years, Level) = (terms.OwnCentre, terms.Required?.Specialties ?? [], terms.Required?.Years, terms.Required?.Level);
        (TrainingCases, TrainingPercent) = (terms.Trained.Cases, Percent(terms.Trained.Threshold));
        (GoldPercent, GoldThreshold) = (Percent(terms.Golden.Share), Percent(terms.Golden.Threshold));
        (DayReadings, DayMinutes) = (terms.Resting?.Readings, terms.Resting?.ActiveMinutes);
        (ReservedHours, MostOpen, MostReadings) = (Math.Max(1, (terms.ReservedMinutes + 30) / 60), terms.MostOpen, terms.MostReadings);
        decimal? Common(ReadingMode mode) => terms.Prices?.FirstOrDefault(p => p.Mode == mode && p.Level is null)?.Amount;
        (ReadPrice, AdjudicatePrice, ValidatePrice) = (Common(ReadingMode.Read), Common(ReadingMode.Adjudicate), Common(ReadingMode.Validate));
        LevelPrices.Clear();
        foreach (var own in terms.Prices?.Where(p => p is { Mode: ReadingMode.Read, Level: not null }) ?? [])
            LevelPrices[own.Level!.Value] = own.Amount;
    }

    private int RoundedGiven => Math.Max(1, (Given.ReservedMinutes + 30) / 60) * 60;

    private static int Percent(double share) => (int)Math.Round(share * 100);

    private IEnumerable<Price> Prices
    {
        get
        {
            if (ReadPrice is { } read)
                yield return new(ReadingMode.Read, null, read);
            foreach (var (level, amount) in LevelPrices)
                yield return new(ReadingMode.Read, level, amount);
            foreach (var other in Given.Prices?.Where(p => p.Mode != ReadingMode.Read && p.Level is not null) ?? [])
                yield return other;
            if (AdjudicatePrice is { } adjudicate)
                yield return new(ReadingMode.Adjudicate, null, adjudicate);
            if (ValidatePrice is { } validate)
                yield return new(ReadingMode.Validate, null, validate);
        }
    }
}
