using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pirogov.Cli;

/// <summary>What scripts may rely on; <c>--help</c> of every command lists them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work was done and its answer is no: a broken chain, refused files, a rejected submission.</summary>
    public const int No = 1;

    /// <summary>Not done: the platform refused the request, or the command line cannot be followed.</summary>
    public const int Refused = 2;
    public const int Unreachable = 3;
    public const int Interrupted = 130;

    private static readonly int[] All = [Done, No, Refused, Unreachable, Interrupted];

    public static void ShowInHelp(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithCodes((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class HelpWithCodes(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(Words.Of["cli.exit"]);
            foreach (var code in All)
                output.WriteLine($"  {code,-4} {Words.Of[$"cli.exit.{code}"]}");
            return result;
        }
    }
}
