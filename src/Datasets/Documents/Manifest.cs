using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Evidence;

namespace Pirogov.Datasets.Documents;

/// <summary>
/// <c>manifest.json</c>: every public data file with its size and hashes, in ordinal order of paths, and one commitment
/// to the hidden files. Canonical JSON, so that its SHA-256 names the version.
/// </summary>
internal static class Manifest
{
    public static string Write(string slug, int number, DateTimeOffset frozenAt, string hiddenCommitment, int hiddenFiles, IEnumerable<DatasetFile> files)
    {
        var entries = files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => (JsonNode)new JsonObject
        {
            ["path"] = f.Path,
            ["size"] = f.Size,
            ["md5"] = f.Md5,
            ["sha256"] = f.Sha256,
        });
        return CanonicalJson.Write(new JsonObject
        {
            ["dataset"] = slug,
            ["version"] = number,
            ["frozenAt"] = Time(frozenAt),
            ["hidden"] = new JsonObject { ["commitment"] = hiddenCommitment, ["files"] = hiddenFiles },
            ["files"] = new JsonArray([.. entries]),
        });
    }

    /// <summary>
    /// SHA-256 over the salt and the sorted SHA-256 of the hidden files, one a line. When the salt and the files are
    /// shown after a competition, anybody can check that they are the ones that were fixed before it.
    /// </summary>
    public static string Commitment(string salt, IEnumerable<string> hiddenSha256)
    {
        var text = string.Concat(hiddenSha256.Order(StringComparer.Ordinal).Prepend(salt).Select(line => line + "\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
    }

    public static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
