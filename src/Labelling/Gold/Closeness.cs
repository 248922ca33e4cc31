using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Gold;

/// <param name="Dice">Class → Dice with the known mask, of the classes that either has.</param>
/// <param name="Objects">Class → how its objects match: recognition times similarity, of the classes that either has.</param>
/// <param name="Answers">Question → whether the answer is the known one, of the questions that either answers.</param>
internal sealed record Closeness(IReadOnlyDictionary<string, double> Dice, IReadOnlyDictionary<string, double> Objects, IReadOnlyDictionary<string, bool> Answers)
{
    /// <summary>
    /// The mean over classes and questions, from 0 to 1: Dice for a class that is drawn as a mask, <see cref="ObjectFigures.Score"/> for one
    /// whose objects are marked, 1 or 0 for an answer. What is absent from both is not counted, so that a hard class is not hidden behind
    /// easy absences; two empty documents are alike.
    /// </summary>
    public double Score => Dice.Values.Concat(Objects.Values).Concat(Answers.Values.Select(same => same ? 1.0 : 0.0)).DefaultIfEmpty(1).Average();

    /// <summary>Without what the known labels were never asked.</summary>
    public Closeness Of((IReadOnlySet<string> Classes, IReadOnlySet<string> Questions) known) => new(Dice.Where(d => known.Classes.Contains(d.Key)).ToDictionary(),
        Objects.Where(o => known.Classes.Contains(o.Key)).ToDictionary(), Answers.Where(a => known.Questions.Contains(a.Key)).ToDictionary());

    public static async Task<Closeness> Between(
        LabellingProject project, SchemaContent schema, FrameOrder order, ComparedDocument reading, ComparedDocument known, CancellationToken cancellation)
    {
        var compared = await new CompareDocuments(schema, project.Consensus, project.ThresholdOf, order).Compare(project.Id.Value, [reading, known], cancellation);
        var pair = compared.Figures.Pairs[0];
        LabelDocument[] both = [reading.Document, known.Document];
        return new(pair.Dice.Where(d => both.Any(b => b.Masks.Any(m => m.Class == d.Key))).ToDictionary(),
            pair.Objects.Where(o => both.Any(b => b.Objects.Any(m => m.Class == o.Key))).ToDictionary(o => o.Key, o => o.Value.Score),
            pair.Answers.Where(a => a.Value.First.IsGiven || a.Value.Second.IsGiven)
                .ToDictionary(a => a.Key, a => a.Value.First.Says(a.Value.Second, project.Consensus.NumberTolerance)));
    }
}
