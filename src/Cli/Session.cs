using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pirogov.Cli;

/// <summary>
/// Where the platform is and who is calling: <c>PIROGOV_URL</c> and <c>PIROGOV_TOKEN</c>, or what `pirogov login` kept in
/// a file that only its owner can read.
/// </summary>
internal sealed record Session(Uri Address, string? Token)
{
    private static readonly Uri Default = new("http://127.0.0.1:8080");

    private static string FilePath => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "pirogov", "session.json");

    /// <summary>Neither a password nor a token travels in the open.</summary>
    [JsonIgnore]
    public bool IsSafe => Address.Scheme == Uri.UriSchemeHttps || Address.IsLoopback;

    /// <exception cref="CannotFollow">What was kept, or the variable, cannot be read.</exception>
    public static Session Load()
    {
        var kept = Kept();
        var address = kept?.Address ?? Default;
        if (Environment.GetEnvironmentVariable("PIROGOV_URL") is { Length: > 0 } url && !Uri.TryCreate(url, UriKind.Absolute, out address!))
            throw new CannotFollow(Words.Of["cli.url-wrong", new { name = "PIROGOV_URL" }]);
        return new(address, Environment.GetEnvironmentVariable("PIROGOV_TOKEN") is { Length: > 0 } token ? token : kept?.Token);
    }

    private static Session? Kept()
    {
        try
        {
            return File.Exists(FilePath) ? JsonSerializer.Deserialize<Session>(File.ReadAllText(FilePath)) : null;
        }
        catch (JsonException)
        {
            throw new CannotFollow(Words.Of["cli.session-damaged", new { file = FilePath }]);
        }
    }

    public void Keep()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(FilePath, options);
        JsonSerializer.Serialize(file, this);
    }
}
