using System.CommandLine;

namespace Pirogov.Cli;

/// <summary>Walks the chain of evidence of a solution, or from any link, down to the batch; exit code 1 when it is broken.</summary>
internal static class Verify
{
    public static Command Command()
    {
        var subject = new Argument<Guid>("id") { Description = Words.Of["cli.verify.id"] };
        var kind = new Option<string?>("--kind") { Description = Words.Of["cli.verify.kind"] };
        var command = new Command("verify", Words.Of["cli.verify"]) { subject, kind };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new PlatformClient(Session.Load());
            var id = parsed.GetRequiredValue(subject);
            var path = parsed.GetValue(kind) is { } k ? $"/api/v1/evidence/verify?kind={Uri.EscapeDataString(k)}&subject={id}" : $"/api/v1/solutions/{id}/verify";
            var answer = await client.Get(path, cancellation);
            foreach (var link in answer["links"]!.AsArray())
            {
                var fault = (string?)link!["fault"];
                Console.WriteLine($"{(fault is null ? "✓" : "✗")} {link["kind"],-18} {link["subject"]}  {link["sha256"]}  {fault} {link["where"]}");
            }

            var whole = (bool)answer["isWhole"]!;
            Console.WriteLine(Words.Of[whole ? "cli.verify.whole" : "cli.verify.broken"]);
            return whole ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
