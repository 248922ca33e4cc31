using System.CommandLine;

namespace Pirogov.Cli;

/// <summary>Enters predictions into a competition and waits for the score; tells every reason when they are turned away.</summary>
internal static class Submit
{
    private const string Rejected = "/problems/competitions.submission-rejected";

    public static Command Command()
    {
        var competition = new Argument<Guid>("competition") { Description = Words.Of["cli.submit.competition"] };
        var file = new Argument<FileInfo>("file") { Description = Words.Of["cli.submit.file"] };
        var command = new Command("submit", Words.Of["cli.submit"]) { competition, file };
        command.SetAction((parsed, cancellation) => Run(parsed.GetRequiredValue(competition), parsed.GetRequiredValue(file), cancellation));
        return command;
    }

    private static async Task<int> Run(Guid competition, FileInfo file, CancellationToken cancellation)
    {
        if (!file.Exists)
        {
            await Console.Error.WriteLineAsync(Words.Of["cli.submit.no-file", new { file = file.FullName }]);
            return ExitCode.Refused;
        }

        using var client = new PlatformClient(Session.Load());
        try
        {
            await using var bytes = file.OpenRead();
            var answer = await client.PostBytes($"/api/v1/competitions/{competition}/submissions?name={Uri.EscapeDataString(file.Name)}", bytes, cancellation);
            Console.WriteLine(Words.Of["cli.submit.accepted", new { id = answer["id"] }]);
            var ended = await client.WaitFor((string)answer["jobId"]!, (percent, _) => Console.WriteLine($"{percent} %"), cancellation);
            if ((string)ended["state"]! == "succeeded")
                return ExitCode.Done;
            await Console.Error.WriteLineAsync((string?)ended["failure"] ?? Words.Of["cli.submit.not-scored"]);
            return ExitCode.No;
        }
        catch (PlatformProblem problem) when (problem.Type == Rejected)
        {
            await Tell(problem, file.Name);
            return ExitCode.No;
        }
    }

    private static async Task Tell(PlatformProblem problem, string file)
    {
        await Console.Error.WriteLineAsync($"{file}: {problem.Message}");
        foreach (var error in problem.Errors)
            await Console.Error.WriteLineAsync("  " + error);
        if (problem.Count > problem.Errors.Count)
            await Console.Error.WriteLineAsync("  " + Words.Of.Plural("cli.submit.more", problem.Count - problem.Errors.Count));
        await Console.Error.WriteLineAsync(Words.Of["cli.submit.mend"]);
    }
}
