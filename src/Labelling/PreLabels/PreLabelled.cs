using System.Text.Json;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.PreLabels;

/// <summary>A submission holds pre-labels that the reader has neither changed nor confirmed.</summary>
/// <param name="Where">The first of them: an object's id, or a class of masks.</param>
internal sealed record PreLabelsUnconfirmed(int Count, string Where) : Refusal("labelling/pre-labels-unconfirmed", 422);

/// <summary>Who made a document of the one before: its reader by hand, or the platform at their order, which changes no pre-label into the reader's view.</summary>
internal enum Hand
{
    Reader,
    Platform,
}

/// <summary>Keeps apart what a reader drew and what they were shown: only what they changed or confirmed is theirs.</summary>
internal static class PreLabelled
{
    /// <summary>
    /// Says of each part where it comes from. What is still as it was shown keeps its origin, whatever the client says; what its reader changed loses it.
    /// A part that was never shown may call itself a model's or a file's: then it needs the reader's confirmation like the others.
    /// </summary>
    /// <param name="shown">What this reader was shown, and their own revision before.</param>
    public static LabelDocument Settle(LabelDocument sent, IReadOnlyList<LabelDocument> shown, Hand by)
    {
        var objects = shown.SelectMany(d => d.Objects).Where(o => o.Origin is not null).ToLookup(o => o.Id, StringComparer.OrdinalIgnoreCase);
        var masks = shown.SelectMany(d => d.Masks).Where(m => m.Origin is not null).ToLookup(Place);
        return sent with
        {
            Objects = [.. sent.Objects.Select(o => objects[o.Id].FirstOrDefault(known => Same(o, known)) is { } known ? o with { Origin = known.Origin }
                : by == Hand.Reader && objects.Contains(o.Id) ? Own(o) : o)],
            Masks = [.. sent.Masks.Select(m => masks[Place(m)].FirstOrDefault(known => m.Blob == known.Blob) is { } known ? m with { Origin = known.Origin }
                : by == Hand.Reader && masks.Contains(Place(m)) ? Own(m) : m)],
        };
    }

    /// <summary>Both on one frame under the class of the first. Pixels that nobody has confirmed make the whole a pre-label again, for they are told apart no more.</summary>
    /// <param name="one">With its runs, like <paramref name="other"/>.</param>
    public static DocumentMask Union(DocumentMask one, DocumentMask other)
    {
        var (there, union) = (MaskLayers.Decode(one), MaskLayers.Decode(one).Union(MaskLayers.Decode(other)));
        var both = one with { Runs = Convert.ToBase64String(union.Encode()), Blob = null, PixelCount = union.PixelCount };
        return union.PixelCount == there.PixelCount || !IsOpen(other) ? both
            : both with { Origin = one.Origin ?? other.Origin, Confirmed = null };
    }

    /// <summary>What stands in a reading when nobody has confirmed a pre-label: everything else.</summary>
    public static LabelDocument WithoutUnconfirmed(LabelDocument document)
    {
        if (Unconfirmed(document) is [])
            return document;
        DocumentObject[] objects = [.. document.Objects.Where(o => o.Origin is null || o.Confirmed is true)];
        var ids = objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        DocumentRelation[] relations = [.. (document.Relations ?? []).Where(r => ids.Contains(r.From) && ids.Contains(r.To))];
        return document with
        {
            Objects = objects,
            Masks = [.. document.Masks.Where(m => m.Origin is null || m.Confirmed is true)],
            Relations = relations.Length > 0 ? relations : null,
        };
    }

    /// <param name="caseConfirmed">The reader confirms everything that is left as it was shown.</param>
    public static Refusal? MaySubmit(LabelDocument document, PreLabelConfirmation needed, bool caseConfirmed)
    {
        if (Unconfirmed(document) is not [var first, ..] open || needed == PreLabelConfirmation.PerCase && caseConfirmed)
            return null;
        return new PreLabelsUnconfirmed(open.Length, first);
    }

    public static LabelDocument Confirm(LabelDocument document) => document with
    {
        Objects = [.. document.Objects.Select(o => o.Origin is null ? o : o with { Confirmed = true })],
        Masks = [.. document.Masks.Select(m => m.Origin is null ? m : m with { Confirmed = true })],
    };

    private static string[] Unconfirmed(LabelDocument document) =>
        [.. document.Objects.Where(o => o is { Origin: not null, Confirmed: not true }).Select(o => o.Id),
            .. document.Masks.Where(IsOpen).Select(m => m.Class)];

    private static bool IsOpen(DocumentMask mask) => mask is { Origin: not null, Confirmed: not true };

    private static (string, string, int) Place(DocumentMask mask) => (mask.Class, mask.SopInstanceUid, mask.Frame);

    private static DocumentObject Own(DocumentObject one) => one with { Origin = null, Confirmed = null };

    private static DocumentMask Own(DocumentMask one) => one with { Origin = null, Confirmed = null };

    private static bool Same(DocumentObject a, DocumentObject b) => Text(a) == Text(b);

    private static string Text(DocumentObject one) => JsonSerializer.Serialize(Own(one) with { Id = "" }, PlatformJson.Options);
}
