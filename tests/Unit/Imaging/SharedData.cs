using System.Diagnostics;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>Real data and peers that stand beside the repository on some machines only; a test without them is skipped.</summary>
internal static class SharedData
{
    public static string Folder(params string[] parts)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "Pirogov.slnx"))) continue;
            var path = Path.Combine([at.Parent!.FullName, "shared", .. parts]);
            Skip.IfNot(Directory.Exists(path) || File.Exists(path), $"{path} is absent.");
            return path;
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }

    /// <summary>Runs a peer and returns what it printed; skips the test when it is not installed or refuses.</summary>
    public static string Run(string program, params string[] arguments)
    {
        Skip.IfNot(File.Exists(program), $"{program} is not installed.");
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Skip.If(errors.Result.Contains("ModuleNotFoundError", StringComparison.Ordinal), "A Python module is not installed.");
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
        return output.Trim();
    }
}
