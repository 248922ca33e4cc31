using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>One object out of those that are the same thing.</summary>
internal static class ObjectConsensus
{
    /// <param name="members">Of the sources that count, in the order of their letters; at least one.</param>
    /// <param name="weights">What each is worth, where the rules weigh them and it is known; null: all the same.</param>
    /// <returns>The object, by which algorithm, and how sure: the mean nearness of the members to what was taken, weighted alike.</returns>
    public static (DocumentObject Object, string Algorithm, double Confidence) Of(
        Guid id, IReadOnlyList<DocumentObject> members, LabelClass? @class, ConsensusRules rules, IReadOnlyList<double>? weights = null)
    {
        var central = Central(members, rules);
        var isWeighed = weights is not null && rules.WeighsBySkill(central.Type);
        IReadOnlyList<double> shares = isWeighed ? weights! : [.. members.Select(_ => 1.0)];
        var (fusion, voting) = isWeighed ? ("skill-weighted-box-fusion", "skill-weighted-span-voting") : ("weighted-box-fusion", "span-voting");
        var (made, algorithm) = central.Type switch
        {
            Geometry.Span => rules.Spans != SpanAlgorithm.MostCentral ? (Vote(central, members, shares), voting) : (central, "most-central"),
            Geometry.Track => rules.Boxes != BoxAlgorithm.MostCentral ? (Fuse(central, members, shares), fusion) : (central, "most-central"),
            "rectangle" or "ellipse" => rules.Boxes != BoxAlgorithm.MostCentral && AreAlike(central, members) ? (FuseBox(central, members, shares), fusion) : (central, "most-central"),
            "point" or "length" => rules.Points == PointAlgorithm.Median && AreAlike(central, members) ? (Median(central, members), "median") : (central, "most-central"),
            Geometry.Event => rules.Points == PointAlgorithm.Median ? (MedianOfTimes(central, members), "median") : (central, "most-central"),
            _ => (central, "most-central"),
        };
        made = made with { Id = id.ToString(), Origin = null, Confirmed = null, Attributes = Attributes(members, @class, rules) };
        return (made, members.Count == 1 ? "only-one" : algorithm, Confidence(made, members, rules, shares));
    }

    /// <summary>The member that is nearest to all others; among equals the first.</summary>
    private static DocumentObject Central(IReadOnlyList<DocumentObject> members, ConsensusRules rules)
    {
        if (members.Count == 1)
            return members[0];
        Shape[] shapes = [.. members.Select((m, i) => Shape.Of(m, i))];
        return shapes.MaxBy(s => shapes.Where(o => o != s).Sum(o => Nearness.Of(s, o, rules)?.Weight ?? 0))!.Object;
    }

    private static double Confidence(DocumentObject made, IReadOnlyList<DocumentObject> members, ConsensusRules rules, IReadOnlyList<double> weights)
    {
        var taken = Shape.Of(made, 0);
        return Mean(members.Select(m => Nearness.Of(taken, Shape.Of(m, 0), rules)?.Weight ?? 0), weights);
    }

    private static double Mean(IEnumerable<double> values, IReadOnlyList<double> weights) => values.Zip(weights, (v, w) => v * w).Sum() / weights.Sum();

    private static bool AreAlike(DocumentObject like, IReadOnlyList<DocumentObject> members) => members.All(m =>
        m.Type == like.Type && m.SopInstanceUid == like.SopInstanceUid && m.Frame == like.Frame && m.Points.Count == like.Points.Count && m.Points.Count <= 2);

    /// <summary>Each side is the mean of the members', weighted (Solovyev et al. 2021, eq. 1 to 4): a person's box has no confidence of its own but the person's.</summary>
    private static DocumentObject FuseBox(DocumentObject like, IReadOnlyList<DocumentObject> members, IReadOnlyList<double> weights)
    {
        var boxes = members.Select(m => Shape.BoxOf(m.Points)).ToArray();
        return like with
        {
            Points = Sides(boxes, weights),
            Points3d = null,
            Measurement = null,
        };
    }

    private static double[][] Sides(IReadOnlyList<(double Left, double Top, double Right, double Bottom)> boxes, IReadOnlyList<double> weights) =>
        [[Mean(boxes.Select(b => b.Left), weights), Mean(boxes.Select(b => b.Top), weights)], [Mean(boxes.Select(b => b.Right), weights), Mean(boxes.Select(b => b.Bottom), weights)]];

    /// <summary>Coordinate by coordinate; of a length, ends are paired as in the most central one.</summary>
    private static DocumentObject Median(DocumentObject like, IReadOnlyList<DocumentObject> members)
    {
        var turned = members.Select(m => like.Points.Count == 2
            && LineDistance.Between(m.Points[0], like.Points[0]) + LineDistance.Between(m.Points[1], like.Points[1])
            > LineDistance.Between(m.Points[1], like.Points[0]) + LineDistance.Between(m.Points[0], like.Points[1])).ToArray();
        var lengths = members.Select(m => m.Measurement?.LengthMm).OfType<double>().ToArray();
        return like with
        {
            Points = MedianOf([.. members.Zip(turned, (m, t) => t ? [.. m.Points.Reverse()] : m.Points)]),
            Points3d = members.All(m => m.Points3d?.Count == like.Points.Count)
                ? MedianOf([.. members.Zip(turned, (m, t) => t ? [.. m.Points3d!.Reverse()] : m.Points3d!)])
                : null,
            Measurement = like.Measurement is null || lengths.Length == 0 ? null : new(Of(lengths)),
        };
    }

    private static List<double[]> MedianOf(IReadOnlyList<IReadOnlyList<double[]>> members) =>
        [.. Enumerable.Range(0, members[0].Count).Select(p => Enumerable.Range(0, members[0][p].Length).Select(d => Of([.. members.Select(m => m[p][d])])).ToArray())];

    private static DocumentObject MedianOfTimes(DocumentObject like, IReadOnlyList<DocumentObject> members)
    {
        FrameInterval[] given = [.. members.Select(m => m.Interval!)];
        var known = given.All(i => i.FirstSeconds is not null && i.LastSeconds is not null);
        return like with
        {
            Interval = new((int)Math.Round(Of([.. given.Select(i => (double)i.First)])), (int)Math.Round(Of([.. given.Select(i => (double)i.Last)])),
                known ? Of([.. given.Select(i => i.FirstSeconds!.Value)]) : null, known ? Of([.. given.Select(i => i.LastSeconds!.Value)]) : null),
        };
    }

    internal static double Of(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The code points that members with more than half of the weight cover.</summary>
    private static DocumentObject Vote(DocumentObject like, IReadOnlyList<DocumentObject> members, IReadOnlyList<double> weights)
    {
        var edges = members.Zip(weights).SelectMany(m => m.First.Spans!.SelectMany(s => new[] { (At: s.Start, Step: m.Second), (At: s.End, Step: -m.Second) }))
            .GroupBy(e => e.At).OrderBy(g => g.Key).Select(g => (At: g.Key, Step: g.Sum(e => e.Step)));
        var (spans, votes, from, half) = (new List<TextSpan>(), 0.0, 0, Half(weights));
        foreach (var (at, step) in edges)
        {
            var (before, after) = (votes > half, votes + step > half);
            votes += step;
            if (after && !before)
                from = at;
            else if (before && !after)
                spans.Add(new(from, at));
        }

        return spans.Count > 0 ? like with { Spans = spans } : like;
    }

    /// <summary>A little more, so that sums of weights that should be half are no majority by their rounding.</summary>
    private static double Half(IReadOnlyList<double> weights) => weights.Sum() / 2 * (1 + 1e-9);

    /// <summary>At every key frame of any member: the mean box of those who see it, seen when they have more than half of the weight.</summary>
    private static DocumentObject Fuse(DocumentObject like, IReadOnlyList<DocumentObject> members, IReadOnlyList<double> weights)
    {
        if (members.Any(m => m.Track!.Any(k => !k.Outside && k.Points.Count != 2)))
            return like;
        var fused = new List<KeyFrame>();
        foreach (var frame in members.SelectMany(m => m.Track!).GroupBy(k => k.Frame).OrderBy(k => k.Key))
        {
            var seconds = frame.Select(k => k.Seconds).FirstOrDefault(s => s is not null);
            var seen = members.Zip(weights).Select(m => (Box: TrackBoxes.At(m.First.Track!, frame.Key), Weight: m.Second)).Where(m => m.Box is not null).ToArray();
            var isSeen = seen.Sum(m => m.Weight) > Half(weights);
            if (!isSeen && (fused.Count == 0 || fused[^1].Outside))
                continue;
            fused.Add(isSeen ? new(frame.Key, Sides([.. seen.Select(m => m.Box!.Value)], [.. seen.Select(m => m.Weight)]), seconds) : new(frame.Key, [], seconds, Outside: true));
        }

        return fused.Any(k => !k.Outside) ? like with { Track = fused } : like;
    }

    /// <summary>The most frequent value of each attribute, of numbers and of ties on an ordinal scale the median; what is asked only under a condition falls with it.</summary>
    private static Dictionary<string, DocumentAnswer>? Attributes(IReadOnlyList<DocumentObject> members, LabelClass? @class, ConsensusRules rules)
    {
        if (@class?.Attributes is not { } questions || members.All(m => m.Attributes is null))
            return null;
        var made = new Dictionary<string, DocumentAnswer>();
        foreach (var question in questions)
        {
            DocumentAnswer?[] given = [.. members.Select(m => m.Attributes?.GetValueOrDefault(question.Id))];
            if (AnswerVote.Of(question, given, rules) is { } taken)
                made[question.Id] = taken.Answer;
        }

        var asked = Condition.Asked(questions, made, _ => false);
        foreach (var hidden in made.Keys.Where(k => !asked.Contains(k)).ToArray())
            made.Remove(hidden);
        return made.Count > 0 ? made : null;
    }
}
