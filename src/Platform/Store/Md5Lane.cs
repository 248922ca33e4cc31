using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pirogov.Platform.Store;

/// <summary>One message on its way through <see cref="Md5Lanes"/>, block by block: its parts, then the padding of RFC 1321 3.1 and 3.2.</summary>
internal sealed unsafe class Md5Lane : IDisposable
{
    public const int Block = 64;
    private const int LengthBytes = 8;

    /// <summary>A block that lies across parts, or the last one or two with the padding.</summary>
    private readonly byte* joint = (byte*)NativeMemory.Alloc(2 * Block);

    private readonly IReadOnlyList<ReadOnlyMemory<byte>> parts;
    private readonly long length;
    private MemoryHandle pinned;
    private int next;
    private byte* at;
    private long rest;
    private byte* run;
    private bool isPadded;

    public Md5Lane(int message, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        (Message, this.parts, length) = (message, parts, parts.Sum(p => (long)p.Length));
        Settle();
    }

    /// <summary>Which of the messages it is.</summary>
    public int Message { get; }

    /// <summary>Whole blocks that lie one behind the other from here on.</summary>
    public int Blocks { get; private set; }

    public bool IsDone { get; private set; }

    public byte* Take()
    {
        var block = run;
        run += Block;
        Blocks--;
        return block;
    }

    /// <summary>Makes the next run of blocks when all that were there are taken, and read.</summary>
    public void Settle()
    {
        if (Blocks > 0)
            return;
        if (rest >= Block)
        {
            Blocks = (int)(rest / Block);
            rest -= (long)Blocks * Block;
            run = at;
            at += (long)Blocks * Block;
            return;
        }

        IsDone = isPadded;
        if (IsDone)
            return;
        Blocks = Join();
        run = joint;
    }

    public void Dispose()
    {
        pinned.Dispose();
        NativeMemory.Free(joint);
    }

    private int Join()
    {
        var block = new Span<byte>(joint, 2 * Block);
        var filled = 0;
        while (filled < Block && (rest > 0 || NextPart()))
        {
            var taken = (int)Math.Min(Block - filled, rest);
            new ReadOnlySpan<byte>(at, taken).CopyTo(block[filled..]);
            at += taken;
            rest -= taken;
            filled += taken;
        }

        if (filled == Block)
            return 1;
        isPadded = true;
        block[filled] = 0x80;
        block[(filled + 1)..].Clear();
        var blocks = filled + 1 + LengthBytes <= Block ? 1 : 2;
        BinaryPrimitives.WriteInt64LittleEndian(block[((blocks * Block) - LengthBytes)..], length * 8);
        return blocks;
    }

    private bool NextPart()
    {
        if (next == parts.Count)
            return false;
        pinned.Dispose();
        pinned = parts[next].Pin();
        at = (byte*)pinned.Pointer;
        rest = parts[next++].Length;
        return true;
    }
}
