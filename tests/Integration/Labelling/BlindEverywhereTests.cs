using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Integration.Platform;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>
/// Every route of the host, those of the API as programs and all others as browsers ask for them, tried by everybody else while one reading is
/// locked and another is open: whatever is added to the platform is tried too, without a word here.
/// </summary>
public abstract partial class BlindEverywhereTests(LabellingApp app) : OnBothEngines(app)
{
    /// <summary>Places that one route is tried with, all of them; only its ids' own kinds are tried where the address says which they are.</summary>
    private const int MostPlaces = 60;

    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task No_operation_of_the_API_shows_another_reading_its_reader_or_that_it_exists()
    {
        var planted = await Planted.In(app);
        var before = await Planted.Look(Operations(planted, reading: true), planted.Experts);
        await planted.WriteMarkedReadings();
        var tried = Operations(planted, reading: true);
        Assert.True(tried.Count > 200, $"{tried.Count}");
        // Whose it is finds every mark by the same addresses: the marks are there to be found.
        var own = string.Join('\n', (await Planted.Look(tried, planted.Owners)).Values);
        Assert.All(planted.Labels, marker => Assert.Contains(marker, own, StringComparison.OrdinalIgnoreCase));
        var after = await Planted.Look(tried, planted.Experts);
        foreach (var (key, body) in after)
        {
            foreach (var marker in planted.Labels.Concat(planted.People))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
            // What another did leaves no trace at all: no count, no state, no time.
            if (before.TryGetValue(key, out var earlier))
                Assert.True(earlier == body, $"{key} tells that somebody has worked:\n- {earlier}\n+ {body}");
        }
    }

    [SkippableFact]
    public async Task No_role_whatever_finds_anothers_labels_before_they_are_due()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        var people = new List<(string, HttpClient)>();
        foreach (var role in Enum.GetValues<Role>())
            people.Add(($"{role}", await app.As(role, $"{role}-{planted.Room.Name}")));
        people.Add(("manager", planted.Room.Manager));
        foreach (var (key, body) in await Planted.Look(Operations(planted, reading: true), people))
        {
            foreach (var marker in planted.Labels)
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }
    }

    [SkippableFact]
    public async Task Nothing_that_is_sent_to_anothers_reading_is_answered_with_it()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        foreach (var (key, body) in await Planted.Look(Operations(planted, reading: false), planted.Experts))
        {
            foreach (var marker in planted.Labels.Concat(planted.People))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }
    }

    [SkippableFact]
    public async Task No_page_shows_another_reading_or_its_reader()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        foreach (var person in new[] { "reader2", "adjudicator", "validator", "stranger" })
        {
            var browser = new Browser(app);
            await browser.SignIn($"{person}-{planted.Room.Name}", PirogovApp.Password);
            foreach (var address in Pages(planted))
            {
                var body = await (await browser.Client.GetAsync(address)).Content.ReadAsStringAsync();
                foreach (var marker in planted.Labels.Concat(planted.People.Where(p => !address.Contains(p, StringComparison.OrdinalIgnoreCase))))
                    Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{person} {address} shows {marker}");
            }
        }
    }

    private List<(HttpMethod Method, string Address)> Operations(Planted planted, bool reading) =>
    [
        .. from route in Routes()
           where route.Path.StartsWith("/api/", StringComparison.Ordinal) && route.Method is "GET" or "POST" or "PUT" or "DELETE" or "PATCH" && route.Method is "GET" == reading
           from address in Places(route.Path, planted)
           select (new HttpMethod(route.Method), address),
    ];

    private IEnumerable<string> Pages(Planted planted) =>
        Routes().Where(r => r.Method == "GET" && !r.Path.StartsWith("/api/", StringComparison.Ordinal)).SelectMany(r => Places(r.Path, planted));

    /// <summary>Of everything that the host answers; its files are the same for everybody.</summary>
    private IEnumerable<(string Method, string Path)> Routes() =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (method, "/" + string.Join('/', e.RoutePattern.PathSegments.Select(s =>
                string.Concat(s.Parts.Select(p => p switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
                    RoutePatternSeparatorPart separator => separator.Content,
                    _ => "",
                })))))))
            .Distinct();

    private static string[] Places(string path, Planted planted)
    {
        string[] filled = [.. Filled(path, planted)];
        Assert.True(filled.Length <= MostPlaces, $"{path} has {filled.Length} places: say of which kind its ids are.");
        return filled;
    }

    private static IEnumerable<string> Filled(string path, Planted planted)
    {
        var at = Parameter().Match(path);
        if (!at.Success)
            return [path];
        var before = path[..at.Index].TrimEnd('/').Split('/')[^1];
        return planted.IdsFor(before, at.Groups["name"].Value).SelectMany(id => Filled(string.Concat(path.AsSpan(0, at.Index), id, path.AsSpan(at.Index + at.Length)), planted));
    }

    [GeneratedRegex(@"\{(?<name>[^}:?]+)[^}]*\}")]
    private static partial Regex Parameter();

    /// <summary>A case with three blind readers: the first hands in, the third saves, and the second looks around.</summary>
    private sealed partial class Planted
    {
        private readonly LabellingApp app;
        private readonly Guid objectId = Guid.CreateVersion7();
        private readonly string value = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetInt32(40)}.{RandomNumberGenerator.GetInt32(100_000_000, 1_000_000_000)}");
        private readonly List<string> blobs = [];
        private readonly Dictionary<string, string[]> ids = [];

        private Planted(LabellingApp app, ReadingRoom room) => (this.app, Room) = (app, room);

        public ReadingRoom Room { get; }
        public string Project { get; private set; } = "";
        public IReadOnlyList<(string Name, HttpClient Client)> Experts { get; private set; } = [];

        /// <summary>What stands in the readings.</summary>
        public IEnumerable<string> Labels => [objectId.ToString(), value, .. blobs];

        /// <summary>Who reads, and under which id.</summary>
        public IEnumerable<string> People { get; private set; } = [];

        public static async Task<Planted> In(LabellingApp app)
        {
            var room = await Open(app, start: false);
            var planted = new Planted(app, room);
            var third = await app.As(Role.Expert, $"reader3-{room.Name}");
            var plan = await room.PlanOf(1);
            (plan["name"], plan["readersPerCase"]) = ($"{room.Name} blind", 3);
            plan["readers"]!.AsArray().Add(await room.Id("reader3"));
            var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
            planted.Project = (string)made["id"]!;
            await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{planted.Project}/start", null));
            await app.Settle();
            planted.Experts = [("reader2", room.Readers[1]), ("adjudicator", room.Adjudicator), ("validator", room.Validator), ("stranger", await app.As(Role.Expert, $"stranger-{room.Name}"))];
            planted.Writers = [room.Readers[0], third];
            await planted.Learn();
            return planted;
        }

        public IEnumerable<(string, HttpClient)> Owners => Writers.Select((w, i) => ($"writer{i}", w));

        private IReadOnlyList<HttpClient> Writers { get; set; } = [];

        public async Task WriteMarkedReadings()
        {
            foreach (var (place, writer) in Writers.Index())
            {
                var reading = await Reading(writer);
                var document = Room.Document(left: 5 + place);
                document["answers"]!["size"] = new JsonObject { ["value"] = JsonNode.Parse(value), ["uncertain"] = false, ["cannotAssess"] = false };
                document["objects"] = new JsonArray(new JsonObject
                {
                    ["id"] = objectId,
                    ["class"] = "kidney",
                    ["type"] = "length",
                    ["sopInstanceUid"] = "2.25.1.1.1",
                    ["frame"] = 1,
                    ["points"] = new JsonArray(new JsonArray(1, 1), new JsonArray(9, 9)),
                });
                var saved = await Sent(Save(writer, reading, 0, document));
                blobs.Add((string)saved["document"]!["masks"]![0]!["blob"]!);
                await Refused(HttpStatusCode.Conflict, Save(writer, reading, 0, document));
                if (place == 0)
                    await Sent(Submit(writer, reading, 1));
            }

            await app.Settle();
            await Learn();
        }

        /// <summary>The ids that an address may be filled with: of the kind that stands before them, or else all.</summary>
        public string[] IdsFor(string before, string name) => before switch
        {
            "readings" => ids["readings"],
            "labelling-projects" or "projects" => [Project],
            "side-drafts" => ids["drafts"],
            "accounts" or "labelling-experts" or "people" or "members" => ids["people"],
            "cases" when name == "caseId" => ids["projectCases"],
            "cases" => ids["cases"],
            "radiology" or "workbench" => ids["readings"],
            // Things of other rooms, of which there are none here: what stands behind them is tried with everything.
            "batches" or "competitions" or "datasets" or "solutions" or "dvc" or "git" => [Project],
            _ => name switch
            {
                "sop" or "instance" => ["2.25.1.1.1"],
                "frame" or "number" => ["1"],
                // Stored bytes are asked for by their hash in two parts.
                "head" => [.. blobs.Select(b => b[..2]).DefaultIfEmpty("00")],
                "rest" => [.. blobs.Select(b => b[2..]).DefaultIfEmpty("00")],
                "class" => ["kidney"],
                "series" or "seriesInstanceUid" => ["2.25.1.1"],
                "study" or "studyInstanceUid" => ["2.25.1"],
                _ => ids["all"],
            },
        };

        /// <summary>What each person gets, with everything that differs from call to call taken out.</summary>
        public static async Task<IReadOnlyDictionary<string, string>> Look(
            IReadOnlyList<(HttpMethod Method, string Address)> operations, IEnumerable<(string Name, HttpClient Client)> people)
        {
            var seen = new Dictionary<string, string>();
            foreach (var (name, client) in people)
            {
                foreach (var (method, address) in operations)
                {
                    using var request = new HttpRequestMessage(method, address);
                    if (method != HttpMethod.Get)
                        request.Content = JsonContent.Create(new JsonObject { ["baseRevision"] = 1, ["revision"] = 1, ["comment"] = "x" });
                    using var answer = await client.SendAsync(request);
                    var body = Told().Replace(await answer.Content.ReadAsStringAsync(), "·");
                    // An id that was asked for is no news.
                    foreach (var asked in address.Split('/', '?'))
                        body = asked.Length > 8 ? body.Replace(asked, "·", StringComparison.OrdinalIgnoreCase) : body;
                    seen[$"{name} {method} {address}"] = $"{(int)answer.StatusCode} {body}";
                }
            }

            return seen;
        }

        private async Task Learn()
        {
            var project = ProjectId.From(Guid.Parse(Project));
            var (readings, cases, drafts) = await app.InDatabase(async db => (
                await db.Set<Reading>().AsNoTracking().Where(r => r.ProjectId == project).ToArrayAsync(),
                await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == project).ToArrayAsync(),
                await db.Set<SideDraft>().AsNoTracking().ToArrayAsync()));
            var mine = await Room.Id("reader2");
            var others = readings.Where(r => r.AccountId != mine).ToArray();
            ids["readings"] = [.. others.Select(r => r.Id.ToString())];
            ids["projectCases"] = [.. cases.Select(c => c.Id.ToString())];
            ids["cases"] = [.. cases.Select(c => c.CaseId.ToString()), .. ids["projectCases"]];
            ids["drafts"] = [.. drafts.Where(d => others.Any(o => o.Id == d.ReadingId)).Select(d => d.Id.ToString()).DefaultIfEmpty(Guid.Empty.ToString())];
            ids["people"] = [.. others.Select(r => r.AccountId.ToString())];
            ids["all"] = [.. new[] { Project, Room.SchemaVersion }.Concat(ids["readings"]).Concat(ids["cases"]).Concat(ids["people"]).Concat(ids["drafts"]).Distinct()];
            People = [.. ids["people"], .. ids["readings"], $"reader1-{Room.Name}", $"reader3-{Room.Name}"];
        }

        /// <summary>Moments, and what names one request.</summary>
        [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|""traceId"":""[^""]*""")]
        private static partial Regex Told();
    }
}

public sealed class BlindEverywhereOnSqlite(LabellingOnSqlite app) : BlindEverywhereTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class BlindEverywhereOnPostgreSql(LabellingOnPostgreSql app) : BlindEverywhereTests(app), IClassFixture<LabellingOnPostgreSql>;
