namespace Pirogov.Platform.Store;

/// <summary>
/// Bytes under keys <c>files/md5/ab/cdef…</c>, laid out as a DVC remote. A key appears only when all of its bytes are
/// flushed; it is never overwritten.
/// </summary>
public interface IBlobs
{
    /// <summary>Takes what <see cref="IncomingBytes"/> gathered; when the key exists already, the new bytes are dropped.</summary>
    Task Keep(IncomingBytes incoming, string key, CancellationToken cancellation);

    /// <returns>Null when there is no such key. The stream seeks.</returns>
    Task<Stream?> OpenRead(string key, CancellationToken cancellation);

    Task<bool> Exists(string key, CancellationToken cancellation);

    IAsyncEnumerable<string> Keys(CancellationToken cancellation);

    Task Remove(string key, CancellationToken cancellation);
}

/// <summary>Bytes on their way in: in a private temporary file, hashed both ways in the one pass that wrote them.</summary>
public sealed record IncomingBytes(string TemporaryPath, string Md5, string Sha256, long Size);

public static class BlobKeys
{
    /// <param name="md5">32 hexadecimal digits, with ".dir" behind them for a DVC directory listing.</param>
    public static string Of(string md5)
    {
        ArgumentNullException.ThrowIfNull(md5);
        return $"files/md5/{md5[..2]}/{md5[2..]}";
    }
}
