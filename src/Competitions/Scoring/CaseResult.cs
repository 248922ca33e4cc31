using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Evidence;

namespace Pirogov.Competitions.Scoring;

/// <summary>How one case of a test part came out. Of probabilities only the prediction is kept: its loss would tell the truth.</summary>
/// <param name="Classes">For each metric of masks, the values by class.</param>
internal sealed record CaseResult(string Name, Split Split, IReadOnlyDictionary<Metric, double[]> Classes, double? Probability)
{
    public double Mean(Metric metric) => Classes[metric].Average();

    public string Canonical() => CanonicalJson.Write(JsonSerializer.SerializeToNode(this, PlatformJson.Options)!);

    public static CaseResult Parse(string canonical) => JsonSerializer.Deserialize<CaseResult>(canonical, PlatformJson.Options)!;

    /// <summary>SHA-256 over the canonical results, ordered by name.</summary>
    public static string HashOf(IEnumerable<(string Name, string Canonical)> results) => EvidenceStatement.HashOf(CanonicalJson.Write(
        new JsonArray([.. results.OrderBy(r => r.Name, StringComparer.Ordinal).Select(r => (JsonNode)r.Canonical)])));
}
