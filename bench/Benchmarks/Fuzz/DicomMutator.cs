using System.Buffers.Binary;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>Breaks DICOM files by chance and by knowledge of the format; the same seed breaks them the same way.</summary>
internal sealed class DicomMutator(IReadOnlyList<byte[]> seeds, ulong seed)
{
    private const int LongestInput = 256 * 1024;
    private const int MostKept = 4000;

    private static readonly byte[][] Tokens =
    [
        [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF], [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0], [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0],
        [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0], [0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'B', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x08, 0x00, 0x40, 0x11, (byte)'S', (byte)'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x08, 0x00, 0x40, 0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x08, 0x00, 0x40, 0x11, (byte)'U', (byte)'N', 0, 0, 8, 0, 0, 0, 0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0],
        [0x08, 0x00, 0x05, 0x00, (byte)'C', (byte)'S', 16, 0, .. "\\ISO 2022 IR 87 "u8], [0x1B, (byte)'$', (byte)'B'], [0x1B, (byte)'$', (byte)')', (byte)'C'],
        "UN"u8.ToArray(), "SQ"u8.ToArray(), "OB"u8.ToArray(), "US"u8.ToArray(), "UT"u8.ToArray(), "??"u8.ToArray(), [0, 0, 0, 0, 0, 0, 0, 0],
    ];

    private static readonly string[] Syntaxes =
    [
        DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian,
        DicomUids.DeflatedExplicitVRLittleEndian, DicomUids.JPEGBaseline8Bit, DicomUids.RLELossless,
    ];

    private static readonly uint[] Lengths = [0, 1, 2, 7, 0xFF, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF];

    private readonly Xoshiro256 random = new(seed);
    private readonly List<byte[]> corpus = [.. seeds];

    public int CorpusSize => corpus.Count;

    /// <summary>Keeps an input that behaved like none before, to be broken further.</summary>
    public void Keep(byte[] input)
    {
        if (corpus.Count < seeds.Count + MostKept)
        {
            corpus.Add(input);
        }
    }

    public byte[] Next()
    {
        var bytes = new List<byte>(Any(corpus));
        for (var left = 1 + Below(5); left > 0; left--)
        {
            Mutate(bytes);
        }

        return [.. bytes.Take(LongestInput)];
    }

    private void Mutate(List<byte> bytes)
    {
        // Most of the structure stands at the beginning; pixels at the end say little.
        var at = Below(Below(3) == 0 ? bytes.Count : Math.Min(bytes.Count, 4096));
        var length = Math.Min(Below(4) == 0 ? Below(2048) : Below(32), bytes.Count - at);
        switch (Below(11))
        {
            case 0 when bytes.Count > 0: bytes[at] ^= (byte)(1 << Below(8)); break;
            case 1 when bytes.Count > 0: bytes[at] = (byte)Below(256); break;
            case 2: Overwrite(bytes, at, Length()); break;
            case 3: Overwrite(bytes, at, Any(Tokens)); break;
            case 4: bytes.InsertRange(at, Any(Tokens)); break;
            case 5: bytes.RemoveRange(at, length); break;
            case 6: bytes.InsertRange(Below(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 7: Splice(bytes, at, Any(corpus)); break;
            case 8 when Below(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            case 9: DeclareSyntax(bytes); break;
            case 10 when Below(20) == 0: Nest(bytes, at); break;
            default: break;
        }
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        var from = Below(other.Length);
        bytes.InsertRange(at, other.AsSpan(from, Math.Min(Below(1024), other.Length - from)));
    }

    private void Nest(List<byte> bytes, int at)
    {
        var token = Tokens[5 + Below(2)];
        bytes.InsertRange(at, Enumerable.Repeat(token, Below(12_000)).SelectMany(t => t));
    }

    private void DeclareSyntax(List<byte> bytes)
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        var start = span.IndexOf("1.2.840.10008.1.2"u8);
        if (start >= 0)
        {
            Overwrite(bytes, start, Encoding.ASCII.GetBytes(Any(Syntaxes) + "\0"));
        }
    }

    private byte[] Length()
    {
        var bytes = new byte[Below(2) == 0 ? 2 : 4];
        var value = Any(Lengths);
        if (bytes.Length == 2)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return bytes;
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (var i = 0; i < with.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = with[i];
        }
    }

    private T Any<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    private int Below(int bound) => bound <= 1 ? 0 : random.NextInt32(bound);
}
