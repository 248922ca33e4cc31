using System.IO.Compression;
using System.Text;

namespace Pirogov.EndToEnd.Journey;

/// <summary>Looks for every identifying value of the originals in every byte that the platform keeps, logs or shows.</summary>
internal static class LeakCheck
{
    public static async Task Run(Walk walk)
    {
        var secrets = walk.Incoming.Secrets();
        Assert.NotEmpty(secrets);
        Search("the log", Encoding.UTF8.GetBytes(walk.Platform.Log()), secrets);
        foreach (var (address, html) in walk.Visited)
            Search(address, Encoding.UTF8.GetBytes(html), secrets);
        foreach (var path in Directory.EnumerateFiles(walk.Platform.DataFolder, "*", SearchOption.AllDirectories))
        {
            var bytes = await Read(path);
            Search(path, bytes, secrets);
            if (bytes is [0x1f, 0x8b, ..])
                Search(path + ", unpacked", Unpack(bytes), secrets);
        }
    }

    private static async Task<byte[]> Read(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static byte[] Unpack(byte[] bytes)
    {
        using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        packed.CopyTo(whole);
        return whole.ToArray();
    }

    private static void Search(string where, ReadOnlySpan<byte> bytes, IReadOnlyList<string> secrets)
    {
        foreach (var (secret, number) in secrets.Select((s, i) => (s, i)))
        {
            foreach (var encoding in Encodings(secret))
                Assert.False(Stands(bytes, encoding.GetBytes(secret), secret), $"Identifying value {number} ({secret.Length} characters) of the originals stands in {where}.");
        }
    }

    /// <summary>Four digits in UTF-16 are four neighbouring grey values of soft tissue: only longer ones are looked for.</summary>
    private static Encoding[] Encodings(string secret) =>
        secret.Length < 8 ? [Encoding.UTF8, Encoding.Latin1] : [Encoding.UTF8, Encoding.Latin1, Encoding.Unicode];

    /// <summary>A short number may stand by chance inside of a hash; it is a leak when it stands alone.</summary>
    private static bool Stands(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> value, string secret)
    {
        var alone = secret.Length < 10 && secret.All(char.IsAsciiDigit);
        for (var from = 0; bytes[from..].IndexOf(value) is var at and >= 0; from += at + 1)
        {
            var (start, end) = (from + at, from + at + value.Length);
            if (!alone || ((start == 0 || !char.IsAsciiLetterOrDigit((char)bytes[start - 1])) && (end == bytes.Length || !char.IsAsciiLetterOrDigit((char)bytes[end]))))
                return true;
        }

        return false;
    }
}
