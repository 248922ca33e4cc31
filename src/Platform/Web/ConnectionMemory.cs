using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Pirogov.Platform.Web;

/// <summary>
/// What connections read into and write from, in blocks of 64 KB. The server's own blocks hold 4 KB: an image of half a megabyte came in
/// by 130 calls of the system, each with its turn of the scheduler.
/// </summary>
internal sealed class ConnectionMemory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private const int Size = 64 * 1024;

        /// <summary>More are given back to the garbage collector: 16 MB stay.</summary>
        private const int MostKept = 256;

        private readonly ConcurrentQueue<Block> free = new();
        private int kept;

        public override int MaxBufferSize => Size;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Size);
            if (!free.TryDequeue(out var block))
                return new Block(this);
            Interlocked.Decrement(ref kept);
            return block;
        }

        protected override void Dispose(bool disposing)
        {
            free.Clear();
        }

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref kept) <= MostKept)
                free.Enqueue(block);
            else
                Interlocked.Decrement(ref kept);
        }

        /// <summary>Does not move: the system reads into it.</summary>
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(Size, pinned: true), 0, Size);

            public void Dispose() => pool.Return(this);
        }
    }
}
