using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Archive.Contracts;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Published annotations and published readings on their way through a project, from import to release.</summary>
public abstract class RealReadingsTests(LabellingApp app) : OnBothEngines(app)
{
    private const int FirstOfFigures = 2_000;

    private readonly LabellingApp app = app;

    /// <summary>NEREL-BIO: the corpus comes as pre-labels, two read, and what is released is the corpus, span for span and relation for relation.</summary>
    [SkippableFact]
    public async Task A_published_corpus_comes_in_as_brat_is_read_by_two_and_leaves_as_brat_the_same()
    {
        var folder = SharedData.Folder("data", "text", "nerel-bio", "nerel-bio-v1.0", "dev");
        Skip.If(folder is null, "The corpus NEREL-BIO is not beside the repository.");
        string[] stems = ["25909608_ru", "26031946_ru"];
        string Ann(string stem) => File.ReadAllText(Path.Combine(folder, stem + ".ann"));
        string Txt(string stem) => File.ReadAllText(Path.Combine(folder, stem + ".txt"));
        app.Cases.Add([.. stems.Select(s => new CaseText(s + ".txt", new string('0', 64), Txt(s)))]);
        var corpus = stems.ToDictionary(s => s, s => Standoff(Ann(s), Txt(s)));
        Assert.Contains(corpus.Values.SelectMany(c => c), line => line.Contains(';', StringComparison.Ordinal));

        var room = await Open(app, schema: name => Nerel(name, corpus.Values.SelectMany(c => c)), plan: p =>
        {
            p["cases"] = new JsonArray([.. stems.Select((_, n) => (JsonNode)$"00000000-0000-7000-8000-{InventedCases.FirstOfTexts + n:D12}")]);
            p["threshold"] = 1.0;
            p["passes"] = new JsonObject { ["show"] = "atStart", ["compared"] = "final", ["confirmation"] = "perCase" };
        });
        var zip = ExchangeTests.Zip([.. stems.SelectMany(s => new[] { (s + ".ann", Encoding.UTF8.GetBytes(Ann(s))), (s + ".txt", Encoding.UTF8.GetBytes(Txt(s))) })]);
        var sent = await Sent(ExchangeTests.Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=brat&name=nerel.zip", zip));
        await app.Settle();
        var import = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}"));
        var left = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines"));
        Assert.True((int)import["notTaken"]! == 0, left.ToJsonString());
        Assert.Equal((2, corpus.Values.Sum(c => c.Length)), ((int)import["cases"]!, (int)import["taken"]!));

        foreach (var reader in room.Readers)
        {
            for (var n = 0; n < stems.Length; n++)
            {
                var reading = await Reading(reader);
                var document = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!.AsObject();
                // The second reader overlooks the last mention of the second text, and what is joined to it.
                if (reader == room.Readers[1] && n == 1)
                    Overlook(document);
                var saved = await Sent(Save(reader, reading, 0, document));
                await Sent(Submit(reader, reading, (int)saved["revision"]!, confirmPreLabels: true));
            }
        }

        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var disputed = view["adjudication"]!["disagreements"]!.AsArray().Select(d => d!["disagreement"]!).ToArray();
        Assert.Single(disputed, d => (string)d["kind"]! == "missing");
        Assert.All(disputed, d => Assert.Contains((string)d["kind"]!, new[] { "missing", "relation" }));
        var whole = (string)view["sources"]!.AsArray().MaxBy(s => s!["document"]!["objects"]!.AsArray().Count)!["name"]!;
        var revision = 0;
        foreach (var one in disputed.OrderBy(d => (string)d["kind"]! == "relation"))
            revision = (int)(await Sent(AdjudicationTests.Decide(room.Adjudicator, decision, revision, one, "source", whole)))["revision"]!;
        await Sent(Submit(room.Adjudicator, decision, revision));
        await app.Settle();
        for (var n = 0; n < stems.Length; n++)
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();

        var release = await room.Release();
        var files = await ExchangeTests.Unzip(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/export?format=brat"));
        Assert.DoesNotContain("losses.tsv", files.Keys);
        foreach (var (stem, expected) in corpus)
        {
            string Of(string ending) => Encoding.UTF8.GetString(files.Single(f => f.Key.EndsWith(stem + ending, StringComparison.Ordinal)).Value);
            Assert.Equal(Txt(stem), Of(".txt"));
            Assert.Equal(expected, Standoff(Of(".ann"), Of(".txt")));
        }
    }

    /// <summary>155 candidates for a mitotic figure, seen by five pathologists through a microscope (FDA and MSKCC 2018).</summary>
    [SkippableFact]
    public async Task Readings_of_five_pathologists_give_the_project_the_alpha_of_their_table()
    {
        var folder = SharedData.Folder("data", "multireader", "mitotic-figure-counts", "data");
        Skip.If(folder is null, "The readings of five pathologists are not beside the repository.");
        bool[][] table = [.. File.ReadLines(Path.Combine(folder, "dfClassify20180627.csv")).Skip(1).Where(l => l.EndsWith("\"microscope\"", StringComparison.Ordinal))
            .Select(l => l.Split(',')[^7..^2].Select(v => int.Parse(v, CultureInfo.InvariantCulture) == 1).ToArray())];
        Assert.Equal(155, table.Length);
        app.Cases.AddSlides(FirstOfFigures, table.Length);
        var five = await Task.WhenAll(Enumerable.Range(1, 5).Select(n => app.As($"pathologist{n}", [Role.Expert])));
        var people = await Task.WhenAll(Enumerable.Range(1, 5).Select(n => app.Person($"pathologist{n}", [Role.Expert])));
        var room = await Open(app, schema: Mitosis, plan: p =>
        {
            (p["readersPerCase"], p["mostReaders"]) = (5, 5);
            p["readers"] = new JsonArray([.. people.Select(x => (JsonNode)x.Id)]);
            p["cases"] = new JsonArray([.. table.Select((_, n) => (JsonNode)$"00000000-0000-7000-8000-{FirstOfFigures + n:D12}")]);
        });
        foreach (var (place, reader) in five.Index())
        {
            foreach (var waiting in (await Sent(reader.GetAsync("/api/v1/readings")))["open"]!.AsArray())
            {
                var candidate = int.Parse(((string)waiting!["caseLabel"]!)[5..], CultureInfo.InvariantCulture) - FirstOfFigures;
                await Sent(Save(reader, (string)waiting["id"]!, 0, Answered(room, table[candidate][place])));
                await Sent(Submit(reader, (string)waiting["id"]!, 1));
            }
        }

        await app.Settle();
        var told = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality")))["agreement"]!["questions"]!.AsArray().Single()!;
        Assert.Equal(("krippendorff-alpha", 155, 155), ((string)told["coefficient"]!, (int)told["rated"]!, (int)told["cases"]!));

        // Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), nominal data without gaps: 1 − (n − 1) Σ o(c,k) / Σ n(c) n(k), c ≠ k.
        double[] yes = [.. table.Select(row => (double)row.Count(v => v))];
        var (given, positive) = (5.0 * table.Length, yes.Sum());
        var observed = yes.Sum(y => 2 * y * (5 - y) / 4);
        Assert.Equal(1 - (given - 1) * observed / (2 * positive * (given - positive)), (double)told["kappa"]!, 9);
        Assert.Equal(yes.Average(y => (y * (y - 1) + (5 - y) * (4 - y)) / 20), (double)told["observed"]!, 9);
        Assert.InRange((double)told["kappa"]!, (double)told["lower"]!, (double)told["upper"]!);
    }

    /// <summary>Mentions as "TYPE start end;start end quote" and relations by the mentions that they join: what a numbering anew leaves alone.</summary>
    private static string[] Standoff(string annotations, string text)
    {
        var lines = annotations.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => l.Split('\t')).ToArray();
        var runes = text.EnumerateRunes().ToArray();
        var mentions = lines.Where(l => l[0][0] == 'T').ToDictionary(l => l[0], l => l[1].ToLowerInvariant() + " " + string.Join(' ', l[1][(l[1].IndexOf(' ', StringComparison.Ordinal) + 1)..].Split(';')
            .Select(s => s.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray()).Select(s => string.Concat(runes[s[0]..s[1]]))));
        var relations = lines.Where(l => l[0][0] == 'R').Select(l => l[1].Split(' '))
            .Select(r => $"{r[0].ToLowerInvariant()}: {mentions[r[1].Split(':')[1]]} → {mentions[r[2].Split(':')[1]]}");
        return [.. mentions.Values.Concat(relations).Order(StringComparer.Ordinal)];
    }

    private static void Overlook(JsonObject document)
    {
        var last = document["objects"]!.AsArray()[^1]!;
        var joined = document["relations"]!.AsArray().Where(r => (string)r!["from"]! == (string)last["id"]! || (string)r["to"]! == (string)last["id"]!).ToArray();
        foreach (var relation in joined)
            document["relations"]!.AsArray().Remove(relation);
        document["objects"]!.AsArray().Remove(last);
    }

    /// <summary>A class for each type of mention; types of relations join any two.</summary>
    private static JsonObject Nerel(string name, IEnumerable<string> standoff)
    {
        string[] classes = [.. standoff.Where(s => !s.Contains(": ", StringComparison.Ordinal) || !s.Contains(" → ", StringComparison.Ordinal)).Select(s => s.Split(' ')[0]).Distinct()];
        string[] relations = [.. standoff.Where(s => s.Contains(" → ", StringComparison.Ordinal)).Select(s => s.Split(':')[0]).Distinct()];
        return new()
        {
            ["name"] = $"NEREL-BIO {name}",
            ["dataKind"] = "clinicalText",
            ["classes"] = new JsonArray([.. classes.Select((c, n) => (JsonNode)new JsonObject { ["id"] = c, ["name"] = Both(c), ["color"] = $"#{n * 70_001:x6}", ["geometries"] = new JsonArray("span") })]),
            ["questions"] = new JsonArray(),
            ["relations"] = new JsonArray([.. relations.Select(r => (JsonNode)new JsonObject
            {
                ["id"] = r, ["name"] = Both(r), ["from"] = new JsonArray([.. classes.Select(c => (JsonNode)c)]), ["to"] = new JsonArray([.. classes.Select(c => (JsonNode)c)]),
            })]),
        };
    }

    private static JsonObject Mitosis(string name) => new()
    {
        ["name"] = $"Mitoses {name}",
        ["dataKind"] = "pathology",
        ["classes"] = new JsonArray(),
        ["questions"] = new JsonArray(new JsonObject { ["id"] = "mitosis", ["text"] = Both("Митоз?"), ["type"] = "boolean", ["required"] = true, ["options"] = new JsonArray() }),
    };

    private static JsonObject Answered(ReadingRoom room, bool mitosis) => new()
    {
        ["schemaVersion"] = room.SchemaVersion,
        ["masks"] = new JsonArray(),
        ["objects"] = new JsonArray(),
        ["answers"] = new JsonObject { ["mitosis"] = new JsonObject { ["value"] = mitosis, ["uncertain"] = false, ["cannotAssess"] = false } },
    };

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };
}

public sealed class RealReadingsOnSqlite(LabellingOnSqlite app) : RealReadingsTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class RealReadingsOnPostgreSql(LabellingOnPostgreSql app) : RealReadingsTests(app), IClassFixture<LabellingOnPostgreSql>;
