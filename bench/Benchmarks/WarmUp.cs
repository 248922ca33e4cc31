using System.Runtime;

namespace Pirogov.Benchmarks;

/// <summary>Work is done until its code is compiled as it stays: the peers were compiled long ago.</summary>
internal static class WarmUp
{
    private const int MostRounds = 60;

    /// <summary>Rounds without a newly compiled method after which none is expected.</summary>
    private const int QuietRounds = 3;

    public static void Until(Func<long> work)
    {
        var quiet = 0;
        for (var round = 0; round < MostRounds && quiet < QuietRounds; round++)
        {
            var compiled = JitInfo.GetCompiledMethodCount();
            _ = work();
            // The compiler begins its work when nothing new has been called for a tenth of a second, and works beside: it is waited for.
            Task.Delay(250).Wait();
            quiet = JitInfo.GetCompiledMethodCount() == compiled ? quiet + 1 : 0;
        }
    }
}
