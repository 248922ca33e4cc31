using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>Independent implementations of DICOM, started once for many files; a test is skipped where they are not installed.</summary>
internal static partial class Peers
{
    /// <summary>What a tool says about each file: by path, its lines "tags VR rest".</summary>
    public static Dictionary<string, List<string>> Pydicom(IEnumerable<string> paths)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "peer.py");
        return Split(Run("/usr/bin/python3", [script], string.Join('\n', paths)).Output, line => line.StartsWith("F ", StringComparison.Ordinal) ? line[2..] : null);
    }

    /// <summary>Lines "depth.tag VR length" as dcmdump prints them: delimiters and items left out.</summary>
    public static Dictionary<string, List<string>> Dcmdump(IEnumerable<string> paths)
    {
        var output = paths.Chunk(500).Select(some => Run("dcmdump", ["-q", "-Un", "+F", .. some]).Output);
        return Split(string.Join('\n', output), line => line.StartsWith("# dcmdump (", StringComparison.Ordinal) ? line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..] : null)
            .ToDictionary(file => file.Key, file => file.Value.Select(Element).OfType<string>().ToList());
    }

    /// <summary>The files that dcmftest does not call DICOM.</summary>
    public static IReadOnlyList<string> NotDicomForDcmftest(IEnumerable<string> paths) =>
        [.. paths.Chunk(500).SelectMany(some => Run("dcmftest", some).Output.Split('\n')).Where(l => l.StartsWith("no:", StringComparison.Ordinal))];

    public static (string Output, string Errors, int ExitCode) Run(string program, string[] arguments, string? input = null)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = input is not null,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var writing = input is null ? Task.CompletedTask : Task.Run(() =>
            {
                process.StandardInput.Write(input);
                process.StandardInput.Close();
            });
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            writing.Wait();
            Skip.If(errors.Result.Contains("No module named", StringComparison.Ordinal), "python3-pydicom is not installed");
            return (output, errors.Result, process.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, $"{program} is not installed");
            throw;
        }
    }

    private static Dictionary<string, List<string>> Split(string output, Func<string, string?> heading)
    {
        var (files, lines) = (new Dictionary<string, List<string>>(), new List<string>());
        foreach (var line in output.Split('\n'))
        {
            if (heading(line) is { } name)
            {
                files[name] = lines = [];
            }
            else if (line.Length > 0)
            {
                lines.Add(line);
            }
        }

        return files;
    }

    private static string? Element(string line)
    {
        var match = DumpLine().Match(line);
        return !match.Success || match.Groups[2].Value is "fffe" || line.Contains(" PixelSequence ", StringComparison.Ordinal) && match.Groups[4].Value == "pi" ? null
            : $"{match.Groups[1].Length / 4} {match.Groups[2].Value}{match.Groups[3].Value} {match.Groups[4].Value} {match.Groups[5].Value.TrimStart('u', '/')}".ToUpper(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (\w\w|\?\?) .*# +(\S+), *\d+ .*$")]
    private static partial Regex DumpLine();
}
