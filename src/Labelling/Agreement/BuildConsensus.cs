using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// One document out of several: that of an agreement, or what all agree about, from which an adjudicator begins. Which algorithm makes which part
/// is the project's rule; docs/decisions argues the choices.
/// </summary>
/// <param name="models">Question → what a model of all readers says, where it may be believed.</param>
/// <param name="skills">Class → what each source weighs, where the rules weigh them and enough is known.</param>
internal sealed class BuildConsensus(
    SchemaContent schema, ConsensusRules rules, FrameOrder order, IReadOnlyDictionary<string, ModelledAnswer>? models = null,
    IReadOnlyDictionary<string, IReadOnlyList<SourceSkill>>? skills = null)
{
    public sealed record Result(LabelDocument Document, IReadOnlyList<NewMask> NewMasks, ConsensusProvenance Provenance);

    /// <param name="readings">All that were compared.</param>
    /// <param name="agreeing">Those that count, by their places; at least two.</param>
    public Task<Result> OfAgreement(ComparisonDetail detail, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> agreeing, CancellationToken cancellation) =>
        Build(detail, readings, agreeing, new NothingDisputed(), cancellation);

    /// <summary>What nobody disputes; the disputed is left out for the adjudicator.</summary>
    public Task<Result> OfUndisputed(ComparisonResult compared, IReadOnlyList<ComparedDocument> readings, CancellationToken cancellation) =>
        Build(compared.Detail, readings, [.. Enumerable.Range(0, readings.Count)], new Disputes(compared.Detail.Disagreements, compared.Regions), cancellation);

    private async Task<Result> Build(
        ComparisonDetail detail, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, IDisputes disputes, CancellationToken cancellation)
    {
        var (masks, added, elements, reliability) = (new List<DocumentMask>(), new List<NewMask>(), new List<ElementProvenance>(), new List<SourceReliability>());
        foreach (var @class in schema.Classes.Where(c => c.Geometries.Contains(Geometry.Mask)))
        {
            var fused = await MaskFusion.Of(@class.Id, order, readings, counted, rules, disputes, cancellation);
            masks.AddRange(fused.Masks);
            added.AddRange(fused.NewMasks);
            if (fused.Masks.Count > 0)
                elements.Add(new("mask", @class.Id, fused.Algorithm, Letters(counted), fused.Confidence));
            reliability.AddRange(fused.Reliability);
        }

        var objects = Objects(detail, readings, counted, disputes, elements);
        reliability.AddRange(OfObjects(detail, objects));
        reliability.AddRange((models ?? new Dictionary<string, ModelledAnswer>()).SelectMany(m => m.Value.Accuracy.Select((accuracy, source) =>
            new SourceReliability(ComparisonDetail.Letter(source), m.Key, accuracy, null))));
        var relations = Relations(detail, counted, objects, disputes, elements);
        var answers = Answers(readings, counted, disputes, elements);
        var made = new LabelDocument(readings[0].Document.SchemaVersion, masks, objects, answers, relations.Count > 0 ? relations : null);
        return new(DocumentTidy.Of(schema, made), added,
            new(ConsensusProvenance.CurrentVersion, rules, [.. readings.Select((_, i) => ComparisonDetail.Letter(i))], elements, reliability, [],
                skills is { Count: > 0 } ? [.. skills.Values.SelectMany(s => s)] : null));
    }

    private List<DocumentObject> Objects(
        ComparisonDetail detail, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, IDisputes disputes, List<ElementProvenance> elements)
    {
        var byId = readings.Select(r => r.Document.Objects.ToDictionary(o => o.Id, StringComparer.OrdinalIgnoreCase)).ToArray();
        var made = new List<DocumentObject>();
        foreach (var group in detail.Groups)
        {
            var have = counted.Where(s => group.Members[s] is not null).ToArray();
            if (have.Length == 0)
                continue;
            DocumentObject[] members = [.. have.Select(s => byId[s][group.Members[s]!])];
            var weights = Weights(group.Class, members);
            var share = have.Sum(weights) / counted.Sum(weights);
            // Of equal weights the share is a fraction of small numbers, and a half of them no majority.
            if (share <= 0.5 + 1e-9 || disputes.Hold(group.Id))
                continue;
            var (one, algorithm, confidence) = ObjectConsensus.Of(group.Id, members, schema.Class(group.Class), rules, skills?.ContainsKey(group.Class) is true ? [.. have.Select(weights)] : null);
            made.Add(disputes.WithoutDisputedAttributes(one));
            elements.Add(new("object", one.Id, algorithm, Letters(have), confidence * share));
        }

        return made;
    }

    /// <summary>By source; 1 each where the rules do not weigh what these are, or too little is known.</summary>
    private Func<int, double> Weights(string @class, DocumentObject[] members) =>
        skills?.GetValueOrDefault(@class) is { } known && members.All(m => rules.WeighsBySkill(m.Type)) ? source => known[source].Weight : _ => 1;

    private static IEnumerable<SourceReliability> OfObjects(ComparisonDetail detail, List<DocumentObject> made)
    {
        var kept = made.Select(o => Guid.Parse(o.Id)).ToHashSet();
        foreach (var @class in detail.Groups.GroupBy(g => g.Class))
        {
            var inConsensus = @class.Count(g => kept.Contains(g.Id));
            for (var source = 0; source < detail.Sources; source++)
            {
                var (own, shared) = (@class.Count(g => g.Members[source] is not null), @class.Count(g => g.Members[source] is not null && kept.Contains(g.Id)));
                yield return new(ComparisonDetail.Letter(source), @class.Key, inConsensus == 0 ? null : (double)shared / inConsensus, own == 0 ? null : (double)shared / own);
            }
        }
    }

    private static List<DocumentRelation> Relations(
        ComparisonDetail detail, IReadOnlyList<int> counted, List<DocumentObject> objects, IDisputes disputes, List<ElementProvenance> elements)
    {
        var kept = objects.Select(o => Guid.Parse(o.Id)).ToHashSet();
        var made = new List<DocumentRelation>();
        foreach (var relation in detail.Relations)
        {
            var asked = counted.Where(s => relation.Has[s] is not null).ToArray();
            var have = asked.Where(s => relation.Has[s] is true).ToArray();
            if (have.Length * 2 <= asked.Length || disputes.Hold(relation.Id) || !kept.Contains(relation.From) || !kept.Contains(relation.To))
                continue;
            made.Add(new(relation.Id.ToString(), relation.Type, relation.From.ToString(), relation.To.ToString()));
            elements.Add(new("relation", relation.Id.ToString(), "majority", Letters(have), (double)have.Length / asked.Length));
        }

        return made;
    }

    private Dictionary<string, DocumentAnswer> Answers(
        IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, IDisputes disputes, List<ElementProvenance> elements)
    {
        var made = new Dictionary<string, DocumentAnswer>();
        foreach (var question in schema.Questions.Where(q => !disputes.HoldQuestion(q.Id)))
        {
            if (models?.GetValueOrDefault(question.Id) is { } modelled)
            {
                made[question.Id] = AnswerModels.Answer(question, modelled.Category);
                elements.Add(new("answer", question.Id, modelled.Algorithm, Letters(Enumerable.Range(0, readings.Count)), modelled.Confidence));
                continue;
            }

            DocumentAnswer?[] given = [.. counted.Select(s => readings[s].Document.Answers.GetValueOrDefault(question.Id))];
            if (AnswerVote.Of(question, given, rules) is not var (taken, algorithm))
                continue;
            made[question.Id] = taken;
            var same = counted.Where((_, i) => given[i] is { } one && AnswerText.Text(one.Value) == AnswerText.Text(taken.Value)).ToArray();
            elements.Add(new("answer", question.Id, algorithm, Letters(same), (double)same.Length / counted.Count));
        }

        return made;
    }

    private static string[] Letters(IEnumerable<int> sources) => [.. sources.Select(ComparisonDetail.Letter)];
}

/// <summary>What a document may not hold together: answers that nobody asked, relations without their ends.</summary>
internal static class DocumentTidy
{
    public static LabelDocument Of(SchemaContent schema, LabelDocument document)
    {
        var marked = document.Masks.Select(m => m.Class).Concat(document.Objects.Select(o => o.Class)).ToHashSet();
        var asked = Condition.Asked(schema.Questions, document.Answers, wanted => marked.Any(m => schema.IsKindOf(m, wanted)));
        var ids = document.Objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        DocumentRelation[] whole = [.. (document.Relations ?? []).Where(r => ids.Contains(r.From) && ids.Contains(r.To))];
        return document with
        {
            Answers = document.Answers.Where(a => asked.Contains(a.Key)).ToDictionary(a => a.Key, a => a.Value),
            Relations = whole.Length > 0 ? whole : null,
        };
    }
}
