using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>A document with its masks unpacked, all at once.</summary>
internal sealed record OpenDocument(LabelDocument Document, IReadOnlyDictionary<string, RunLengthMask> Masks)
{
    public Dictionary<(string Sop, int Frame), (DocumentMask Mask, RunLengthMask Pixels)> Of(string @class) =>
        Document.Masks.Where(m => m.Class == @class).ToDictionary(m => (m.SopInstanceUid, m.Frame), m => (m, Masks[m.Blob!]));
}
