using System.CommandLine;

namespace Pirogov.Cli;

/// <summary>Enters predictions into a competition and waits for the score.</summary>
internal static class Submit
{
    public static Command Command()
    {
        var competition = new Argument<Guid>("competition") { Description = Words.Of["cli.submit.competition"] };
        var file = new Argument<FileInfo>("file") { Description = Words.Of["cli.submit.file"] };
        var command = new Command("submit", Words.Of["cli.submit"]) { competition, file };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new PlatformClient(Session.Load());
            var path = parsed.GetRequiredValue(file);
            await using var bytes = path.OpenRead();
            var answer = await client.PostBytes(
                $"/api/v1/competitions/{parsed.GetRequiredValue(competition)}/submissions?name={Uri.EscapeDataString(path.Name)}", bytes, cancellation);
            Console.WriteLine(Words.Of["cli.submit.accepted", new { id = answer["id"] }]);
            if ((string?)answer["jobId"] is not { } job)
                return ExitCode.Done;
            var ended = await client.WaitFor(job, (percent, _) => Console.WriteLine($"{percent} %"), cancellation);
            return (string)ended["state"]! == "succeeded" ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
