using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using Pirogov.Cli;

CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(Words.CultureOf(Environment.GetEnvironmentVariable));
var root = new RootCommand(Words.Of["cli.about"]) { Login.Command(), Send.Command(), Submit.Command(), Jobs.Command(), Verify.Command(), Dump.Command(), Deid.Command(), Gateway.Command() };
ExitCode.ShowInHelp(root);
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    var parsed = root.Parse(args);
    var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, stop.Token);
    return parsed.Action is ParseErrorAction ? ExitCode.Refused : code;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync(Words.Of["cli.interrupted"]);
    return ExitCode.Interrupted;
}
catch (CannotFollow problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ExitCode.Refused;
}
catch (PlatformProblem problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    foreach (var error in problem.Errors)
        await Console.Error.WriteLineAsync("  " + error);
    return ExitCode.Refused;
}
catch (HttpRequestException unreachable)
{
    await Console.Error.WriteLineAsync(Words.Of["cli.unreachable", new { reason = unreachable.HttpRequestError }]);
    return ExitCode.Unreachable;
}
