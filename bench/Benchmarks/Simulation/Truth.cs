using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Imaging;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>What a case shows, and what people of known reliability make of it. The same for the same seed, label of a case and person.</summary>
internal sealed class Truth(int seed)
{
    public const string Class = "lesion";
    public const string Question = "finding";
    public static readonly string[] Answers = ["none", "benign", "malignant"];

    private const int Side = 16;
    private const int Square = 6;

    /// <summary>Of an answer, at the first sight.</summary>
    public double ReliabilityOf(int reader) => 0.6 + 0.38 * Noise("reader", reader.ToString(CultureInfo.InvariantCulture)).NextDouble();

    public string AnswerOf(string label)
    {
        var drawn = Noise("answer", label).NextDouble();
        return Answers[drawn < 0.5 ? 0 : drawn < 0.8 ? 1 : 2];
    }

    /// <summary>The answer is right with the reader's reliability; the outline trembles the more the less reliable the reader is.</summary>
    /// <param name="reader">Who looks, and for which time: another look is another draw.</param>
    public JsonObject Read(string schemaVersion, SimulatedCase one, string reader, double reliability)
    {
        var random = Noise(reader, one.Label);
        var answer = AnswerOf(one.Label);
        if (random.NextDouble() > reliability)
            answer = Answers[(Array.IndexOf(Answers, answer) + 1 + random.NextInt32(2)) % 3];
        var (row, column) = PlaceOf(one.Label);
        int Tremble() => random.NextDouble() < (1 - reliability) * 0.9 ? random.NextInt32(2) * 2 - 1 : 0;
        return Document(schemaVersion, one.SopInstanceUid, row + Tremble(), column + Tremble(), answer);
    }

    private (int Row, int Column) PlaceOf(string label)
    {
        var random = Noise("place", label);
        return (2 + random.NextInt32(Side - Square - 4), 2 + random.NextInt32(Side - Square - 4));
    }

    private static JsonObject Document(string schemaVersion, string sopInstanceUid, int row, int column, string answer)
    {
        var bits = new bool[Side * Side];
        for (var y = row; y < row + Square; y++)
            for (var x = column; x < column + Square; x++)
                bits[y * Side + x] = true;
        var mask = RunLengthMask.FromBits(bits, Side, Side);
        return new JsonObject
        {
            ["schemaVersion"] = schemaVersion,
            ["masks"] = new JsonArray(new JsonObject
            {
                ["class"] = Class,
                ["sopInstanceUid"] = sopInstanceUid,
                ["frame"] = 1,
                ["rows"] = Side,
                ["columns"] = Side,
                ["pixelCount"] = mask.PixelCount,
                ["runs"] = Convert.ToBase64String(mask.Encode()),
            }),
            ["objects"] = new JsonArray(),
            ["answers"] = new JsonObject { [Question] = new JsonObject { ["value"] = answer } },
        };
    }

    /// <summary>Whether somebody of this reliability sees at this look what is wrong.</summary>
    public bool Notices(string label, string look, double reliability) => Noise(look, label).NextDouble() < reliability;

    /// <summary>Of everything that the cases show: equal in two runs of one seed.</summary>
    public string Digest(IEnumerable<string> labels) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', labels.Order(StringComparer.Ordinal).Select(l => $"{l} {AnswerOf(l)} {PlaceOf(l)}")))))[..12];

    private Xoshiro256 Noise(string what, string whose) =>
        new(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}|{what}|{whose}"))));
}
