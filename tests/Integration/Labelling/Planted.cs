using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Store;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>A case with three blind readers: the first hands in, the third saves, and the second looks around.</summary>
internal sealed partial class Planted
{
    private readonly LabellingApp app;
    private readonly Guid objectId = Guid.CreateVersion7();
    private readonly string value = string.Create(CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetInt32(40)}.{RandomNumberGenerator.GetInt32(100_000_000, 1_000_000_000)}");
    private readonly List<string> blobs = [];

    /// <summary>By which the store and its remotes are asked for what was written.</summary>
    private readonly List<string> digests = [];
    private readonly Dictionary<string, string[]> ids = [];

    private Planted(LabellingApp app, ReadingRoom room) => (this.app, Room) = (app, room);

    public ReadingRoom Room { get; }
    public string Project { get; private set; } = "";
    public IReadOnlyList<(string Name, HttpClient Client)> Experts { get; private set; } = [];

    /// <summary>What stands in the readings.</summary>
    public IEnumerable<string> Labels => [objectId.ToString(), value, .. blobs];

    /// <summary>Who reads, and under which id.</summary>
    public IEnumerable<string> People { get; private set; } = [];

    public const string Both = "both";

    /// <summary>What a comparison came to, in the places where its manager is shown it.</summary>
    public IReadOnlyList<string> Compared { get; private set; } = [];

    /// <summary>What the platform has made of the readings since.</summary>
    public IEnumerable<string> Made => Compared.Concat(digests);

    /// <summary>A manager is told who reads, and no more.</summary>
    public IEnumerable<string> PeopleHiddenFrom(string key) => key.StartsWith(Both, StringComparison.Ordinal) ? [] : People;

    /// <summary>Two of four may read, and a third if these disagree: they do. One of the four, who waits still, is a manager too.</summary>
    public static async Task<Planted> WithAThird(LabellingApp app)
    {
        var room = await Open(app, start: false);
        var planted = new Planted(app, room);
        var (third, both) = (await app.As(Role.Expert, $"reader3-{room.Name}"), await app.As($"{Both}-{room.Name}", [Role.LabellingManager, Role.Expert]));
        var plan = await room.PlanOf(1);
        (plan["name"], plan["distribution"], plan["readersPerCase"], plan["mostReaders"]) = ($"{room.Name} third", "queue", 2, 3);
        foreach (var id in new[] { await room.Id("reader3"), (await app.Person($"{Both}-{room.Name}", [Role.LabellingManager, Role.Expert])).Id })
            plan["readers"]!.AsArray().Add(id);
        planted.Project = (string)(await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan)))["id"]!;
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{planted.Project}/start", null));
        planted.Experts = [("reader2", room.Readers[1]), ("adjudicator", room.Adjudicator), ("validator", room.Validator), ("stranger", await app.As(Role.Expert, $"stranger-{room.Name}")), (Both, both)];
        planted.Writers = [room.Readers[0], third];
        foreach (var writer in planted.Writers)
            await Sent(writer.PostAsJsonAsync("/api/v1/readings/next", new { projectId = planted.Project }));
        await planted.WriteMarkedReadings(isThirdNeeded: true);
        await Sent(room.Readers[1].PostAsJsonAsync("/api/v1/readings/next", new { projectId = planted.Project }));
        await Sent(Save(room.Readers[1], await Reading(room.Readers[1]), 0, room.Document(left: 9)));
        await planted.Learn();
        Assert.NotEmpty(planted.ids["disagreements"]);
        return planted;
    }

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

    public async Task WriteMarkedReadings(bool isThirdNeeded = false)
    {
        foreach (var (place, writer) in Writers.Index())
        {
            var reading = await Reading(writer);
            var document = isThirdNeeded ? Room.Document(left: 4 + 10 * place, stone: place == 0 ? "no" : "yes") : Room.Document(left: 5 + place);
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
            if (place == 0 || isThirdNeeded)
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
        "disagreements" => ids["disagreements"],
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
            "head" => [.. digests.Select(b => b[..2]).Distinct().DefaultIfEmpty("00")],
            "rest" => [.. digests.Where(b => b.StartsWith(before, StringComparison.Ordinal)).Select(b => b[2..]).DefaultIfEmpty("00")],
            "class" => ["kidney"],
            "series" or "seriesInstanceUid" => ["2.25.1.1"],
            "study" or "studyInstanceUid" => ["2.25.1"],
            _ => ids["all"],
        },
    };

    /// <summary>What each person gets, with everything that differs from call to call taken out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Look(
        IReadOnlyList<(HttpMethod Method, string Address)> operations, IEnumerable<(string Name, HttpClient Client)> people)
    {
        var seen = new Dictionary<string, string>();
        foreach (var (name, client) in people)
        {
            foreach (var (method, address) in operations)
            {
                using var request = new HttpRequestMessage(method, address);
                if (method != HttpMethod.Get)
                    request.Content = JsonContent.Create(Body());
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

    /// <summary>All that whose reading it is would send to any of its addresses: each takes what it knows.</summary>
    private JsonObject Body() => new()
    {
        ["baseRevision"] = 1,
        ["revision"] = 1,
        ["document"] = Room.Document(left: 7),
        ["disagreement"] = ids["disagreements"].FirstOrDefault(Guid.CreateVersion7().ToString()),
        ["choice"] = "source",
        ["source"] = "A",
        ["answers"] = new JsonArray(),
        ["reason"] = "poorQuality",
        ["text"] = "x",
        ["comment"] = "x",
        ["now"] = 10,
        ["intervals"] = new JsonArray(),
        ["projectId"] = Project,
    };

    private async Task Learn()
    {
        var project = ProjectId.From(Guid.Parse(Project));
        var (readings, cases, drafts) = await app.InDatabase(async db => (
            await db.Set<Reading>().AsNoTracking().Where(r => r.ProjectId == project).ToArrayAsync(),
            await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == project).ToArrayAsync(),
            await db.Set<SideDraft>().AsNoTracking().ToArrayAsync()));
        await LearnWhatWasMade(project);
        var mine = await Room.Id("reader2");
        var others = readings.Where(r => r.AccountId != mine).ToArray();
        ids["readings"] = [.. others.Select(r => r.Id.ToString())];
        ids["projectCases"] = [.. cases.Select(c => c.Id.ToString())];
        ids["cases"] = [.. cases.Select(c => c.CaseId.ToString()), .. ids["projectCases"]];
        ids["drafts"] = [.. drafts.Where(d => others.Any(o => o.Id == d.ReadingId)).Select(d => d.Id.ToString()).DefaultIfEmpty(Guid.Empty.ToString())];
        ids["people"] = [.. others.Select(r => r.AccountId.ToString())];
        ids["all"] = [.. new[] { Project, Room.SchemaVersion }.Concat(ids["readings"]).Concat(ids["cases"]).Concat(ids["people"]).Concat(ids["drafts"]).Concat(ids["disagreements"]).Concat(ids["comparisons"]).Distinct()];
        People = [.. ids["people"], .. ids["readings"], $"reader1-{Room.Name}", $"reader3-{Room.Name}"];
    }

    private async Task LearnWhatWasMade(ProjectId project)
    {
        var (comparisons, stored) = await app.InDatabase(async db => (
            await db.Set<Comparison>().AsNoTracking().Where(c => c.ProjectId == project).ToArrayAsync(),
            await db.Set<StoredObject>().AsNoTracking().Where(o => blobs.Contains(o.Sha256)).Select(o => o.Md5).ToArrayAsync()));
        ids["comparisons"] = [.. comparisons.Select(c => c.Id.ToString())];
        var found = new List<string>();
        foreach (var comparison in comparisons)
        {
            var detail = await app.InScope(s => s.GetRequiredService<ComparisonStore>().Detail(comparison, default));
            found.AddRange(detail.Disagreements.Select(d => d.Id.ToString()));
        }

        ids["disagreements"] = [.. found];
        Compared = comparisons.Length == 0 ? [] : [.. found, value];
        digests.Clear();
        digests.AddRange([.. stored, .. comparisons.SelectMany(c => new[] { c.DetailMd5, c.RegionsMd5, c.DraftMd5 })]);
    }

    /// <summary>Moments, and what names one request.</summary>
    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|""traceId"":""[^""]*""")]
    private static partial Regex Told();
}
