using System.Diagnostics;

namespace Pirogov.EndToEnd.Harness;

internal sealed record ToolAnswer(int ExitCode, string Output, string Errors);

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    public static string Cli { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "EndToEnd"), Path.Combine("src", "Cli"), StringComparison.Ordinal), "Pirogov.Cli.dll");

    public static async Task<ToolAnswer> Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await errors);
    }

    /// <summary>`pirogov …` as the owner of the token runs it.</summary>
    public static Task<ToolAnswer> Pirogov(Uri address, string token, params string[] arguments) => Run("dotnet", [Cli, .. arguments],
        new Dictionary<string, string> { ["PIROGOV_URL"] = address.ToString(), ["PIROGOV_TOKEN"] = token });
}
