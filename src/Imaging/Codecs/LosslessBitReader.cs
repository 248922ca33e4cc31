namespace Pirogov.Imaging;

/// <summary>A Huffman table of difference categories 0–16, looked up by the next 16 bits: (length &lt;&lt; 8) | category; 0 where no code matches.</summary>
internal sealed class HuffmanTable
{
    private readonly ushort[] lookup = new ushort[1 << 16];

    public HuffmanTable(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> categories)
    {
        int code = 0, next = 0;
        for (var length = 1; length <= 16; length++, code <<= 1)
        {
            for (var i = 0; i < counts[length - 1]; i++, code++, next++)
            {
                if (code >= 1 << length || categories[next] > 16)
                    throw new ImagingException(ImagingFault.Malformed, "A Huffman table is not one of lossless JPEG.");
                lookup.AsSpan(code << (16 - length), 1 << (16 - length)).Fill((ushort)(length << 8 | categories[next]));
            }
        }
    }

    public int Find(int next16) => lookup[next16];
}

/// <summary>Entropy-coded bits with byte stuffing removed. Beyond the data it gives zeros, and throws when they are used.</summary>
internal ref struct LosslessBitReader(ReadOnlySpan<byte> stream, int start)
{
    private readonly ReadOnlySpan<byte> stream = stream;
    private int position = start;
    private ulong buffer;
    private int buffered;
    private int invented;

    public int ReadDifference(HuffmanTable table)
    {
        if (buffered < 32) Fill();
        var found = table.Find((int)(buffer >> 48));
        if (found == 0) throw new ImagingException(ImagingFault.Malformed, "A Huffman code is not in the table.");
        Skip(found >> 8);
        var category = found & 0xFF;
        if (category == 0) return 0;
        if (category == 16) return 32768;
        var value = (int)(buffer >> (64 - category));
        Skip(category);
        return value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
    }

    /// <summary>Passes a restart marker; the bits before it are done with.</summary>
    public void Restart()
    {
        position = MarkerPosition() + 2;
        if (position > stream.Length || stream[position - 1] is < 0xD0 or > 0xD7) throw new ImagingException(ImagingFault.Malformed, "A restart marker is missing.");
        (buffer, buffered, invented) = (0, 0, 0);
    }

    /// <summary>Where the next marker stands.</summary>
    public readonly int MarkerPosition()
    {
        // Bytes that were read ahead are never beyond a marker, so the search may start where reading stopped.
        var at = position;
        while (at + 1 < stream.Length && (stream[at] != 0xFF || stream[at + 1] is 0 or 0xFF)) at++;
        return at;
    }

    private void Skip(int bits)
    {
        buffer <<= bits;
        buffered -= bits;
        if (buffered < invented) throw new ImagingException(ImagingFault.Truncated, "The entropy-coded data end before the last line.");
    }

    private void Fill()
    {
        while (buffered <= 56)
        {
            byte next = 0;
            if (position < stream.Length && stream[position] != 0xFF) next = stream[position++];
            else if (position + 1 < stream.Length && stream[position + 1] == 0) (next, position) = (0xFF, position + 2);
            else invented += 8;
            buffer |= (ulong)next << (56 - buffered);
            buffered += 8;
        }
    }
}
