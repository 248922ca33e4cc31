using System.Diagnostics;
using System.Text;

namespace Pirogov.Datasets.Git;

/// <summary>Starts git with an environment of its own: nothing of the server's, no system or user configuration.</summary>
internal static class GitProcess
{
    public static ProcessStartInfo Start(string folder, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        // The data folder may be a volume that belongs to another user than the server's.
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "safe.directory";
        start.Environment["GIT_CONFIG_VALUE_0"] = "*";
        return start;
    }

    /// <exception cref="InvalidOperationException">Git failed; its own words are in the message.</exception>
    public static async Task<string> Run(string folder, ReadOnlyMemory<byte> input, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(Start(folder, arguments)) ?? throw new InvalidOperationException("git did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Git went away while it was being told; its exit code says why.
            }

            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"git {arguments[0]} ended with {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public static Task<string> Run(string folder, string input, CancellationToken cancellation, params string[] arguments) =>
        Run(folder, Encoding.UTF8.GetBytes(input), cancellation, arguments);
}
