using System.CommandLine;

namespace Pirogov.Cli;

/// <summary>How a gateway is doing: what waits, what was sent last, what a person has to look at.</summary>
internal static class GatewayReport
{
    public static Command Command(Option<string> config)
    {
        var paths = new Option<bool>("--paths") { Description = Words.Of["cli.gateway.status.paths"] };
        var command = new Command("status", Words.Of["cli.gateway.status"]) { paths };
        command.SetAction(parsed => Show(GatewayConfig.Load(parsed.GetRequiredValue(config)), parsed.GetValue(paths)));
        return command;
    }

    private static int Show(GatewayConfig config, bool showsPaths)
    {
        var store = Gateway.Opened(config);
        var isRunning = IsRunning(store);
        var queue = GatewayStore.Files(store.Queue).ToArray();
        var entries = GatewayJournal.Read(store.JournalPath).ToArray();
        Console.WriteLine(Words.Of[isRunning ? "cli.gateway.running" : "cli.gateway.not-running"]);
        Console.WriteLine(Words.Of["cli.gateway.queue", new { files = queue.Length, megabytes = queue.Sum(f => f.Length) >> 20 }]);
        var sent = entries.Where(e => e.What == "sent").ToArray();
        Console.WriteLine(Words.Of["cli.gateway.sent", new { sent = sent.Length, at = sent.Length == 0 ? "—" : sent[^1].At.ToString("u", null) }]);
        var held = isRunning ? GatewayStatus.Read(store) is { HeldBecause: { } reason } status ? (reason, until: status.HeldUntil) : default : default;
        if (held.reason is not null)
            Console.WriteLine(Words.Of["cli.gateway.held", new { held.reason, until = held.until?.ToString("u", null) }]);

        var waiting = GatewayStore.Files(store.Quarantine).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
        if (waiting.Length > 0)
            Console.WriteLine(Words.Of.Plural("cli.gateway.waiting", waiting.Length) + " " + store.Quarantine);
        foreach (var file in waiting)
            Console.WriteLine($"  {GatewayLog.Short(GatewayStore.ShaOf(file))}  {Reason(store.WhyWaiting(GatewayStore.ShaOf(file))?.Reason)}");
        var refused = Refused(store, entries, config, showsPaths);
        foreach (var line in refused)
            Console.WriteLine(line);
        return isRunning && held.reason is null && waiting.Length + refused.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    private static List<string> Refused(GatewayStore store, GatewayEntry[] entries, GatewayConfig config, bool showsPaths)
    {
        var lines = new List<string>();
        var here = entries.Where(e => e.What == "original").GroupBy(e => e.Mark).Select(g => g.Last()).Where(e => e.Outcome == "refused").ToArray();
        if (here.Length > 0)
        {
            lines.Add(Words.Of.Plural("cli.gateway.refused-here", here.Length));
            var names = showsPaths ? Names(config) : [];
            // The path is not kept: it is found again by its keyed hash.
            lines.AddRange(showsPaths
                ? here.Select(e => $"  {names.GetValueOrDefault(e.Mark!) ?? Words.Of["cli.gateway.gone"]}: {Reason(e.Reason)}").Order(StringComparer.Ordinal)
                : here.GroupBy(e => e.Reason).Select(g => $"  {g.Count()} × {Reason(g.Key)}").Order(StringComparer.Ordinal));
        }

        var overNetwork = entries.Where(e => e.What == "refused-store").ToArray();
        if (overNetwork.Length > 0)
        {
            lines.Add(Words.Of.Plural("cli.gateway.refused-store", overNetwork.Length));
            lines.AddRange(overNetwork.GroupBy(e => e.Reason).Select(g => $"  {g.Count()} × {Reason(g.Key)}").Order(StringComparer.Ordinal));
        }

        var kept = GatewayStore.Files(store.Refused).Select(GatewayStore.ShaOf).ToHashSet(StringComparer.Ordinal);
        var there = entries.Where(e => e.What is "refused-there" or GatewayEntry.SetAside && kept.Contains(e.Sha!)).DistinctBy(e => e.Sha).ToArray();
        if (there.Length > 0)
        {
            lines.Add(Words.Of.Plural("cli.gateway.refused-there", there.Length) + " " + store.Refused);
            lines.AddRange(there.Select(e => $"  {GatewayLog.Short(e.Sha)}  {Reason(e.Reason)}"));
        }

        return lines;
    }

    private static string Reason(string? code) => Words.Of.Has("cli.reason." + code) ? Words.Of["cli.reason." + code] : code ?? "";

    private static Dictionary<string, string> Names(GatewayConfig config)
    {
        var key = KeyFile.Read(config.Key);
        return config.Watch.Select(w => new DirectoryInfo(w.Folder)).Where(f => f.Exists).SelectMany(f => Originals.Below(f, "", () => { }))
            .GroupBy(f => WatchedFolder.MarkOf(key, f.File.FullName)).ToDictionary(g => g.Key, g => g.First().File.FullName, StringComparer.Ordinal);
    }

    private static bool IsRunning(GatewayStore store)
    {
        using var free = store.Lock();
        return free is null;
    }
}
