using System.Text;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// A project in which a model's findings are shown after the blind reading: what one expert drew before stands for the model, the other follows it.
/// Of three cases two come to a consensus, and the third waits for an adjudicator.
/// </summary>
internal static class SecondPassProject
{
    private const string Name = "Второе прочтение после находок модели";
    private const int Cases = 3;

    /// <returns>The project, its case in adjudication, and an import of pre-labels.</returns>
    public static async Task<(JsonNode Project, JsonNode Case, JsonNode Import)> In(DemoPlatform demo)
    {
        var manager = await demo.As("manager");
        if ((await manager.Items("/api/v1/labelling-projects?size=50")).FirstOrDefault(p => (string)p["name"]! == Name) is not { } known)
        {
            var (first, second) = (await Drawn(await demo.As("expert1")), await Drawn(await demo.As("expert2")));
            known = await Plan(manager, first);
            foreach (var (label, view) in first)
            {
                var sent = await manager.Send($"/api/v1/labelling-projects/{known["id"]}/prelabels?format=pirogov&name={label}.json", Encoding.UTF8.GetBytes(Document(view).ToJsonString()));
                await manager.Job(sent["jobId"]!);
            }

            await manager.Post($"/api/v1/labelling-projects/{known["id"]}/start");
            await Read(await demo.As("expert1"), known["id"]!, first, first, "good");
            await Read(await demo.As("expert2"), known["id"]!, second, first, "limited");
            await manager.Until($"/api/v1/labelling-projects/{known["id"]}", p => (int?)p["states"]!["adjudication"] == 1 && (int?)p["states"]!["validation"] == 2);
            await manager.Until($"/api/v1/labelling-projects/{known["id"]}/second-pass", r => (int)r["readings"]! == 4);
        }

        var project = $"/api/v1/labelling-projects/{known["id"]}";
        return (known["id"]!, (await manager.Items($"{project}/cases?state=adjudication"))[0]["id"]!, (await manager.Items($"{project}/imports"))[0]["id"]!);
    }

    /// <summary>What an expert handed in before, by the case's label.</summary>
    private static async Task<SortedDictionary<string, JsonNode>> Drawn(Api expert)
    {
        var drawn = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var finished = (await expert.Get("/api/v1/readings"))["finished"]!.AsArray().Where(r => (string)r!["mode"]! == "read").OrderBy(r => (string)r!["caseLabel"]!);
        foreach (var one in finished.Take(Cases))
            drawn[(string)one!["caseLabel"]!] = await expert.Get($"/api/v1/readings/{one["id"]}");
        return drawn;
    }

    private static async Task<JsonNode> Plan(Api manager, SortedDictionary<string, JsonNode> drawn)
    {
        var people = (await manager.Get("/api/v1/labelling-experts")).AsArray().ToDictionary(e => (string)e!["name"]!, e => (string)e!["accountId"]!);
        var readers = (await manager.Items("/api/v1/labelling-projects?size=50")).Select(p => (string)p["id"]!).First();
        var members = (await manager.Get($"/api/v1/labelling-projects/{readers}?size=200"))["people"]!["items"]!.AsArray();
        string[] Of(string mode) => [.. members.Where(m => (string)m!["mode"]! == mode).Select(m => people[(string)m!["name"]!])];
        return await manager.Post("/api/v1/labelling-projects", new
        {
            name = Name,
            schemaVersionId = (string)drawn.Values.First()["document"]!["schemaVersion"]!,
            cases = drawn.Values.Select(v => (string)v["case"]!["id"]!),
            readers = Of("read"),
            adjudicators = Of("adjudicate"),
            levels = new[] { new { validators = Of("validate") } },
            threshold = 0.8,
            passes = new { show = "secondPass", confirmation = "perCase" },
        });
    }

    /// <summary>First what one sees oneself, then what the findings say; about the last case the readers stay apart.</summary>
    private static async Task Read(Api expert, JsonNode project, SortedDictionary<string, JsonNode> blind, SortedDictionary<string, JsonNode> revised, string quality)
    {
        var open = (await expert.Get("/api/v1/readings"))["open"]!.AsArray().Where(r => (string)r!["projectId"]! == (string)project!).ToArray();
        foreach (var one in open)
        {
            var (id, label) = ((string)one!["id"]!, (string)one["caseLabel"]!);
            await HandIn(expert, id, 0, Document(blind[label], quality));
            await expert.Until($"/api/v1/readings/{id}", v => (int)v["pass"]! == 2);
            await HandIn(expert, id, 1, Document(revised[label], label == blind.Keys.Last() ? quality : "good"));
        }
    }

    private static async Task HandIn(Api expert, string reading, int revision, JsonNode document)
    {
        var saved = await expert.Put($"/api/v1/readings/{reading}/document", new { baseRevision = revision, document });
        await expert.Post($"/api/v1/readings/{reading}/submit", new { revision = (int)saved["revision"]!, confirmPreLabels = true });
    }

    private static JsonNode Document(JsonNode view, string? quality = null)
    {
        var document = view["document"]!.DeepClone();
        foreach (var mask in document["masks"]!.AsArray())
            mask!.AsObject().Remove("blob");
        if (quality is not null)
            document["answers"]!["quality"] = new JsonObject { ["value"] = quality };
        else
            document["answers"] = new JsonObject();
        return document;
    }
}
