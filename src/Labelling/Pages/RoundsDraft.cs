using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>What a manager is choosing about rounds of reading and when readers agree.</summary>
internal sealed class RoundsDraft
{
    public int Readers { get; set; } = LabellingProject.FewestReaders;
    public int Most { get; set; } = LabellingProject.FewestReaders;
    public double Threshold { get; set; } = 0.8;
    public AdjudicationRule Rule { get; set; }
    public Dictionary<string, double> Thresholds { get; } = [];

    /// <summary>Of the project's schema.</summary>
    public IReadOnlyList<LabelClass> Classes { get; set; } = [];

    public int MostReaders => Math.Max(Readers, Most);

    /// <summary>Those of another schema, chosen before this one, do not count.</summary>
    public Dictionary<string, double> Known => Thresholds.Where(t => Classes.Any(c => c.Id == t.Key)).ToDictionary();

    public void Set(string id, double? value)
    {
        if (value is { } given)
            Thresholds[id] = given;
        else
            Thresholds.Remove(id);
    }

    public void Take(LabellingProject.Correction plan)
    {
        (Readers, Most, Threshold, Rule) = (plan.ReadersPerCase, plan.MostReaders, plan.Threshold, plan.Rule);
        Thresholds.Clear();
        foreach (var (id, value) in plan.Thresholds ?? new Dictionary<string, double>())
            Thresholds[id] = value;
    }
}
