using System.Text.Json;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Evidence;

namespace Pirogov.Datasets.Versions;

/// <summary>How many people read for a release, from the chain below it: each reading's link names its reader.</summary>
internal static class ReadersOfRelease
{
    /// <returns>Null when the chain names no reader.</returns>
    public static async Task<int?> Count(EvidenceChain evidence, EvidenceReference release, CancellationToken cancellation)
    {
        var (readers, seen, open) = (new HashSet<string>(), new HashSet<EvidenceReference>(), new Queue<EvidenceReference>([release]));
        while (open.TryDequeue(out var reference))
        {
            // Readings stand on batches, which are large and name nobody.
            if (reference.Kind == Archive.Contracts.ArchiveEvidence.Batch || !seen.Add(reference) || await evidence.Read(reference, cancellation) is not { } link)
                continue;
            if (link.Kind == LabellingEvidence.Reading && link.Facts["reader"] is { } reader && reader.GetValueKind() == JsonValueKind.String)
                readers.Add(reader.GetValue<string>());
            foreach (var below in link.StandsOn)
                open.Enqueue(below);
        }

        return readers.Count == 0 ? null : readers.Count;
    }
}
