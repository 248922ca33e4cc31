using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pirogov.Dicom.Network;

namespace Pirogov.Cli;

/// <summary>
/// Stands in a hospital: takes originals from folders and by C-STORE, takes the patient out of them with a key that stays there, and
/// brings what is left to the platform, each instance once, whatever is killed or cut in between.
/// </summary>
internal static class Gateway
{
    public static Command Command()
    {
        var config = new Option<string>("--config") { Description = Words.Of["cli.gateway.config"], Required = true, Recursive = true };
        var command = new Command("gateway", Words.Of["cli.gateway"])
        {
            config, GatewayReport.Command(config), GatewayDecision.Release(config), GatewayDecision.Reject(config),
        };
        command.SetAction((parsed, cancellation) => Run(GatewayConfig.Load(parsed.GetRequiredValue(config)), cancellation));
        return command;
    }

    private static async Task<int> Run(GatewayConfig config, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var log = new GatewayLog(time);
        var key = KeyFile.Read(config.Key);
        var deidentifier = DeidOptions.Deidentifier(key, config.Options);
        var session = config.Session();
        var store = Opened(config);
        using var held = store.Lock() ?? throw new CannotFollow(Words.Of["cli.gateway.runs-already"]);
        store.RemoveUnfinished();
        GatewayJournal.Compact(store.JournalPath, forgetsPutAway: config.Watch.All(w => w.Delete || w.MoveTo is not null));
        using var journal = new GatewayJournal(store.JournalPath, time);
        var status = new GatewayStatus(store, time);
        using var client = new PlatformClient(session, TimeSpan.FromSeconds(config.Platform.TimeoutSeconds));
        using var sender = new GatewaySender(config.Platform, client, store, journal, status, log, time);
        using var seats = new SemaphoreSlim(config.Parallel);
        var intake = new GatewayIntake(store, journal, deidentifier, PixelChoice.Undecided with { Suggested = config.MaskSuggested }, seats, sender.Wake);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        await using var listener = config.Listen is { } listen ? GatewayListener.Create(listen, intake, journal, log) : null;
        Listen(listener, status);
        log.Say("started", new { folders = config.Watch.Count, port = listener?.Port ?? 0, profile = deidentifier.ProfileSha256[..16], key = KeyFile.Fingerprint(key) });
        Task[] running =
        [
            sender.Run(stop.Token), status.Run(stop.Token),
            .. config.Watch.Select((w, i) => new WatchedFolder(w, i + 1, intake, journal, key, log, time, config.Parallel).Run(stop.Token)),
        ];
        // One that fails ends all: whoever started the gateway starts it again.
        var ended = await Task.WhenAny(running);
        await stop.CancelAsync();
        try
        {
            await ended;
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException)
        {
            log.Say("stopped");
        }

        return ExitCode.Done;
    }

    internal static GatewayStore Opened(GatewayConfig config)
    {
        try
        {
            return new GatewayStore(config.Folder, config.MinimumFreeMegabytes);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(refused.Message);
        }
    }

    private static void Listen(DicomListener? listener, GatewayStatus status)
    {
        if (listener is null)
            return;
        try
        {
            listener.Start();
            status.Listens(listener.Port);
        }
        catch (SocketException taken)
        {
            throw new CannotFollow(Words.Of["cli.gateway.listen-wrong", new { reason = taken.Message }]);
        }
    }
}
