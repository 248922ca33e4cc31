using System.Globalization;
using System.Text.Json.Nodes;

namespace Pirogov.Benchmarks.Simulation;

internal sealed record Person(string Login, string Id, Caller Api);

/// <param name="Label">The same in every run, unlike all identifiers.</param>
internal sealed record SimulatedCase(string Label, string SopInstanceUid);

/// <summary>The people, the schema and the cases of a simulated project, made through the API as an administrator and a manager would.</summary>
internal sealed class World(HttpClient http, Latencies latencies)
{
    private const string Password = "Simulated-Password-1";
    private const int MostAtOnce = 8;

    public required Caller Administrator { get; init; }
    public required Caller Manager { get; init; }
    public string SchemaVersion { get; private set; } = "";

    /// <summary>By id, with their first images: asked once and kept as a workbench keeps them.</summary>
    public required IReadOnlyDictionary<string, SimulatedCase> Cases { get; init; }

    public static async Task<World> Open(HttpClient http, Latencies latencies, string batch)
    {
        var engineer = await SignIn(http, latencies, "engineer", "Pirogov-1810");
        var cases = new Dictionary<string, SimulatedCase>();
        for (var page = 1; ; page++)
        {
            var items = (await engineer.Get("list cases", $"/api/v1/cases?batch={batch}&page={page}&size=200"))["items"]!.AsArray();
            foreach (var one in items)
                cases[(string)one!["id"]!] = new((string)one["label"]!, "");
            if (items.Count < 200)
                break;
        }

        await Parallel.ForEachAsync(cases.Keys.ToArray(), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce }, async (id, _) =>
        {
            var series = (await engineer.Get("see case", $"/api/v1/cases/{id}/viewer"))["series"]!.AsArray().Single()!;
            var metadata = await engineer.Get("metadata", $"/dicomweb/studies/{series["studyInstanceUid"]}/series/{series["seriesInstanceUid"]}/metadata");
            lock (cases)
                cases[id] = cases[id] with { SopInstanceUid = (string)metadata[0]!["00080018"]!["Value"]![0]! };
        });
        return new World(http, latencies)
        {
            Administrator = await SignIn(http, latencies, "admin", "Pirogov-1810"),
            Manager = await SignIn(http, latencies, "manager", "Pirogov-1810"),
            Cases = cases,
        };
    }

    public async Task<IReadOnlyList<Person>> Experts(string kind, int count)
    {
        var people = new Person[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce }, async (i, _) =>
        {
            var login = string.Create(CultureInfo.InvariantCulture, $"{kind}{i:D3}");
            var made = await Administrator.Post("create account", "/api/v1/accounts",
                new { login, email = $"{login}@simulated.example", fullName = login, roles = new[] { "expert" }, password = Password });
            people[i] = new(login, (string)made["id"]!, await SignIn(http, latencies, login, Password));
        });
        return people;
    }

    public async Task PublishSchema(string name)
    {
        var made = await Manager.Post("create schema", "/api/v1/labelling-schemas", new
        {
            name,
            dataKind = "radiology",
            classes = new[] { new { id = Truth.Class, name = Both("Очаг"), color = "#d6336c", geometries = new[] { "mask" } } },
            questions = new[]
            {
                new { id = Truth.Question, text = Both("Находка"), type = "choice", required = true, options = Truth.Answers.Select(a => new { id = a, text = Both(a) }) },
            },
        });
        SchemaVersion = (string)(await Manager.Post("publish schema", $"/api/v1/labelling-schemas/{made["id"]}/publish"))["versionId"]!;
    }

    /// <param name="plan">What the project differs in.</param>
    public async Task<string> StartProject(string name, IEnumerable<string> cases, JsonObject plan)
    {
        plan["name"] = name;
        plan["schemaVersionId"] = SchemaVersion;
        plan["cases"] = new JsonArray([.. cases.Select(c => (JsonNode)c)]);
        var project = (string)(await Manager.Post("create project", "/api/v1/labelling-projects", plan))["id"]!;
        await End((await Manager.Post("start project", $"/api/v1/labelling-projects/{project}/start"))["jobId"], "start");
        return project;
    }

    /// <param name="job">None where the request has done it.</param>
    public async Task End(JsonNode? job, string what)
    {
        while (job is not null)
        {
            var state = (string)(await Manager.Get("progress", $"/api/v1/jobs/{job}"))["state"]!;
            if (state == "succeeded")
                return;
            if (state is "failed" or "cancelled")
                throw new InvalidOperationException($"The {what} ended as {state}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }

    private static object Both(string text) => new { ru = text, en = text };

    private static async Task<Caller> SignIn(HttpClient http, Latencies latencies, string login, string password)
    {
        var issued = await new Caller(http, latencies, "").Post("sign in", "/api/v1/tokens/issue", new { login, password, name = "simulation" });
        return new Caller(http, latencies, (string)issued["token"]!);
    }
}
