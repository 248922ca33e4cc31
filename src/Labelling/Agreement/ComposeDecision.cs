using Pirogov.Imaging;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>Writes one decision into an adjudicator's document and leaves everything else in it as it stands.</summary>
/// <param name="decided">Attributes of the object that have been decided already: they stay when the object itself is taken from elsewhere.</param>
internal sealed class ComposeDecision(
    Documents documents, ComparisonStore comparisons, Comparison comparison, ComparisonDetail detail, LabelDocument before, IReadOnlyList<string> decided)
{
    /// <param name="source">The reading that is taken, if one is.</param>
    public async Task<LabelDocument> With(
        Disagreement disagreement, DecideDisagreement.Request request, LabelDocument? source, CancellationToken cancellation) => disagreement.Kind switch
        {
            DisagreementKind.Answer => Answered(disagreement.Question!, request, source?.Answers.GetValueOrDefault(disagreement.Question!)),
            DisagreementKind.Attribute => Attributed(disagreement, request, source),
            DisagreementKind.Relation => Related(disagreement, request),
            _ when disagreement.Geometry == Geometry.Mask => await Drawn(disagreement, request, source, cancellation),
            _ => Marked(disagreement, request, source),
        };

    private LabelDocument Answered(string question, DecideDisagreement.Request request, DocumentAnswer? theirs)
    {
        var answers = before.Answers.Where(a => a.Key != question).ToDictionary(a => a.Key, a => a.Value);
        if ((request.Choice == DecisionChoice.Own ? request.Answer : theirs) is { } taken)
            answers[question] = taken;
        return before with { Answers = answers };
    }

    private LabelDocument Marked(Disagreement disagreement, DecideDisagreement.Request request, LabelDocument? source)
    {
        var id = disagreement.Object!.Value.ToString();
        if (request is { Choice: DecisionChoice.Own, Object: null })
            return before;
        var others = before.Objects.Where(o => !Is(o.Id, id)).ToList();
        var taken = request.Choice == DecisionChoice.Own ? request.Object : source is null ? null : Theirs(disagreement, request, source);
        if (taken is not null)
            others.Add(taken with { Id = id, Origin = null, Confirmed = null, Attributes = WithDecided(taken.Attributes, before.Objects.FirstOrDefault(o => Is(o.Id, id))) });
        return Whole(before with { Objects = others });
    }

    private IReadOnlyDictionary<string, DocumentAnswer>? WithDecided(IReadOnlyDictionary<string, DocumentAnswer>? taken, DocumentObject? standing)
    {
        if (standing is null || decided.Count == 0)
            return taken;
        var merged = (taken ?? new Dictionary<string, DocumentAnswer>()).Where(a => !decided.Contains(a.Key))
            .Concat((standing.Attributes ?? new Dictionary<string, DocumentAnswer>()).Where(a => decided.Contains(a.Key))).ToDictionary(a => a.Key, a => a.Value);
        return merged.Count > 0 ? merged : null;
    }

    private LabelDocument Attributed(Disagreement disagreement, DecideDisagreement.Request request, LabelDocument? source)
    {
        var (id, attribute) = (disagreement.Object!.Value.ToString(), disagreement.Question!);
        var taken = request.Choice == DecisionChoice.Own ? request.Answer
            : source is null ? null : Theirs(disagreement, request, source)?.Attributes?.GetValueOrDefault(attribute);
        return before with
        {
            Objects = [.. before.Objects.Select(o =>
            {
                if (!Is(o.Id, id))
                    return o;
                var own = (o.Attributes ?? new Dictionary<string, DocumentAnswer>()).Where(a => a.Key != attribute).ToDictionary(a => a.Key, a => a.Value);
                if (taken is not null)
                    own[attribute] = taken;
                return o with { Attributes = own.Count > 0 ? own : null };
            })],
        };
    }

    private LabelDocument Related(Disagreement disagreement, DecideDisagreement.Request request)
    {
        var group = detail.Relations.Single(r => r.Id == disagreement.Object);
        var id = group.Id.ToString();
        if (request.Choice == DecisionChoice.Own)
            return before;
        var others = (before.Relations ?? []).Where(r => !Is(r.Id, id)).ToList();
        if (request.Choice == DecisionChoice.Source && group.Has[request.Source![0] - 'A'] is true)
            others.Add(new(id, group.Type, group.From.ToString(), group.To.ToString()));
        return Whole(before with { Relations = others });
    }

    /// <summary>Inside the disagreement's region the pixels are those of the reading that is taken; outside nothing moves.</summary>
    private async Task<LabelDocument> Drawn(
        Disagreement disagreement, DecideDisagreement.Request request, LabelDocument? source, CancellationToken cancellation)
    {
        if (request.Choice == DecisionChoice.Own)
            return before;
        var regions = (await comparisons.Regions(comparison, cancellation))[disagreement.Id].ToDictionary(r => (r.SopInstanceUid, r.Frame));
        var (own, theirs) = (Pixels(before), source is null ? [] : Pixels(source));
        var (ownPixels, theirPixels) = (await documents.Decode(own.Values, cancellation), await documents.Decode(theirs.Values, cancellation));
        var masks = before.Masks.Where(m => m.Class != disagreement.Class || !regions.ContainsKey((m.SopInstanceUid, m.Frame))).ToList();
        foreach (var (place, frame) in regions)
        {
            var region = RunLengthMask.Decode(Convert.FromBase64String(frame.Runs), frame.Rows, frame.Columns);
            var kept = own.TryGetValue(place, out var mask) ? ownPixels[mask.Blob!].Difference(region) : RunLengthMask.Empty(frame.Rows, frame.Columns);
            if (theirs.TryGetValue(place, out var taken))
                kept = kept.Union(theirPixels[taken.Blob!].Intersection(region));
            if (!kept.IsEmpty)
                masks.Add(new(disagreement.Class!, frame.SopInstanceUid, frame.Frame, frame.Rows, frame.Columns, kept.PixelCount, Convert.ToBase64String(kept.Encode())));
        }

        return Whole(before with { Masks = masks });

        Dictionary<(string, int), DocumentMask> Pixels(LabelDocument of) =>
            of.Masks.Where(m => m.Class == disagreement.Class && regions.ContainsKey((m.SopInstanceUid, m.Frame))).ToDictionary(m => (m.SopInstanceUid, m.Frame));
    }

    private DocumentObject? Theirs(Disagreement disagreement, DecideDisagreement.Request request, LabelDocument source)
    {
        var id = detail.Groups.Single(g => g.Id == disagreement.Object).Members[request.Source![0] - 'A'];
        return id is null ? null : source.Objects.FirstOrDefault(o => Is(o.Id, id));
    }

    /// <summary>What a reader drew between two objects goes with them, where nobody disputes it: a relation cannot stand without its ends.</summary>
    private LabelDocument Whole(LabelDocument document)
    {
        var ids = document.Objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var kept = (document.Relations ?? []).Where(r => ids.Contains(r.From) && ids.Contains(r.To)).ToList();
        var disputed = detail.Disagreements.Where(d => d.Kind == DisagreementKind.Relation).Select(d => d.Object).ToHashSet();
        foreach (var one in detail.Relations.Where(r => !disputed.Contains(r.Id)))
        {
            var (id, from, to) = (one.Id.ToString(), one.From.ToString(), one.To.ToString());
            if (ids.Contains(from) && ids.Contains(to) && !kept.Exists(r => Is(r.Id, id)))
                kept.Add(new(id, one.Type, from, to));
        }

        return document with { Relations = kept.Count > 0 ? kept : null };
    }

    private static bool Is(string id, string other) => string.Equals(id, other, StringComparison.OrdinalIgnoreCase);
}
