namespace Pirogov.Cli;

/// <summary>Lines on standard output, for the journal of the system. They name files by the hash of what was left of them, never by path.</summary>
internal sealed class GatewayLog(TimeProvider time)
{
    private readonly Lock turn = new();

    public void Say(string key, object? values = null)
    {
        var text = values is null ? Words.Of["cli.gateway.log." + key] : Words.Of["cli.gateway.log." + key, values];
        lock (turn)
            Console.WriteLine($"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {text}");
    }

    public static string Short(string? sha) => sha is null ? "" : sha[..12];
}
