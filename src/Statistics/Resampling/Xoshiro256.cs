using System.Numerics;

namespace Pirogov.Statistics;

/// <summary>
/// xoshiro256** 1.0 (Blackman &amp; Vigna 2021), seeded through SplitMix64: the same seed gives the same numbers on every
/// machine and every version, so that a published interval can be computed again. Not for secrets.
/// </summary>
public sealed class Xoshiro256
{
    private ulong s0, s1, s2, s3;

    /// <summary>From a seed, any number.</summary>
    /// <param name="seed">Published with what was drawn.</param>
    public Xoshiro256(ulong seed)
    {
        s0 = SplitMix64(ref seed);
        s1 = SplitMix64(ref seed);
        s2 = SplitMix64(ref seed);
        s3 = SplitMix64(ref seed);
    }

    /// <summary>From a state, of which not all four words may be 0.</summary>
    internal Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3) => (this.s0, this.s1, this.s2, this.s3) = (s0, s1, s2, s3);

    /// <summary>Uniform over all 64 bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="below"/> − 1, without bias (Lemire 2019).</summary>
    /// <param name="below">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0.</exception>
    public int NextInt32(int below)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(below);
        var range = (uint)below;
        var product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            var threshold = unchecked(0u - range) % range;
            while ((uint)product < threshold) product = (NextUInt64() >> 32) * range;
        }

        return (int)(product >> 32);
    }

    /// <summary>Fisher and Yates' shuffle (Durstenfeld 1964) in place; every order is equally likely.</summary>
    /// <param name="items">Put into another order.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    internal static ulong SplitMix64(ref ulong state)
    {
        var z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }
}
