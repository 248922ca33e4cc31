using System.Text.Json;

namespace Pirogov.Cli;

/// <summary>What a running gateway says of itself in a file, for `pirogov gateway status`.</summary>
internal sealed record GatewayStatusFile(DateTimeOffset StartedAt, int? Port, long Sent, DateTimeOffset? LastSentAt, string? HeldBecause, DateTimeOffset? HeldUntil);

/// <summary>Keeps the file true, at most once a second.</summary>
internal sealed class GatewayStatus(GatewayStore store, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private readonly Lock turn = new();
    private GatewayStatusFile now = new(time.GetUtcNow(), null, 0, null, null, null);
    private bool isWritten;

    public void Listens(int port) => Change(s => s with { Port = port });

    public void Sent(DateTimeOffset at) => Change(s => s with { Sent = s.Sent + 1, LastSentAt = at, HeldBecause = null, HeldUntil = null });

    public void Held(string reason, DateTimeOffset until) => Change(s => s with { HeldBecause = reason, HeldUntil = until });

    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Write();
                await Task.Delay(Between, time, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Write();
        }
    }

    public static GatewayStatusFile? Read(GatewayStore store)
    {
        try
        {
            return JsonSerializer.Deserialize<GatewayStatusFile>(File.ReadAllBytes(store.StatusPath), GatewayJournal.Plain.Default);
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    private void Change(Func<GatewayStatusFile, GatewayStatusFile> change)
    {
        lock (turn)
            (now, isWritten) = (change(now), false);
    }

    private void Write()
    {
        GatewayStatusFile current;
        lock (turn)
        {
            if (isWritten)
                return;
            (current, isWritten) = (now, true);
        }

        try
        {
            store.WriteStatus(current);
        }
        catch (IOException)
        {
            // A full disk: the queue matters more, and says so itself.
            lock (turn)
                isWritten = false;
        }
    }
}
