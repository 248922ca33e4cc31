using System.Security.Cryptography;

namespace Pirogov.Cli;

/// <summary>
/// A centre's secret as a line of text in a file of its owner alone. Whoever has it can try out whose pseudonym one is; whoever loses
/// it makes new patients of the old ones.
/// </summary>
internal static class KeyFile
{
    private const string Kind = "pirogov-key-1 ";
    private const int Length = 32;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static byte[] Random() => RandomNumberGenerator.GetBytes(Length);

    /// <exception cref="CannotFollow">There is such a file, or it cannot be written.</exception>
    public static void Make(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        try
        {
            using var file = new FileStream(path, options);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Kind + Convert.ToHexStringLower(Random()) + "\n"));
            file.Flush(flushToDisk: true);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CannotFollow(Words.Of["cli.key.exists", new { file = path }]);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(refused.Message);
        }
    }

    /// <exception cref="CannotFollow">No key, or one that others could read.</exception>
    public static byte[] Read(string path)
    {
        string text;
        try
        {
            if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~(Owner | UnixFileMode.UserExecute)) != 0)
                throw new CannotFollow(Words.Of["cli.key.open", new { file = path }]);
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(refused.Message);
        }

        return text.StartsWith(Kind, StringComparison.Ordinal) && text.Length == Kind.Length + (2 * Length) && text[Kind.Length..].All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text[Kind.Length..]) : throw new CannotFollow(Words.Of["cli.key.none", new { file = path }]);
    }

    /// <summary>Tells two keys apart and says nothing of either.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, "pirogov key fingerprint"u8))[..16];
}
