using System.Security.Cryptography;

namespace Pirogov.Platform.Store;

/// <summary>
/// Bytes under keys <c>files/md5/ab/cdef…</c>, laid out as a DVC remote. Whoever keeps or removes a key holds the row of its
/// address in the database; a key that a committed row names is never overwritten.
/// </summary>
public interface IBlobs
{
    /// <summary>Whether what is written into <see cref="StoreFolders.Incoming"/> is only renamed into place.</summary>
    bool IsHere { get; }

    /// <summary>
    /// Takes what <see cref="IncomingBytes"/> gathered. On return all bytes and their keys are flushed, together where the place can
    /// do that. Bytes for a key that exists are dropped, unless its row is new: what lies there then is a remainder of a crash.
    /// </summary>
    /// <exception cref="AddressCollisionException">A key holds another number of bytes.</exception>
    Task Keep(IReadOnlyList<PlacedBytes> placed, CancellationToken cancellation);

    /// <returns>Null when there is no such key. The stream seeks.</returns>
    Task<Stream?> OpenRead(string key, CancellationToken cancellation);

    Task<bool> Exists(string key, CancellationToken cancellation);

    IAsyncEnumerable<StoredKey> Keys(CancellationToken cancellation);

    /// <summary>Removing what is not there is no error.</summary>
    Task Remove(string key, CancellationToken cancellation);

    /// <summary>Drops writes that began before the moment and never ended.</summary>
    /// <returns>How many there were.</returns>
    Task<int> RemoveUnfinished(DateTimeOffset begunBefore, CancellationToken cancellation);

    /// <summary>Asks the place of the bytes for a sign of life.</summary>
    /// <exception cref="StoreUnavailableException">It gives none, and says why.</exception>
    Task Answer(CancellationToken cancellation);

    /// <summary>Writes a small object, reads it back and removes it.</summary>
    /// <exception cref="StoreUnavailableException">One of these does not work, and which.</exception>
    Task Rehearse(CancellationToken cancellation);
}

/// <summary>Bytes in a private temporary file that ends with this; neither flushed nor addressed.</summary>
/// <param name="Parts">The same bytes in memory, which stays as it is until they are addressed.</param>
/// <param name="Md5">On its way already where nothing else was under way; null where it is reckoned together with others.</param>
public sealed record WrittenBytes(
    string TemporaryPath, IReadOnlyList<ReadOnlyMemory<byte>> Parts, string Sha256, long Size, bool DirectoryListing = false, Task<string>? Md5 = null) : IDisposable
{
    public void Dispose() => File.Delete(TemporaryPath);
}

/// <summary>Bytes on their way in, hashed both ways: in a private temporary file that ends with this.</summary>
/// <param name="DirectoryListing">A DVC directory listing, whose address ends in ".dir".</param>
public sealed record IncomingBytes(string TemporaryPath, string Md5, string Sha256, long Size, bool DirectoryListing = false) : IDisposable
{
    public string Address => DirectoryListing ? Md5 + ".dir" : Md5;

    /// <summary>The temporary file has become the object already, in a transaction that came to nothing and is tried again.</summary>
    internal bool IsPlaced { get; set; }

    public void Dispose() => File.Delete(TemporaryPath);

    internal static IncomingBytes Of(string path, IncrementalHash md5, IncrementalHash sha256, long size, bool directoryListing) => new(
        path, Convert.ToHexStringLower(md5.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()), size, directoryListing);
}

/// <param name="IsNew">The row of the address is written in this very transaction: nobody names what may lie at the key.</param>
public sealed record PlacedBytes(IncomingBytes Bytes, string Key, bool IsNew);

public sealed record StoredKey(string Key, long Size, DateTimeOffset WrittenAt);

/// <summary>The store cannot be used as it is configured; the message is for whoever runs the platform.</summary>
public sealed class StoreUnavailableException(string message, Exception? cause = null) : IOException(message, cause);

/// <summary>Two different contents under one MD5: an attack or a miracle; neither is stored.</summary>
public sealed class AddressCollisionException() : IOException("Different bytes with the same MD5 are stored already.");

public static class BlobKeys
{
    internal const string Root = "files/md5/";

    /// <param name="md5">32 hexadecimal digits, with ".dir" behind them for a DVC directory listing.</param>
    public static string Of(string md5)
    {
        ArgumentNullException.ThrowIfNull(md5);
        return $"{Root}{md5[..2]}/{md5[2..]}";
    }

    /// <returns>Null when the key is none that this platform would have made.</returns>
    internal static string? AddressOf(string key)
    {
        if (!key.StartsWith(Root, StringComparison.Ordinal))
            return null;
        var address = key[Root.Length..].Replace("/", "", StringComparison.Ordinal);
        var digits = address.EndsWith(".dir", StringComparison.Ordinal) ? address[..^4] : address;
        return digits.Length == 32 && digits.All(char.IsAsciiHexDigitLower) && Of(address) == key ? address : null;
    }
}
