using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>Labels of the same things before and after a version, and the project that goes over.</summary>
internal static class MigratedLabels
{
    /// <summary>Two read; the third is a newcomer, whose training case has labels of the first version.</summary>
    public static async Task<QueueRoom> BeginUnderTheFirst(LabellingApp app)
    {
        var queue = await QueueRoom.Begin(app, readers: 3, cases: 4, schema: First, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.9 } },
            change: p => p["levels"]![0]!["mayCorrect"] = true);
        await KnownLabels(queue);
        for (var n = 0; n < 2; n++)
            await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(n)}/admit", null));
        return queue;
    }

    public static Task<JsonObject> KnownLabels(QueueRoom queue) => Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/gold", new JsonObject
    {
        ["caseId"] = "00000000-0000-7000-8000-000000000020",
        ["training"] = true,
        ["document"] = Labels(queue.Room, 20),
    }));

    /// <summary>Under the first version.</summary>
    public static JsonObject Labels(ReadingRoom room, int n, int left = 2, string stone = "no")
    {
        var document = room.Document($"2.25.{n}.1", stone: stone);
        document["masks"]!.AsArray().Add(Mask("left", left, $"2.25.{n}.1"));
        document["masks"]!.AsArray().Add(Mask("right", 14, $"2.25.{n}.1"));
        document["objects"] = new JsonArray(At(Point("lesion", "cystic"), n, 3), At(Point("lesion", "solid"), n, 20), At(Point("scar"), n, 28));
        return document;
    }

    /// <summary>The same as who reads under the second version draws it.</summary>
    public static JsonObject After(QueueRoom queue, int n, string version)
    {
        var document = queue.Room.Document($"2.25.{n}.1");
        document["schemaVersion"] = version;
        var mask = Mask("stone_mask", 2, $"2.25.{n}.1");
        mask["runs"] = Union(mask, Mask("right", 14, $"2.25.{n}.1"));
        document["masks"]!.AsArray().Add(mask);
        document["objects"] = new JsonArray(At(Point("cyst"), n, 3), At(Point("tumour"), n, 20));
        return document;
    }

    private static string Union(JsonObject one, JsonObject other)
    {
        Imaging.RunLengthMask Of(JsonObject mask) => Imaging.RunLengthMask.Decode(Convert.FromBase64String((string)mask["runs"]!), InventedCases.Side, InventedCases.Side);
        return Convert.ToBase64String(Of(one).Union(Of(other)).Encode());
    }

    public static JsonObject At(JsonObject point, int n, int column)
    {
        point["sopInstanceUid"] = $"2.25.{n}.1.1";
        point["points"] = new JsonArray(new JsonArray(column, 4));
        return point;
    }

    public static async Task Hand(QueueRoom queue, HttpClient reader, JsonObject document) => await Read(reader, (string)(await queue.Take(reader))["id"]!, document);

    public static async Task Read(HttpClient reader, string reading, JsonObject document)
    {
        var saved = await Sent(Save(reader, reading, 0, document));
        await Sent(Submit(reader, reading, (int)saved["revision"]!));
    }

    public static Task<HttpResponseMessage> Release(QueueRoom queue) => queue.Manager.PostAsJsonAsync($"{queue.Address}/release", new { });
}
