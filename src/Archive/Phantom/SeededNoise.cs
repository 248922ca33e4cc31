namespace Pirogov.Archive.Phantom;

/// <summary>
/// Numbers that depend on a seed and a place alone, so slices can be painted in any order. SplitMix64's finaliser
/// (Steele, Lea, Flood 2014) over the counter; integers only, hence the same on every machine.
/// </summary>
internal readonly struct SeededNoise(int seed)
{
    private readonly ulong _seed = Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform(long counter) => (Bits(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [from, to).</summary>
    public double Between(long counter, double from, double to) => from + (to - from) * Uniform(counter);

    /// <summary>Near normal with mean 0 and deviation 1: four uniform 16-bit numbers added (Irwin–Hall).</summary>
    public double Normal(long counter)
    {
        var bits = Bits(counter);
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (sum / 65536.0 - 2) * 1.7320508075688772;
    }

    private ulong Bits(long counter) => Mix(_seed + (ulong)counter * 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
