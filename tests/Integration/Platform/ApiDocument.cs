using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Platform;

/// <summary>
/// The description that the host serves, held against docs/api/v1.json by exact equality: whoever changes what a program
/// sees commits it, and the workbenches' types follow from the committed file.
/// </summary>
public sealed class ApiDocument(SqliteApp app) : IClassFixture<SqliteApp>
{
    private const string Accept = "PIROGOV_ACCEPT_API";

    private static string CommittedFile
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
            return Path.Combine(folder.FullName, "docs", "api", "v1.json");
        }
    }

    [Fact]
    public async Task The_served_description_is_the_committed_one()
    {
        var served = (await Served()).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            await File.WriteAllTextAsync(CommittedFile, served);
        var committed = await File.ReadAllTextAsync(CommittedFile);
        var first = committed.Split('\n').Zip(served.Split('\n')).Index().FirstOrDefault(l => l.Item.First != l.Item.Second);
        Assert.True(committed == served,
            $"/openapi/v1.json differs from docs/api/v1.json from line {first.Index + 1}:\n- {first.Item.First}\n+ {first.Item.Second}\n"
            + $"If that is meant, run this test with {Accept}=1, then `npm run generate` in web, and commit both files.");
    }

    [Fact]
    public async Task Every_operation_says_its_name_what_it_does_its_room_and_its_answers()
    {
        var operations = Operations(await Read()).ToArray();
        Assert.Empty(operations.Where(o => o.Node["summary"] is null || o.Node["operationId"] is null || o.Node["tags"] is not JsonArray { Count: 1 }).Select(o => o.Door));
        Assert.Empty(operations.GroupBy(o => (string)o.Node["operationId"]!).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.Empty(operations.Where(o => o.Node["responses"]!.AsObject().All(r => r.Key[0] != '2')).Select(o => o.Door));
        Assert.Empty(operations.Where(o => o.Node["responses"]!["default"] is null).Select(o => o.Door));
        Assert.Empty(operations.Where(o => Good(o.Node) is [var answer] && answer.Key != "204" && answer.Value!["content"] is null).Select(o => o.Door));
    }

    [Fact]
    public async Task Every_part_of_the_document_has_a_type()
    {
        var document = await Read();
        var untyped = document["components"]!["schemas"]!.AsObject().SelectMany(s => (s.Value!["properties"]?.AsObject() ?? []).Select(p => (Name: $"{s.Key}.{p.Key}", p.Value)))
            .Where(p => p.Value!.AsObject().Count == 0).Select(p => p.Name);
        // An answer to a question is a word, words, a number or yes and no: which, the schema's question says.
        Assert.Equal(["DocumentAnswer.value"], untyped);
        Assert.DoesNotContain(document["paths"]!.AsObject(), p => !p.Key.StartsWith("/api/v1/", StringComparison.Ordinal));
        Assert.Null(document["servers"]);
    }

    private static KeyValuePair<string, JsonNode?>[] Good(JsonNode operation) => [.. operation["responses"]!.AsObject().Where(r => r.Key[0] == '2')];

    private static IEnumerable<(string Door, JsonNode Node)> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Where(o => o.Value is JsonObject).Select(o => ($"{o.Key} {p.Key}", o.Value!)));

    private async Task<JsonNode> Read() => JsonNode.Parse(await Served())!;

    private async Task<string> Served()
    {
        using var nobody = app.Nobody();
        return await nobody.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
    }
}
