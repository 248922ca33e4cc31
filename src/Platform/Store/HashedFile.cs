using System.Security.Cryptography;

namespace Pirogov.Platform.Store;

/// <summary>A new file that hashes what is written into it.</summary>
internal sealed class HashedFile(string path) : Stream
{
    private readonly FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    private readonly IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => throw new NotSupportedException(); }

    public string Md5() => Convert.ToHexStringLower(md5.GetCurrentHash());

    public string Sha256() => Convert.ToHexStringLower(sha256.GetCurrentHash());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        md5.AppendData(buffer);
        sha256.AppendData(buffer);
        file.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public void FlushToDisk() => file.Flush(flushToDisk: true);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            md5.Dispose();
            sha256.Dispose();
        }

        base.Dispose(disposing);
    }
}
