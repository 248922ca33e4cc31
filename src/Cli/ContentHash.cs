using System.IO.Hashing;

namespace Pirogov.Cli;

/// <summary>By what the platform knows a file again: XXH128 of its bytes.</summary>
internal static class ContentHash
{
    public static async Task<string> Of(FileInfo file, CancellationToken cancellation)
    {
        await using var bytes = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var hash = new XxHash128();
        await hash.AppendAsync(bytes, cancellation);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
