namespace Pirogov.Cli;

/// <summary>What scripts may rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work was done and its answer is no: a broken chain, refused files, a rejected submission.</summary>
    public const int No = 1;

    public const int Refused = 2;
    public const int Unreachable = 3;
    public const int Interrupted = 130;
}
