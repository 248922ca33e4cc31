using System.Security.Cryptography;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Reads what a <see cref="SealedWriter"/> wrote, from any place.</summary>
public sealed class SealedReader : ReadOnlyStream
{
    private readonly Stream source;
    private readonly long start;
    private readonly long chunks;
    private readonly AesGcm aes;
    private readonly byte[] plain = new byte[SealedWriter.Chunk];
    private readonly byte[] sealedChunk = new byte[SealedWriter.Chunk + SealedWriter.Tag];
    private long open = -1;
    private int openLength;

    /// <param name="source">Can seek; sealed from its position to its end. Closed with this.</param>
    /// <exception cref="CryptographicException">It is too short.</exception>
    public SealedReader(Stream source, ReadOnlySpan<byte> key)
    {
        (this.source, start) = (source, source.Position);
        var length = source.Length - start;
        chunks = (length + SealedWriter.Chunk + SealedWriter.Tag - 1) / (SealedWriter.Chunk + SealedWriter.Tag);
        Length = length - (chunks * SealedWriter.Tag);
        if (chunks == 0 || Length < 0)
        {
            throw new CryptographicException("What was sealed is cut short.");
        }

        aes = new AesGcm(key, SealedWriter.Tag);
    }

    public override long Length { get; }

    /// <exception cref="CryptographicException">It is not what was sealed.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (Position >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        var chunk = Position / SealedWriter.Chunk;
        if (chunk != open)
        {
            Open(chunk);
        }

        var within = (int)(Position % SealedWriter.Chunk);
        var taken = Math.Min(buffer.Length, openLength - within);
        plain.AsSpan(within, taken).CopyTo(buffer);
        Position += taken;
        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            aes.Dispose();
            source.Dispose();
            CryptographicOperations.ZeroMemory(plain);
        }

        base.Dispose(disposing);
    }

    private void Open(long chunk)
    {
        open = -1;
        var length = (int)Math.Min(SealedWriter.Chunk, Length - (chunk * SealedWriter.Chunk));
        source.Position = start + (chunk * (SealedWriter.Chunk + SealedWriter.Tag));
        source.ReadExactly(sealedChunk.AsSpan(0, length + SealedWriter.Tag));
        Span<byte> nonce = stackalloc byte[12];
        SealedWriter.Nonce(nonce, chunk, isLast: chunk == chunks - 1);
        aes.Decrypt(nonce, sealedChunk.AsSpan(0, length), sealedChunk.AsSpan(length, SealedWriter.Tag), plain.AsSpan(0, length));
        (open, openLength) = (chunk, length);
    }
}
