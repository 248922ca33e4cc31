using System.Net.Http.Json;
using System.Text.Json.Nodes;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Cases whose right labels a project knows.</summary>
internal static class KnownCases
{
    public static JsonObject Control(double share, int fewest = 3) => new() { ["gold"] = new JsonObject { ["share"] = share, ["threshold"] = 0.6, ["fewest"] = fewest } };

    public static string Case(int n) => $"00000000-0000-7000-8000-{n:D12}";

    public static Task<HttpResponseMessage> Add(QueueRoom queue, int n, bool training) => queue.Manager.PostAsJsonAsync($"{queue.Address}/gold",
        new JsonObject { ["caseId"] = Case(n), ["training"] = training, ["document"] = queue.Room.Document($"2.25.{n}.1") });

    public static Task<JsonObject> Gold(QueueRoom queue, int n, bool training) => Sent(Add(queue, n, training));
}
