using System.Text.Json;

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

    public static Session Load()
    {
        var kept = File.Exists(FilePath) ? JsonSerializer.Deserialize<Session>(File.ReadAllText(FilePath)) : null;
        var address = Environment.GetEnvironmentVariable("PIROGOV_URL") is { Length: > 0 } url ? new Uri(url) : kept?.Address ?? Default;
        return new(address, Environment.GetEnvironmentVariable("PIROGOV_TOKEN") is { Length: > 0 } token ? token : kept?.Token);
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
