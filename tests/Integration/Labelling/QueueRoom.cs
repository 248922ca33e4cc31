using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>A started project whose readers ask for their cases one after another.</summary>
internal sealed class QueueRoom(LabellingApp app, ReadingRoom room, string project, IReadOnlyList<HttpClient> readers)
{
    public ReadingRoom Room => room;

    public HttpClient Manager => room.Manager;

    public string Project => project;

    public string Address => $"/api/v1/labelling-projects/{project}";

    public IReadOnlyList<HttpClient> Readers => readers;

    public async Task<Guid> Id(int reader) => (await app.Person($"reader{reader + 1}-{room.Name}", [Role.Expert])).Id;

    public static async Task<QueueRoom> Begin(
        LabellingApp app, int readers = 2, int cases = 4, int perCase = 2, JsonObject? terms = null, Action<JsonObject>? change = null, bool start = true, OrganisationId? organisation = null, Func<string, JsonObject>? schema = null)
    {
        var room = await ReadingRoom.Open(app, start: false, schema: schema);
        var plan = await room.PlanOf(cases);
        (plan["name"], plan["distribution"], plan["readersPerCase"], plan["mostReaders"]) = ($"Queue {room.Name}", "queue", perCase, perCase);
        (plan["terms"], plan["readers"]) = (terms ?? [], new JsonArray());
        var people = new List<HttpClient>();
        for (var n = 1; n <= readers; n++)
        {
            var name = $"reader{n}-{room.Name}";
            people.Add(await app.As(name, [Role.Expert]));
            var id = (await app.Person(name, [Role.Expert])).Id;
            plan["readers"]!.AsArray().Add(id);
            if (organisation is not null)
                await app.InDatabase(db => db.Set<Account>().Where(a => a.Id == id).ExecuteUpdateAsync(s => s.SetProperty(a => a.OrganisationId, organisation)));
        }

        change?.Invoke(plan);
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        var queue = new QueueRoom(app, room, (string)made["id"]!, people);
        if (start)
            await Sent(room.Manager.PostAsync($"{queue.Address}/start", null));
        return queue;
    }

    public Task<HttpResponseMessage> Next(HttpClient reader) => reader.PostAsJsonAsync("/api/v1/readings/next", new JsonObject { ["projectId"] = project });

    public async Task<JsonObject> Take(HttpClient reader) => await Sent(Next(reader));

    /// <summary>Labels and hands in a reading; the kidney of its own case.</summary>
    public async Task Read(HttpClient reader, JsonObject taken, int left = 4, string stone = "no")
    {
        var id = (string)taken["id"]!;
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{id}"));
        var series = (string)view["series"]![0]!["seriesInstanceUid"]!;
        var saved = await Sent(Save(reader, id, (int)view["revision"]!, room.Document(series, left, stone)));
        await Sent(Submit(reader, id, (int)saved["revision"]!));
    }

    public async Task<JsonObject> Assignment() => await Sent(Manager.GetAsync($"{Address}/assignment?size=200"));

    public async Task<JsonNode> Member(int reader)
    {
        var id = (await Id(reader)).ToString();
        return (await Assignment())["people"]!["items"]!.AsArray().Single(p => (string)p!["accountId"]! == id)!;
    }

    public static string Refusal(JsonObject problem) => ((string)problem["type"]!)[((string)problem["type"]!).IndexOf("labelling.", StringComparison.Ordinal)..];
}
