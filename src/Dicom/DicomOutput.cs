namespace Pirogov.Dicom;

/// <summary>Bytes on their way out: gathered in memory, or through a small buffer into a stream.</summary>
internal sealed class DicomOutput(Stream? target = null, int capacity = 64 * 1024)
{
    private byte[] buffer = new byte[capacity];
    private int used;

    public int Used => used;

    public ReadOnlyMemory<byte> Gathered => buffer.AsMemory(0, used);

    public Span<byte> Take(int count)
    {
        Reserve(count);
        used += count;
        return buffer.AsSpan(used - count, count);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (target is not null && bytes.Length >= buffer.Length)
        {
            Flush();
            target.Write(bytes);
            return;
        }

        bytes.CopyTo(Take(bytes.Length));
    }

    public void Flush()
    {
        target!.Write(buffer, 0, used);
        used = 0;
    }

    /// <summary>What was gathered, without a copy where it fills the buffer exactly.</summary>
    public byte[] ToArray() => used == buffer.Length ? buffer : buffer[..used];

    private void Reserve(int count)
    {
        if (buffer.Length - used >= count)
        {
            return;
        }

        if (target is not null)
        {
            Flush();
            return;
        }

        Array.Resize(ref buffer, (int)Math.Max((long)used + count, Math.Min(2L * buffer.Length, Array.MaxLength)));
    }
}
