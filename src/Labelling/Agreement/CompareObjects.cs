using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>Which objects of all readings are the same thing, and how far they are alike.</summary>
internal sealed class CompareObjects
{
    private readonly SchemaContent schema;
    private readonly ConsensusRules rules;
    private readonly ComparisonIds ids;
    private readonly Shape[][] shapes;
    private readonly Dictionary<(int, int), IReadOnlyList<Match>> matches = [];
    private readonly List<(ObjectGroup Group, Shape?[] Members)> groups = [];

    private CompareObjects(SchemaContent schema, ConsensusRules rules, ComparisonIds ids, IReadOnlyList<LabelDocument> documents)
    {
        (this.schema, this.rules, this.ids) = (schema, rules, ids);
        shapes = [.. documents.Select(d => d.Objects.Select(Shape.Of).ToArray())];
    }

    public IReadOnlyList<ObjectGroup> Groups => [.. groups.Select(g => g.Group)];

    public static CompareObjects Of(SchemaContent schema, ConsensusRules rules, ComparisonIds ids, IReadOnlyList<LabelDocument> documents)
    {
        var made = new CompareObjects(schema, rules, ids, documents);
        for (var a = 0; a < documents.Count; a++)
        {
            for (var b = a + 1; b < documents.Count; b++)
                made.matches[(a, b)] = ObjectMatching.Of(made.shapes[a], made.shapes[b], rules);
        }

        made.Gather();
        return made;
    }

    /// <summary>Class → figures of a pair; every class that is not only drawn as a mask.</summary>
    public Dictionary<string, ObjectFigures> Pair(int a, int b) =>
        schema.Classes.Where(c => c.Geometries.Any(g => g != Geometry.Mask)).ToDictionary(c => c.Id, c =>
        {
            var (first, second) = (shapes[a].Count(s => s.Object.Class == c.Id), shapes[b].Count(s => s.Object.Class == c.Id));
            var same = matches[(a, b)].Where(m => m.First.Object.Class == c.Id).ToArray();
            var compared = CompareAnswers.Compared(c.Attributes ?? []).ToArray();
            var equal = same.SelectMany(m => compared.Select(q => Attribute(m.First, q).Equals(Attribute(m.Second, q), rules.NumberTolerance))).ToArray();
            return new ObjectFigures(same.Length, first - same.Length, second - same.Length, same.Length == 0 ? null : same.Average(m => m.Nearness.Score),
                equal.Length == 0 ? null : equal.Count(e => e) / (double)equal.Length);
        });

    public IEnumerable<Disagreement> Disagreements(Func<string, double> threshold)
    {
        foreach (var (group, members) in groups)
        {
            var have = members.OfType<Shape>().ToArray();
            if (have.Length < members.Length)
            {
                yield return About(group, members, DisagreementKind.Missing, (double)have.Length / members.Length, "votes");
            }
            else if (Worst(have) is { } worst && worst.Score < threshold(group.Class))
            {
                yield return About(group, members, DisagreementKind.Shape, worst.Figure, worst.Measure);
            }

            foreach (var attribute in CompareAnswers.Compared(schema.Class(group.Class)?.Attributes ?? []))
            {
                var given = have.Select(m => Attribute(m, attribute)).ToArray();
                if (given.Any(g => !g.Equals(given[0], rules.NumberTolerance)))
                {
                    yield return About(group, members, DisagreementKind.Attribute, CompareAnswers.MostFrequent(given), "votes", attribute.Id);
                }
            }
        }
    }

    /// <summary>Pairs that match, the nearest first, grow into groups with at most one object of each reading.</summary>
    private void Gather()
    {
        var of = new Dictionary<Shape, Shape?[]>();
        foreach (var (source, own) in shapes.Index())
        {
            foreach (var shape in own)
                (of[shape] = new Shape?[shapes.Length])[source] = shape;
        }

        foreach (var match in matches.Values.SelectMany(m => m).OrderByDescending(m => m.Nearness.Weight))
        {
            var (one, other) = (of[match.First], of[match.Second]);
            if (one == other || one.Zip(other).Any(p => p.First is not null && p.Second is not null))
                continue;
            foreach (var (source, member) in other.Index())
            {
                if (member is null)
                    continue;
                one[source] = member;
                of[member] = one;
            }
        }

        foreach (var members in shapes.SelectMany(s => s).Select(s => of[s]).Distinct())
        {
            var names = members.Select(m => m?.Object.Id).ToArray();
            groups.Add((new(ids.Of("object", string.Join('\n', names)), members.OfType<Shape>().First().Object.Class, names), members));
        }
    }

    private Nearness? Worst(Shape[] members)
    {
        Nearness? worst = null;
        for (var a = 0; a < members.Length; a++)
        {
            for (var b = a + 1; b < members.Length; b++)
            {
                // Two that a third joins may be nothing to each other.
                var nearness = Nearness.Of(members[a], members[b], rules) ?? new(0, 0, 0, "dice");
                worst = worst is { } w && w.Score <= nearness.Score ? worst : nearness;
            }
        }

        return worst;
    }

    private Disagreement About(ObjectGroup group, Shape?[] members, DisagreementKind kind, double figure, string measure, string? attribute = null)
    {
        var like = members.OfType<Shape>().First();
        var question = attribute is null ? null : schema.Class(group.Class)!.Attributes!.Single(q => q.Id == attribute);
        return new(ids.Of(kind == DisagreementKind.Attribute ? "attribute" : "shape", group.Id.ToString(), attribute ?? ""), kind, group.Class, attribute, group.Id,
            like.Object.Type, [.. members.Index().Select(m => new DisagreementSource(ComparisonDetail.Letter(m.Index), m.Item is not null,
                m.Item is null ? [] : [m.Item.Object.Id], m.Item is null || question is null ? null : Attribute(m.Item, question).Told))],
            ObjectPlace.Of([.. members.OfType<Shape>().Select(m => m.Object)]), figure, measure);
    }

    private static GivenAnswer Attribute(Shape one, Question attribute) => AnswerText.Of(one.Object.Attributes, attribute.Id);
}

/// <summary>Where objects that are the same thing lie.</summary>
internal static class ObjectPlace
{
    public static DisagreementPlace Of(IReadOnlyList<DocumentObject> same)
    {
        var like = same[0];
        return like.Type switch
        {
            Geometry.Span => new(Text: like.Text, Span: new(same.Min(o => o.Spans![0].Start), same.Max(o => o.Spans![^1].End))),
            Geometry.Event => new(like.SopInstanceUid, same.Min(o => o.Interval!.First), same.Max(o => o.Interval!.Last),
                FirstSeconds: same.Min(o => o.Interval!.FirstSeconds), LastSeconds: same.Max(o => o.Interval!.LastSeconds)),
            Geometry.Track => new(like.SopInstanceUid, same.Min(o => o.Track![0].Frame), same.Max(o => o.Track![^1].Frame),
                Box(same.SelectMany(o => o.Track!).SelectMany(k => k.Points)), FirstSeconds: same.Min(o => o.Track![0].Seconds), LastSeconds: same.Max(o => o.Track![^1].Seconds)),
            _ => new(like.SopInstanceUid, like.Frame, Box: Box(same.Where(o => o.SopInstanceUid == like.SopInstanceUid && o.Frame == like.Frame).SelectMany(o => o.Points))),
        };
    }

    private static double[] Box(IEnumerable<double[]> points)
    {
        var (left, top, right, bottom) = Shape.BoxOf(points);
        return [left, top, right, bottom];
    }
}
