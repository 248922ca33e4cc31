using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>
/// A whole project from its plan to its release, by people of known reliability through the API; then 200 experts who save at once. Prints tables.
/// </summary>
internal static class SimulationBenchmark
{
    private const int ReadersPerCase = 2;
    private const int MostReaders = 3;
    private const int Savers = 200;
    private const int SavesEach = 10;
    private const int PeopleAtOnce = 12;
    private const int LotSize = 100;
    private const double MostWrong = 0.01;

    /// <summary>With fewer, a reader has read too few to be told from the next.</summary>
    private const int CasesThatTell = 3_000;

    /// <summary>Roubles for a piece of work.</summary>
    private static readonly Dictionary<string, decimal> Prices = new() { ["read"] = 100, ["adjudicate"] = 170, ["validate"] = 50 };

    public static async Task<int> Run(Uri platform, string database, int server, string batch, int cases, int readers, int seed)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Savers, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = platform,
            Timeout = TimeSpan.FromMinutes(5),
        };
        var (setUp, working, saving) = (new Latencies(), new Latencies(), new Latencies());
        var world = await World.Open(http, setUp, batch);
        var chosen = world.Cases.OrderBy(c => c.Value.Label, StringComparer.Ordinal).Take(cases).Select(c => c.Key).ToArray();
        await world.PublishSchema("Simulated");
        var isWhole = await Project(world, http, working, chosen, readers, new Truth(seed), database, server);
        await SaveAtOnce(world, http, saving, chosen, new Truth(seed));
        return isWhole ? 0 : 1;
    }

    private static async Task<bool> Project(
        World world, HttpClient http, Latencies latencies, string[] cases, int readers, Truth truth, string database, int server)
    {
        var people = new World(http, latencies) { Administrator = world.Administrator, Manager = world.Manager, Cases = world.Cases };
        var (reading, deciding) = (await people.Experts("reader", readers), await people.Experts("adjudicator", 6));
        IReadOnlyList<Person>[] levels = [await people.Experts("first", 6), await people.Experts("second", 3), await people.Experts("third", 2)];
        var (started, begun) = (Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow().UtcDateTime);
        var project = await world.StartProject("Simulated project", cases, new JsonObject
        {
            ["readers"] = Ids(reading),
            ["adjudicators"] = Ids(deciding),
            ["levels"] = new JsonArray(Level(levels[0], 1), Level(levels[1], 0.3, 0.2), Level(levels[2], 0.1)),
            ["distribution"] = "queue",
            ["readersPerCase"] = ReadersPerCase,
            ["mostReaders"] = MostReaders,
            ["threshold"] = 0.7,
            ["terms"] = new JsonObject { ["prices"] = new JsonArray([.. Prices.Select(p => (JsonNode)new JsonObject { ["mode"] = p.Key, ["amount"] = p.Value })]) },
        });
        using var over = new CancellationTokenSource();
        using var atOnce = new SemaphoreSlim(PeopleAtOnce);
        var workers = new Workers(world, truth, project, atOnce, over.Token);
        var spent = ProcessorOf(server);
        var work = reading.Select((p, i) => workers.Read(p, truth.ReliabilityOf(i))).Concat(deciding.Concat(levels.SelectMany(l => l)).Select(workers.Decide)).ToArray();
        await UntilValidated(world, project, cases.Length, work);
        await over.CancelAsync();
        await Task.WhenAll(work);
        var processor = ProcessorOf(server) - spent;
        await UntilLotsAreDecided(world, project);
        var released = await Release(world, project);
        Say($"What the cases show: {truth.Digest(cases.Select(c => world.Cases[c].Label))}.\n");
        Say($"{cases.Length} cases, {readers} readers, {levels.Length} levels: released after {Stopwatch.GetElapsedTime(started).TotalMinutes:F1} min. {workers.Readings} blind readings, "
            + $"{workers.Decisions} adjudications, {workers.Verdicts} verdicts, {workers.Returned} of them returns. The server's processor time a piece of work, comparisons and "
            + $"evidence included: {1000 * processor / (workers.Readings + workers.Decisions + workers.Verdicts):F1} ms; a blind reading, with all that follows of it: {1000 * processor / workers.Readings:F1} ms.");
        Table($"Requests of {PeopleAtOnce} people at once, ms", latencies, "queue", "next", "take", "open", "save", "submit", "verdict");
        var followed = await Reliabilities(world, project, reading, truth);
        var wrong = await Wrong(world, released, cases, truth);
        Say($"\nReleased with a wrong answer: {wrong} of {cases.Length} cases.");
        return Rules([
            ($"at most {MostWrong:P0} of the cases are released with a wrong answer", Math.Max(0, wrong - (long)Math.Ceiling(MostWrong * cases.Length))),
            .. cases.Length >= CasesThatTell ? [("every estimate of reliability follows the truth with r of 0.9 at least", followed.LongCount(r => r < 0.9))] : Array.Empty<(string, long)>(),
            .. Invariants.Check(database, project, ReadersPerCase, MostReaders), .. Invariants.Levels(database, project, [1, null, 0.1]),
            Invariants.Payments(database, project, Prices, await Paid(world, project, begun)),
        ]);
    }

    /// <summary>By the statements of the months in which the project ran.</summary>
    private static async Task<Dictionary<(string Person, string Part), (int Pieces, decimal Amount)>> Paid(World world, string project, DateTime since)
    {
        var paid = new Dictionary<(string, string), (int Pieces, decimal Amount)>();
        foreach (var month in new[] { since, TimeProvider.System.GetUtcNow().UtcDateTime }.Select(d => d.ToString("yyyy-MM", CultureInfo.InvariantCulture)).Distinct())
        {
            foreach (var line in (await Lines(world, month)).Where(l => (string)l["projectId"]! == project))
            {
                var key = ((string)line["accountId"]!, (string)line["mode"]!);
                var sum = paid.GetValueOrDefault(key);
                paid[key] = (sum.Pieces + (int)line["readings"]!, sum.Amount + (decimal)line["amount"]!);
            }
        }

        return paid;
    }

    private static async Task<IReadOnlyList<JsonNode>> Lines(World world, string month)
    {
        var lines = new List<JsonNode>();
        for (var page = 1; ; page++)
        {
            var found = (await world.Manager.Get("statement", $"/api/v1/labelling-statements/{month}?size=200&page={page}"))["lines"]!;
            lines.AddRange(found["items"]!.AsArray()!);
            if (lines.Count >= (int)found["total"]!)
                return lines;
        }
    }

    /// <summary>Adjudicators and validators who see 97 of 100 errors leave few.</summary>
    private static async Task<long> Wrong(World world, string release, IReadOnlyCollection<string> cases, Truth truth)
    {
        var wrong = 0L;
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            var labels = await world.Manager.Get("released", $"/api/v1/labelling-releases/{release}/cases/{one}");
            if ((string?)labels["answers"]![Truth.Question]!["value"] != truth.AnswerOf(world.Cases[one].Label))
                Interlocked.Increment(ref wrong);
        });
        return wrong;
    }

    private static async Task SaveAtOnce(World world, HttpClient http, Latencies latencies, string[] cases, Truth truth)
    {
        var people = new World(http, latencies) { Administrator = world.Administrator, Manager = world.Manager, Cases = world.Cases };
        // Everybody has a case to save: with few cases there are fewer people.
        var (savers, others) = (await people.Experts("saver", Math.Min(Savers, cases.Length * ReadersPerCase)), await people.Experts("other", 2));
        var project = await world.StartProject("Saved at once", cases.Take(Savers / ReadersPerCase), new JsonObject
        {
            ["readers"] = Ids(savers),
            ["adjudicators"] = Ids([others[0]]),
            ["levels"] = new JsonArray(Level([others[1]], 1)),
            ["readersPerCase"] = ReadersPerCase,
        });
        var began = new List<(Person Person, string Reading, string Case)>();
        foreach (var saver in savers)
        {
            var mine = (await saver.Api.Get("queue", "/api/v1/readings"))["open"]!.AsArray().First(r => (string)r!["projectId"]! == project)!;
            var view = await saver.Api.Get("open", $"/api/v1/readings/{mine["id"]}");
            began.Add((saver, (string)mine["id"]!, (string)view["case"]!["id"]!));
        }

        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(began.Select(b => Task.Run(async () =>
        {
            for (var revision = 0; revision < SavesEach; revision++)
            {
                var document = truth.Read(world.SchemaVersion, world.Cases[b.Case], $"{b.Person.Login} {revision}", 0.5);
                await b.Person.Api.Put("save", $"/api/v1/readings/{b.Reading}/document", new { baseRevision = revision, document });
            }
        })));
        var rate = savers.Count * SavesEach / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Table($"{savers.Count} experts save {SavesEach} times each, all at once ({rate:F0} saves/s), ms", latencies, "save");
    }

    private static async Task UntilValidated(World world, string project, int cases, Task[] work)
    {
        while (true)
        {
            await Task.WhenAny([Task.Delay(TimeSpan.FromSeconds(2)), .. work]);
            if (work.FirstOrDefault(w => w.IsFaulted) is { } broken)
                await broken;
            var states = (await world.Manager.Get("progress", $"/api/v1/labelling-projects/{project}"))["states"]!.AsObject();
            await Console.Error.WriteLineAsync(states.ToJsonString());
            if ((int?)states["validated"] == cases)
                return;
        }
    }

    /// <summary>A lot is decided a moment after its last verdict, and may call its cases back.</summary>
    private static async Task UntilLotsAreDecided(World world, string project)
    {
        for (var page = 1; ;)
        {
            var lots = (await world.Manager.Get("progress", $"/api/v1/labelling-projects/{project}/lots?size=200&page={page}"))["lots"]!;
            if (lots["items"]!.AsArray().Any(l => (string)l!["state"]! == "open"))
                await Task.Delay(TimeSpan.FromMilliseconds(500));
            else if (page++ * 200 >= (int)lots["total"]!)
                return;
        }
    }

    /// <returns>The release.</returns>
    private static async Task<string> Release(World world, string project)
    {
        var asked = await world.Manager.Post("release", $"/api/v1/labelling-projects/{project}/release");
        await world.End(asked["jobId"], "release");
        return (string)(await world.Manager.Get("releases", "/api/v1/labelling-releases?size=1"))["items"]![0]!["id"]!;
    }

    private static void Table(string title, Latencies latencies, params string[] kinds)
    {
        Say($"\n| {title} | requests | median | 95 % | 99 % | slowest |\n|---|---|---|---|---|---|");
        foreach (var (kind, count, at) in latencies.Quantiles(0.5, 0.95, 0.99, 1).Where(q => kinds.Contains(q.Kind)))
            Say($"| {kind} | {count} | {string.Join(" | ", at.Select(a => a.ToString("F1", CultureInfo.InvariantCulture)))} |");
    }

    private static bool Rules(IReadOnlyList<(string Rule, long Broken)> rules)
    {
        Say("\n| what must hold | rows that break it |\n|---|---|");
        foreach (var (rule, broken) in rules)
            Say($"| {rule} | {broken} |");
        return rules.All(r => r.Broken == 0);
    }

    private static JsonArray Ids(IEnumerable<Person> people) => new([.. people.Select(p => (JsonNode)p.Id)]);

    private static JsonObject Level(IEnumerable<Person> validators, double share, double? errorLimit = null) => new()
    {
        ["validators"] = Ids(validators),
        ["share"] = share,
        ["lot"] = errorLimit is null ? null : new JsonObject { ["size"] = LotSize, ["errorLimit"] = errorLimit },
    };

    /// <summary>How far the estimates follow what the simulation made the readers: Pearson's and Spearman's correlation.</summary>
    /// <returns>Pearson's.</returns>
    private static async Task<IReadOnlyList<double>> Reliabilities(World world, string project, IReadOnlyList<Person> readers, Truth truth)
    {
        var page = await world.Manager.Get("reliability", $"/api/v1/labelling-projects/{project}/reliability?size=200");
        var rows = page["items"]!.AsArray().ToDictionary(r => (string)r!["accountId"]!, r => r!["items"]!.AsArray());
        var found = new List<double>();
        Say("\n| estimate of a reader's reliability | readers | Pearson's r with the truth | Spearman's ρ |\n|---|---|---|---|");
        foreach (var (title, item, figure) in new[] { ("accuracy against the result", Truth.Question, "mean"), ("accuracy by Dawid and Skene", Truth.Question, "modelled"), ("Dice against the result", Truth.Class, "mean") })
        {
            var pairs = readers.Select((r, i) => (True: truth.ReliabilityOf(i), Estimated: rows.GetValueOrDefault(r.Id)?.FirstOrDefault(x => (string)x!["item"]! == item)?[figure]?.GetValue<double>()))
                .Where(p => p.Estimated is not null).Select(p => (p.True, Estimated: p.Estimated!.Value)).ToArray();
            found.Add(Correlation(pairs));
            Say($"| {title} | {pairs.Length} | {found[^1]:F3} | {Correlation(Ranks(pairs)):F3} |");
        }

        return found;
    }

    private static double Correlation(IReadOnlyCollection<(double X, double Y)> pairs)
    {
        var (x, y) = (pairs.Average(p => p.X), pairs.Average(p => p.Y));
        return pairs.Sum(p => (p.X - x) * (p.Y - y)) / Math.Sqrt(pairs.Sum(p => (p.X - x) * (p.X - x)) * pairs.Sum(p => (p.Y - y) * (p.Y - y)));
    }

    private static (double X, double Y)[] Ranks(IReadOnlyCollection<(double X, double Y)> pairs) =>
        [.. pairs.Select(p => ((double)pairs.Count(o => o.X < p.X), pairs.Count(o => o.Y < p.Y) + (pairs.Count(o => o.Y == p.Y) - 1) / 2.0))];

    private static double ProcessorOf(int process)
    {
        using var found = Process.GetProcessById(process);
        return found.TotalProcessorTime.TotalSeconds;
    }

    private static void Say(string text) => Console.WriteLine(text);
}
