using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pirogov.Platform.Store;

/// <summary>
/// MD5 (RFC 1321) of several messages at once, one in each lane of the processor's vectors. A step of MD5 waits for the step before it, so
/// one message cannot be made faster; eight side by side take about the time of one and a half.
/// </summary>
internal static unsafe class Md5Lanes
{
    private const int Words = Md5Lane.Block / sizeof(uint);
    private static readonly int Lanes = Vector<uint>.Count;

    /// <summary>RFC 1321 3.4: the integer part of 4294967296 × |sin(i + 1)|.</summary>
    private static readonly uint[] Sines = [.. Enumerable.Range(1, 64).Select(i => (uint)(4294967296 * Math.Abs(Math.Sin(i))))];

    /// <param name="messages">Of each its bytes, one part after the other.</param>
    /// <returns>Their digests in lower-case hexadecimal, in the same order.</returns>
    public static string[] Hash(IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>> messages)
    {
        var digests = new string[messages.Count];
        if (messages.Count == 1)
        {
            digests[0] = Alone(messages[0]);
            return digests;
        }

        // Longest first: the lanes then end at about the same time.
        var waiting = new Queue<int>(Enumerable.Range(0, messages.Count).OrderByDescending(m => messages[m].Sum(p => (long)p.Length)));
        var lanes = new Md5Lane?[Lanes];
        var state = stackalloc uint[4 * Lanes];
        var words = stackalloc uint[Words * Lanes];
        try
        {
            while (true)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    if (lanes[lane] is null && waiting.TryDequeue(out var next))
                    {
                        lanes[lane] = new Md5Lane(next, messages[next]);
                        (state[lane], state[Lanes + lane], state[(2 * Lanes) + lane], state[(3 * Lanes) + lane]) = (0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
                    }
                }

                if (Array.TrueForAll(lanes, l => l is null))
                    return digests;
                Run(lanes, state, words);
                for (var lane = 0; lane < Lanes; lane++)
                {
                    if (lanes[lane] is { IsDone: true } done)
                    {
                        digests[done.Message] = Digest(state + lane);
                        done.Dispose();
                        lanes[lane] = null;
                    }
                }
            }
        }
        finally
        {
            foreach (var lane in lanes)
                lane?.Dispose();
        }
    }

    /// <summary>As many blocks as every lane has at one stretch. A lane without a message goes on with what lies in its column; nobody reads it.</summary>
    private static void Run(Md5Lane?[] lanes, uint* state, uint* words)
    {
        var blocks = lanes.Min(l => l?.Blocks ?? int.MaxValue);
        for (var block = 0; block < blocks; block++)
        {
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                if (lanes[lane] is { } busy)
                    Spread(busy.Take(), words + lane);
            }

            Mix(state, words);
        }

        foreach (var lane in lanes)
            lane?.Settle();
    }

    private static string Alone(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var part in parts)
            md5.AppendData(part.Span);
        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(byte* block, uint* column)
    {
        for (var word = 0; word < Words; word++)
            column[word * Lanes] = Unsafe.ReadUnaligned<uint>(block + (word * sizeof(uint)));
    }

    private static string Digest(uint* lane)
    {
        var words = stackalloc uint[4] { lane[0], lane[Lanes], lane[2 * Lanes], lane[3 * Lanes] };
        return Convert.ToHexStringLower(new ReadOnlySpan<byte>(words, 16));
    }

    /// <summary>The four rounds of RFC 1321 3.4 over one block of every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(uint* state, uint* words)
    {
        ref var sines = ref MemoryMarshal.GetArrayDataReference(Sines);
        var (a, b, c, d) = (At(state, 0), At(state, 1), At(state, 2), At(state, 3));
        for (var i = 0; i < 16; i += 4)
        {
            a = Step(a, b, Vector.ConditionalSelect(b, c, d), At(words, i), Unsafe.Add(ref sines, i), 7);
            d = Step(d, a, Vector.ConditionalSelect(a, b, c), At(words, i + 1), Unsafe.Add(ref sines, i + 1), 12);
            c = Step(c, d, Vector.ConditionalSelect(d, a, b), At(words, i + 2), Unsafe.Add(ref sines, i + 2), 17);
            b = Step(b, c, Vector.ConditionalSelect(c, d, a), At(words, i + 3), Unsafe.Add(ref sines, i + 3), 22);
        }

        for (var i = 0; i < 16; i += 4)
        {
            a = Step(a, b, Vector.ConditionalSelect(d, b, c), At(words, ((5 * i) + 1) & 15), Unsafe.Add(ref sines, 16 + i), 5);
            d = Step(d, a, Vector.ConditionalSelect(c, a, b), At(words, ((5 * i) + 6) & 15), Unsafe.Add(ref sines, 17 + i), 9);
            c = Step(c, d, Vector.ConditionalSelect(b, d, a), At(words, ((5 * i) + 11) & 15), Unsafe.Add(ref sines, 18 + i), 14);
            b = Step(b, c, Vector.ConditionalSelect(a, c, d), At(words, 5 * i & 15), Unsafe.Add(ref sines, 19 + i), 20);
        }

        for (var i = 0; i < 16; i += 4)
        {
            a = Step(a, b, b ^ c ^ d, At(words, ((3 * i) + 5) & 15), Unsafe.Add(ref sines, 32 + i), 4);
            d = Step(d, a, a ^ b ^ c, At(words, ((3 * i) + 8) & 15), Unsafe.Add(ref sines, 33 + i), 11);
            c = Step(c, d, d ^ a ^ b, At(words, ((3 * i) + 11) & 15), Unsafe.Add(ref sines, 34 + i), 16);
            b = Step(b, c, c ^ d ^ a, At(words, ((3 * i) + 14) & 15), Unsafe.Add(ref sines, 35 + i), 23);
        }

        for (var i = 0; i < 16; i += 4)
        {
            a = Step(a, b, c ^ (b | ~d), At(words, 7 * i & 15), Unsafe.Add(ref sines, 48 + i), 6);
            d = Step(d, a, b ^ (a | ~c), At(words, ((7 * i) + 7) & 15), Unsafe.Add(ref sines, 49 + i), 10);
            c = Step(c, d, a ^ (d | ~b), At(words, ((7 * i) + 14) & 15), Unsafe.Add(ref sines, 50 + i), 15);
            b = Step(b, c, d ^ (c | ~a), At(words, ((7 * i) + 21) & 15), Unsafe.Add(ref sines, 51 + i), 21);
        }

        Put(state, 0, At(state, 0) + a);
        Put(state, 1, At(state, 1) + b);
        Put(state, 2, At(state, 2) + c);
        Put(state, 3, At(state, 3) + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Step(Vector<uint> a, Vector<uint> b, Vector<uint> mixed, Vector<uint> word, uint sine, [ConstantExpected] int shift)
    {
        var sum = word + new Vector<uint>(sine) + a + mixed;
        return b + ((sum << shift) | (sum >>> (32 - shift)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> At(uint* rows, int row) => Unsafe.ReadUnaligned<Vector<uint>>(rows + (row * Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(uint* rows, int row, Vector<uint> value) => Unsafe.WriteUnaligned(rows + (row * Lanes), value);
}
