using Pirogov.Imaging;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Validation;

/// <summary>A document with its masks unpacked.</summary>
internal sealed record OpenedLabels(LabelDocument Document, IReadOnlyDictionary<string, RunLengthMask> Masks)
{
    public Dictionary<(string Sop, int Frame), RunLengthMask> Of(string @class) =>
        Document.Masks.Where(m => m.Class == @class).ToDictionary(m => (m.SopInstanceUid, m.Frame), m => Masks[m.Blob!]);

    public static async Task<OpenedLabels> From(Documents documents, LabelDocument document, CancellationToken cancellation) =>
        new(document, await documents.Decode(document, cancellation));

    /// <summary>Without what a model or a file brought and the reader has not confirmed: that is nobody's reading.</summary>
    public static async Task<OpenedLabels> OwnOf(Documents documents, LabelDocument document, CancellationToken cancellation) =>
        await From(documents, PreLabelled.WithoutUnconfirmed(document), cancellation);
}
