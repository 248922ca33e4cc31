using System.Text.Json.Nodes;
using Pirogov.Imaging;

namespace Pirogov.EndToEnd.Journey;

/// <summary>Labels as an expert's own program would send them: a disc of each class on two slices.</summary>
internal static class Labels
{
    public static readonly string[] Classes = ["liver", "lesion"];

    /// <param name="shift">Pixels by which the hand of this reader differs.</param>
    public static async Task Read(Api expert, string reading, int shift)
    {
        var view = await expert.Get($"/api/v1/readings/{reading}");
        var masks = new JsonArray();
        foreach (var (instance, rows, columns) in (await Instances(expert, view)).Take(2))
        {
            foreach (var (name, i) in Classes.Select((c, i) => (c, i)))
                masks.Add(Mask(name, instance, Disc(rows, columns, rows / 2, columns * (i + 1) / 3 + shift, rows / 10)));
        }

        var saved = await expert.Put($"/api/v1/readings/{reading}/document", new
        {
            baseRevision = (int)view["revision"]!,
            document = new JsonObject
            {
                ["schemaVersion"] = (string)view["schema"]!["id"]!,
                ["masks"] = masks,
                ["objects"] = new JsonArray(),
                ["answers"] = new JsonObject { ["quality"] = new JsonObject { ["value"] = "good", ["uncertain"] = false, ["cannotAssess"] = false } },
            },
        });
        await expert.Post($"/api/v1/readings/{reading}/submit", new { revision = (int)saved["revision"]!, leaveUndecided = (string)view["mode"]! == "adjudicate" });
    }

    /// <summary>Open readings of this person in this project.</summary>
    public static async Task<JsonNode[]> Open(Api expert, string project) =>
        [.. (await expert.Get("/api/v1/readings"))["open"]!.AsArray().Where(r => (string)r!["projectId"]! == project).Select(r => r!)];

    private static async Task<List<(string Uid, int Rows, int Columns)>> Instances(Api expert, JsonNode view)
    {
        var series = view["series"]!.AsArray().MaxBy(s => (int)s!["instanceCount"]!)!;
        var metadata = await expert.Get($"/dicomweb/studies/{series["studyInstanceUid"]}/series/{series["seriesInstanceUid"]}/metadata");
        return [.. metadata.AsArray().Select(i => ((string)i!["00080018"]!["Value"]![0]!, (int)i["00280010"]!["Value"]![0]!, (int)i["00280011"]!["Value"]![0]!))];
    }

    private static RunLengthMask Disc(int rows, int columns, int y, int x, int radius)
    {
        var bits = new bool[rows * columns];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                bits[row * columns + column] = (row - y) * (row - y) + (column - x) * (column - x) <= radius * radius;
        return RunLengthMask.FromBits(bits, rows, columns);
    }

    private static JsonObject Mask(string name, string uid, RunLengthMask mask) => new()
    {
        ["class"] = name,
        ["sopInstanceUid"] = uid,
        ["frame"] = 1,
        ["rows"] = mask.Rows,
        ["columns"] = mask.Columns,
        ["pixelCount"] = mask.PixelCount,
        ["runs"] = Convert.ToBase64String(mask.Encode()),
    };
}
