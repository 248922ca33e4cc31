using System.CommandLine;
using Pirogov.Deidentification;

namespace Pirogov.Cli;

/// <summary>
/// Takes the patient out of files where they are, without the platform. The same file, options and key give the same bytes, so a run
/// that was interrupted is repeated. What may bear text is left out unless the person says what to do with it.
/// </summary>
internal static class Deid
{
    public static Command Command()
    {
        var input = new Argument<string?>("in") { Description = Words.Of["cli.deid.in"], Arity = ArgumentArity.ZeroOrOne };
        var output = new Argument<string?>("out") { Description = Words.Of["cli.deid.out"], Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = Words.Of["cli.deid.key"] };
        var newKey = new Option<string?>("--new-key") { Description = Words.Of["cli.deid.new-key"] };
        var options = new Option<string[]>("--options") { Description = Words.Of["cli.deid.options", new { all = DeidOptions.All }], AllowMultipleArgumentsPerToken = true };
        var mask = new Option<string[]>("--mask") { Description = Words.Of["cli.deid.mask"] };
        var suggested = new Option<bool>("--mask-suggested") { Description = Words.Of["cli.deid.mask-suggested"] };
        var accept = new Option<bool>("--accept-pixels") { Description = Words.Of["cli.deid.accept"] };
        var report = new Option<string?>("--report") { Description = Words.Of["cli.deid.report"] };
        var paths = new Option<bool>("--paths") { Description = Words.Of["cli.deid.paths"] };
        var parallel = new Option<int>("--parallel") { Description = Words.Of["cli.deid.parallel"], DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("deid", Words.Of["cli.deid"]) { input, output, key, newKey, options, mask, suggested, accept, report, paths, parallel };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(newKey) is { } made)
            {
                if (parsed.GetValue(input) is not null)
                    throw new CannotFollow(Words.Of["cli.deid.key-alone"]);
                KeyFile.Make(made);
                Console.WriteLine(Words.Of["cli.key.made", new { file = made }]);
                return ExitCode.Done;
            }

            if (parsed.GetValue(input) is not { } from || parsed.GetValue(output) is not { } to)
                throw new CannotFollow(Words.Of["cli.deid.in-and-out"]);
            var kept = parsed.GetValue(key) is { } file ? KeyFile.Read(file) : null;
            if (kept is null)
                await Console.Error.WriteLineAsync(Words.Of["cli.deid.no-key"]);
            var deidentifier = DeidOptions.Deidentifier(kept ?? KeyFile.Random(), parsed.GetValue(options) ?? []);
            var pixels = new PixelChoice([.. (parsed.GetValue(mask) ?? []).Select(PixelChoice.Parse)], parsed.GetValue(suggested), parsed.GetValue(accept));
            var told = new DeidReport(deidentifier, kept is null ? null : KeyFile.Fingerprint(kept), parsed.GetValue(paths));
            var code = await Run(Existing(from, to), to, deidentifier, pixels, told, Math.Clamp(parsed.GetValue(parallel), 1, 256), cancellation);
            if (parsed.GetValue(report) is { } path)
                Write(told, path);
            return code;
        });
        return command;
    }

    private static FileSystemInfo Existing(string from, string to)
    {
        FileSystemInfo input = Directory.Exists(from) ? new DirectoryInfo(from) : new FileInfo(from);
        if (!input.Exists)
            throw new CannotFollow(Words.Of["cli.send.nothing"]);
        var (inside, around) = (Slashed(to), Slashed(from));
        // It would meet its own files, or write over the originals.
        if (inside.StartsWith(around, StringComparison.Ordinal) || around.StartsWith(inside, StringComparison.Ordinal))
            throw new CannotFollow(Words.Of["cli.deid.in-is-out"]);
        return input;

        static string Slashed(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
    }

    private static async Task<int> Run(
        FileSystemInfo from, string to, CentreDeidentifier deidentifier, PixelChoice pixels, DeidReport report, int parallel, CancellationToken cancellation)
    {
        using var output = new DeidOutput(Path.GetFullPath(to));
        await Parallel.ForEachAsync(Originals.Of(from), new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, (original, _) =>
        {
            OneOrDefect(original, deidentifier, pixels, output, report);
            return ValueTask.CompletedTask;
        });
        if (report.Total == 0)
            throw new CannotFollow(Words.Of["cli.send.nothing"]);
        output.Complete();
        if (!Console.IsOutputRedirected)
            Console.Write("\r");
        Console.WriteLine(Words.Of["cli.deid.done", new
        {
            total = report.Total,
            written = report.Of(FileState.Written),
            duplicates = report.Of(FileState.Duplicate),
            waiting = report.Of(FileState.NeedsLook),
            refused = report.Of(FileState.Refused),
        }]);
        if (report.Of(FileState.NeedsLook) > 0)
            Console.WriteLine(Words.Of["cli.deid.look"]);
        return report.Of(FileState.NeedsLook) + report.Of(FileState.Refused) == 0 ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>A defect of ours with one file is told of that file: the others are written, and so is the report. Its message may hold a value.</summary>
    private static void OneOrDefect(Original original, CentreDeidentifier deidentifier, PixelChoice pixels, DeidOutput output, DeidReport report)
    {
        try
        {
            One(original, deidentifier, pixels, output, report);
        }
        catch (Exception defect) when (defect is not CannotFollow)
        {
            Tell(original.Position, original.Path, new(FileState.Refused, FileOutcome.Defect), report);
        }
    }

    private static void One(Original original, CentreDeidentifier deidentifier, PixelChoice pixels, DeidOutput output, DeidReport report)
    {
        if (Opened(original) is not { } stream)
        {
            Tell(original.Position, original.Path, new(FileState.Refused, FileOutcome.NotReadable), report);
            return;
        }

        using (stream)
        {
            var cleaned = Cleaned.From(stream, deidentifier, pixels);
            if (cleaned.Twin is not { } twin)
            {
                Tell(original.Position, original.Path, cleaned.Outcome, report);
                return;
            }

            report.Count(original.Position, twin.Counts);
            output.Write(original.Position, twin, (position, outcome) => Tell(position, position == original.Position ? original.Path : null, outcome, report));
        }
    }

    private static Stream? Opened(Original original)
    {
        try
        {
            return original.Open();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Tell(int position, string? path, FileOutcome outcome, DeidReport report)
    {
        var (total, name) = report.Tell(position, path, outcome);
        if (outcome.State is FileState.NeedsLook or FileState.Refused)
            Console.Error.WriteLine($"{name}: {outcome.InWords}");
        if (!Console.IsOutputRedirected && total % 16 == 0)
            Console.Write($"\r{Words.Of["cli.deid.progress", new { total }]}    ");
    }

    private static void Write(DeidReport report, string path)
    {
        try
        {
            report.Write(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(Words.Of["cli.deid.not-written", new { reason = refused.Message }]);
        }
    }
}
