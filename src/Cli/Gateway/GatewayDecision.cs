using System.CommandLine;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

/// <summary>
/// What a person decides about images in the quarantine, which any viewer shows. It goes over files alone, so the gateway may run or
/// stand meanwhile, and a killed command is repeated.
/// </summary>
internal static class GatewayDecision
{
    private const int ShortestId = 8;

    public static Command Release(Option<string> config)
    {
        var ids = Ids();
        var mask = new Option<string[]>("--mask") { Description = Words.Of["cli.gateway.release.mask"] };
        var command = new Command("release", Words.Of["cli.gateway.release"]) { ids, mask };
        command.SetAction(parsed => Decide(parsed.GetRequiredValue(config), parsed.GetRequiredValue(ids), (store, sha, path) =>
        {
            var regions = (parsed.GetValue(mask) ?? []).Select(PixelChoice.Parse).ToArray();
            using var bytes = File.OpenRead(path);
            var isLarge = bytes.Length > GatewayIntake.LargestHeld;
            var file = DicomReader.Read(bytes, new() { LeavePixelDataInStream = isLarge });
            using var scratch = isLarge ? store.Spool() : null;
            var waiting = new DeidentificationNeedsReview(new Deidentified(file, "", []), DeidentificationRefusalReason.BurnedInAnnotation, []);
            if (new PixelChoice(regions, Suggested: false, Accept: regions.Length == 0).Decide(waiting, scratch) is not { } decided)
                throw new CannotFollow(Words.Of["cli.gateway.release.not-masked", new { id = GatewayLog.Short(sha) }]);
            using var begun = store.Begin(GatewayIntake.Kept(decided));
            store.Enqueue(begun);
        }));
        return command;
    }

    public static Command Reject(Option<string> config)
    {
        var ids = Ids();
        var command = new Command("reject", Words.Of["cli.gateway.reject"]) { ids };
        command.SetAction(parsed => Decide(parsed.GetRequiredValue(config), parsed.GetRequiredValue(ids), (_, _, _) => { }));
        return command;
    }

    private static Argument<string[]> Ids() => new("id") { Description = Words.Of["cli.gateway.id"], Arity = ArgumentArity.OneOrMore };

    private static int Decide(string config, IReadOnlyList<string> ids, Action<GatewayStore, string, string> decide)
    {
        var store = Gateway.Opened(GatewayConfig.Load(config));
        foreach (var id in ids)
        {
            var found = id.Length < ShortestId ? [] : GatewayStore.Files(store.Quarantine).Where(f => f.Name.StartsWith(id, StringComparison.OrdinalIgnoreCase)).Take(2).ToArray();
            if (found is not [var one])
                throw new CannotFollow(Words.Of["cli.gateway.no-such", new { id }]);
            var sha = GatewayStore.ShaOf(one);
            decide(store, sha, one.FullName);
            store.Decide(sha);
            Console.WriteLine(Words.Of["cli.gateway.decided", new { id = GatewayLog.Short(sha) }]);
        }

        return ExitCode.Done;
    }
}
