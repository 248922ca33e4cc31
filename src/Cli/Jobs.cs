using System.CommandLine;

namespace Pirogov.Cli;

/// <summary>Shows the durable jobs that one may see; cancels one.</summary>
internal static class Jobs
{
    public static Command Command()
    {
        var cancel = new Option<Guid?>("--cancel") { Description = Words.Of["cli.jobs.cancel"] };
        var command = new Command("jobs", Words.Of["cli.jobs"]) { cancel };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new PlatformClient(Session.Load());
            if (parsed.GetValue(cancel) is { } id)
            {
                await client.Post($"/api/v1/jobs/{id}/cancel", new { }, cancellation);
                return ExitCode.Done;
            }

            var page = await client.Get("/api/v1/jobs", cancellation);
            foreach (var job in page["items"]!.AsArray())
                Console.WriteLine($"{job!["id"]}  {job["kind"],-22} {job["state"],-10} {job["percent"],3} %  {job["createdAt"]}");
            return ExitCode.Done;
        });
        return command;
    }
}
