using System.Security.Cryptography;

namespace Pirogov.Labelling.Schemas;

/// <summary>Masks by their hashes, for documents that the platform itself has made and need no check.</summary>
internal static class StoredMasks
{
    /// <param name="document">With the runs of its masks.</param>
    public static (LabelDocument Document, IReadOnlyList<NewMask> Masks) Of(LabelDocument document)
    {
        var (masks, added) = (new List<DocumentMask>(document.Masks.Count), new List<NewMask>());
        foreach (var mask in document.Masks)
        {
            var (stored, own) = Of(mask);
            masks.Add(stored!);
            added.AddRange(own);
        }

        return (document with { Masks = masks }, added);
    }

    public static (DocumentMask? Mask, IReadOnlyList<NewMask> Masks) Of(DocumentMask mask)
    {
        var bytes = Convert.FromBase64String(mask.Runs!);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return (mask with { Runs = null, Blob = sha256 }, [new(sha256, bytes)]);
    }
}
