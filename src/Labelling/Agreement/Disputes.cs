using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>What is left out of a document because it is still to be decided.</summary>
internal interface IDisputes
{
    /// <param name="group">An object or a relation.</param>
    bool Hold(Guid group);

    bool HoldQuestion(string id);

    DocumentObject WithoutDisputedAttributes(DocumentObject one);

    /// <returns>Null when no pixel of the class is disputed on this frame.</returns>
    RunLengthMask? Region(string @class, string sopInstanceUid, int frame);
}

internal sealed class NothingDisputed : IDisputes
{
    public bool Hold(Guid group) => false;

    public bool HoldQuestion(string id) => false;

    public DocumentObject WithoutDisputedAttributes(DocumentObject one) => one;

    public RunLengthMask? Region(string @class, string sopInstanceUid, int frame) => null;
}

internal sealed class Disputes : IDisputes
{
    private readonly HashSet<Guid> groups;
    private readonly HashSet<string> questions;
    private readonly ILookup<Guid, string> attributes;
    private readonly Dictionary<(string, string, int), RunLengthMask> regions = [];

    public Disputes(IReadOnlyList<Disagreement> open, IReadOnlyDictionary<Guid, IReadOnlyList<RegionFrame>> regionsOf)
    {
        groups = [.. open.Where(d => !d.IsOfObject && d.Object is not null).Select(d => d.Object!.Value)];
        questions = [.. open.Where(d => d.Kind == DisagreementKind.Answer).Select(d => d.Question!)];
        attributes = open.Where(d => d.IsOfObject).ToLookup(d => d.Object!.Value, d => d.Question!);
        foreach (var one in open.Where(d => regionsOf.ContainsKey(d.Id)))
        {
            foreach (var frame in regionsOf[one.Id])
            {
                var key = (one.Class!, frame.SopInstanceUid, frame.Frame);
                var region = RunLengthMask.Decode(Convert.FromBase64String(frame.Runs), frame.Rows, frame.Columns);
                regions[key] = regions.TryGetValue(key, out var known) ? known.Union(region) : region;
            }
        }
    }

    public bool Hold(Guid group) => groups.Contains(group);

    public bool HoldQuestion(string id) => questions.Contains(id);

    public DocumentObject WithoutDisputedAttributes(DocumentObject one)
    {
        var disputed = attributes[Guid.Parse(one.Id)].ToArray();
        if (disputed.Length == 0 || one.Attributes is null)
            return one;
        var kept = one.Attributes.Where(a => !disputed.Contains(a.Key)).ToDictionary(a => a.Key, a => a.Value);
        return one with { Attributes = kept.Count > 0 ? kept : null };
    }

    public RunLengthMask? Region(string @class, string sopInstanceUid, int frame) => regions.GetValueOrDefault((@class, sopInstanceUid, frame));
}
