using Microsoft.EntityFrameworkCore;
using Pirogov.Imaging;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Readings;

/// <summary>Where the bytes of a mask lie: documents name masks by SHA-256, the store finds them by MD5.</summary>
internal sealed record MaskBlob(string Sha256, string Md5, long Size);

/// <summary>Documents and masks in the store.</summary>
internal sealed class Documents(PirogovDb db, ObjectStore store)
{
    public async Task<StoredObject> Put(LabelDocument document, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream(document.ToCanonical());
        return await store.Put(bytes, cancellation);
    }

    public async Task<LabelDocument> Load(string md5, CancellationToken cancellation) => LabelDocument.Parse(await store.Read(md5, cancellation));

    /// <summary>Stores masks that are not there yet; each is a whole object in the store before anything names it.</summary>
    public async Task Keep(IEnumerable<NewMask> masks, CancellationToken cancellation)
    {
        var wanted = masks.DistinctBy(m => m.Sha256).ToArray();
        var held = await Find(wanted.Select(m => m.Sha256), cancellation);
        foreach (var mask in wanted.Where(m => !held.ContainsKey(m.Sha256)))
        {
            using var bytes = new MemoryStream(mask.Bytes);
            var stored = await store.Put(bytes, cancellation);
            // Two readers may draw the same mask at the same moment: the row is written once, and neither save fails.
            await db.Database.ExecuteSqlAsync(
                $"""INSERT INTO labelling_mask ("Sha256", "Md5", "Size") VALUES ({stored.Sha256}, {stored.Md5}, {stored.Size}) ON CONFLICT ("Sha256") DO NOTHING""",
                cancellation);
        }
    }

    public async Task<IReadOnlyDictionary<string, MaskBlob>> Find(IEnumerable<string> sha256, CancellationToken cancellation)
    {
        var found = new Dictionary<string, MaskBlob>();
        // SQLite takes a bounded number of parameters in a statement.
        foreach (var some in sha256.Distinct().Chunk(500))
        {
            foreach (var blob in await db.Set<MaskBlob>().AsNoTracking().Where(m => some.Contains(m.Sha256)).ToArrayAsync(cancellation))
                found[blob.Sha256] = blob;
        }

        return found;
    }

    /// <summary>The masks that a reader has been sent, and may therefore name by their hash.</summary>
    public async Task<IReadOnlyDictionary<string, KnownMask>> Known(IEnumerable<LabelDocument> sent, CancellationToken cancellation)
    {
        var masks = sent.SelectMany(d => d.Masks).DistinctBy(m => m.Blob).ToArray();
        var blobs = await Find(masks.Select(m => m.Blob!), cancellation);
        return masks.ToDictionary(m => m.Blob!, m => new KnownMask(m.Rows, m.Columns, m.PixelCount, blobs[m.Blob!].Size));
    }

    /// <summary>The document as the workbench takes it: every mask with its runs.</summary>
    public async Task<LabelDocument> WithRuns(LabelDocument document, CancellationToken cancellation)
    {
        var blobs = await Find(document.Masks.Select(m => m.Blob!), cancellation);
        var masks = new List<DocumentMask>(document.Masks.Count);
        foreach (var mask in document.Masks)
            masks.Add(mask with { Runs = Convert.ToBase64String(await store.Read(blobs[mask.Blob!].Md5, cancellation)) });
        return document with { Masks = masks };
    }

    public Task<IReadOnlyDictionary<string, RunLengthMask>> Decode(LabelDocument document, CancellationToken cancellation) => Decode(document.Masks, cancellation);

    /// <returns>By hash.</returns>
    public async Task<IReadOnlyDictionary<string, RunLengthMask>> Decode(IEnumerable<DocumentMask> masks, CancellationToken cancellation)
    {
        var blobs = await Find(masks.Select(m => m.Blob!), cancellation);
        var decoded = new Dictionary<string, RunLengthMask>();
        foreach (var mask in masks.DistinctBy(m => m.Blob))
            decoded[mask.Blob!] = RunLengthMask.Decode(await store.Read(blobs[mask.Blob!].Md5, cancellation), mask.Rows, mask.Columns);
        return decoded;
    }

    /// <summary>The document with a way to its masks' pixels.</summary>
    /// <param name="ownOnly">Without what a model or a file brought and the reader has not confirmed: that is nobody's reading.</param>
    public async Task<ComparedDocument> Open(string md5, bool ownOnly, CancellationToken cancellation)
    {
        var whole = await Load(md5, cancellation);
        return await Open(ownOnly ? PreLabelled.WithoutUnconfirmed(whole) : whole, cancellation);
    }

    public async Task<ComparedDocument> Open(LabelDocument document, CancellationToken cancellation)
    {
        var blobs = await Find(document.Masks.Select(m => m.Blob!), cancellation);
        return new(document, async (mask, token) => RunLengthMask.Decode(await store.Read(blobs[mask.Blob!].Md5, token), mask.Rows, mask.Columns));
    }

    /// <summary>The document's own bytes and those of every mask that it names, in one order.</summary>
    public async Task<IReadOnlyList<EvidenceFile>> FilesOf(EvidenceFile stored, LabelDocument document, CancellationToken cancellation)
    {
        var blobs = await Find(document.Masks.Select(m => m.Blob!), cancellation);
        return [stored, .. blobs.Values.OrderBy(b => b.Sha256, StringComparer.Ordinal).Select(b => new EvidenceFile(b.Md5, b.Sha256, b.Size))];
    }
}
