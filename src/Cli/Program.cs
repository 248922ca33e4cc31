using System.CommandLine;
using System.Globalization;
using Pirogov.Cli;

CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(Words.CultureOf(Environment.GetEnvironmentVariable));
var root = new RootCommand(Words.Of["cli.about"]) { Login.Command(), Send.Command(), Submit.Command(), Jobs.Command(), Verify.Command() };
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync(Words.Of["cli.interrupted"]);
    return ExitCode.Interrupted;
}
catch (PlatformProblem problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ExitCode.Refused;
}
catch (HttpRequestException unreachable)
{
    await Console.Error.WriteLineAsync(Words.Of["cli.unreachable", new { reason = unreachable.HttpRequestError }]);
    return ExitCode.Unreachable;
}
