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

    public Distribution Distribution => IsQueue ? Distribution.Queue : Distribution.Assigned;

    public AssignmentTerms Terms => new(
        Strata.Count == 0 ? null : [.. Strata.Select(s => s.Stratum)],
        [.. Prices],
        Specialties.Count > 0 || Years is not null || Level is not null ? new([.. Specialties], Years, null, Level) : null,
        IsQueue && TrainingCases > 0 ? new(TrainingCases, TrainingPercent / 100.0) : null,
        IsQueue && GoldPercent > 0 ? new(GoldPercent / 100.0, GoldThreshold / 100.0) : null,
        DayReadings is not null || DayMinutes is not null ? new(DayReadings, DayMinutes) : null,
        ReservedHours * 60, MostOpen, MostReadings, OwnCentre);

    private IEnumerable<Price> Prices
    {
        get
        {
            if (ReadPrice is { } read)
                yield return new(ReadingMode.Read, null, read);
            foreach (var (level, amount) in LevelPrices)
                yield return new(ReadingMode.Read, level, amount);
            if (AdjudicatePrice is { } adjudicate)
                yield return new(ReadingMode.Adjudicate, null, adjudicate);
            if (ValidatePrice is { } validate)
                yield return new(ReadingMode.Validate, null, validate);
        }
    }
}
