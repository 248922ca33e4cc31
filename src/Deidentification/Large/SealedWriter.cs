using System.Buffers.Binary;
using System.Security.Cryptography;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// Seals what is written with AES-256-GCM, chunk by chunk, so that any place of it can be read again without the rest
/// (<see cref="SealedReader"/>). The nonce is the chunk's number, and whether it is the last one: a key seals one stream and no other.
/// </summary>
public sealed class SealedWriter : WriteOnlyStream
{
    internal const int Chunk = 64 * 1024;
    internal const int Tag = 16;

    private readonly Stream target;
    private readonly AesGcm aes;
    private readonly byte[] held = new byte[Chunk];
    private readonly byte[] sealedChunk = new byte[Chunk + Tag];
    private int used;
    private long chunks;
    private bool isComplete;

    /// <param name="key">32 random bytes of this stream alone.</param>
    /// <param name="target">Written from its position on; stays open.</param>
    public SealedWriter(Stream target, ReadOnlySpan<byte> key) => (this.target, aes) = (target, new AesGcm(key, Tag));

    public override long Length => (chunks * Chunk) + used;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            // The last chunk is sealed as such: it is known only when nothing follows.
            if (used == Chunk)
            {
                Seal(isLast: false);
            }

            var taken = Math.Min(Chunk - used, buffer.Length);
            buffer[..taken].CopyTo(held.AsSpan(used));
            used += taken;
            buffer = buffer[taken..];
        }
    }

    /// <summary>Seals the last chunk; nothing is written after.</summary>
    public void Complete()
    {
        if (!isComplete)
        {
            Seal(isLast: true);
        }

        isComplete = true;
    }

    internal static void Nonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        nonce[0] = (byte)(isLast ? 1 : 0);
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], chunk);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            aes.Dispose();
            CryptographicOperations.ZeroMemory(held);
        }

        base.Dispose(disposing);
    }

    private void Seal(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[12];
        Nonce(nonce, chunks++, isLast);
        aes.Encrypt(nonce, held.AsSpan(0, used), sealedChunk.AsSpan(0, used), sealedChunk.AsSpan(used, Tag));
        target.Write(sealedChunk, 0, used + Tag);
        used = 0;
    }
}
