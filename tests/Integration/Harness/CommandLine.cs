using System.Diagnostics;

namespace Pirogov.Integration.Harness;

internal sealed record CommandAnswer(int Code, string Told, string Errors);

/// <summary>`pirogov` as a script runs it: a process of its own, its words and its exit code.</summary>
internal static class CommandLine
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "src", "Cli",
        "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, new DirectoryInfo(AppContext.BaseDirectory).Name, "Pirogov.Cli.dll");

    public static Task<CommandAnswer> Run(params string[] arguments) => Run(new Dictionary<string, string>(), arguments);

    public static Task<CommandAnswer> Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) => RunWith("", environment, arguments);

    /// <param name="input">What is typed, or piped in.</param>
    public static async Task<CommandAnswer> RunWith(string input, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (told, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await told, await errors);
    }

    /// <summary>Its output has to be read: what nobody reads stops it.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "ru_RU.UTF-8";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
