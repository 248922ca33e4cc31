using MudBlazor;
using Pirogov.Labelling.Experts;

namespace Pirogov.Labelling.Pages;

/// <summary>Availability as it is typed.</summary>
internal sealed class AvailabilityDraft
{
    public AvailabilityDraft()
    {
    }

    public AvailabilityDraft(Availability known) => (WeeklyHours, MostOpen, Off) = (known.WeeklyHours, known.MostOpen, [.. known.Off ?? []]);

    public double? WeeklyHours { get; set; }
    public int? MostOpen { get; set; }
    public List<DaysOff> Off { get; } = [];

    /// <summary>What is chosen and not added yet.</summary>
    public DateRange? Chosen { get; set; }

    public Availability Availability => new(WeeklyHours, MostOpen, [.. Off]);

    public void AddChosen()
    {
        if (Chosen is not { Start: { } from, End: { } to })
            return;
        Off.Add(new(DateOnly.FromDateTime(from), DateOnly.FromDateTime(to)));
        Off.Sort((a, b) => a.From.CompareTo(b.From));
        Chosen = null;
    }
}
