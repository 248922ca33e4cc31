using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Agreement;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>The algorithm that a plan names is the one by which its consensus is made, and the consensus says so.</summary>
public abstract class AlgorithmTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableTheory]
    [InlineData("majority", "majority", 5, 16)]
    [InlineData("intersection", "intersection", 6, 14)]
    [InlineData("staple", "staple", 5, 16)]
    [InlineData("simple", "simple", 5, 16)]
    [InlineData("shapeAverage", "shape-average", 5, 16)]
    public async Task Masks_of_three_become_one_by_the_planned_algorithm(string planned, string algorithm, int left, int width)
    {
        var third = await app.As("third", [Role.Expert]);
        var id = (await app.Person("third", [Role.Expert])).Id;
        var room = await Open(app, plan: p =>
        {
            (p["readersPerCase"], p["mostReaders"], p["consensus"]) = (3, 3, new JsonObject { ["masks"] = planned });
            p["readers"]!.AsArray().Add(id);
        });
        foreach (var (place, reader) in new[] { room.Readers[0], room.Readers[1], third }.Index())
            await ReadAndSubmit(reader, room.Document(left: 4 + place));
        await app.Settle();
        var element = Element(await Consensus(room, 0), "mask");
        Assert.Equal((algorithm, "kidney"), ((string)element["algorithm"]!, (string)element["id"]!));
        Assert.InRange((double)element["confidence"]!, 0.8, 1);
        // The middle one of three squares that lie a column apart; what all have in common is two columns narrower.
        var mask = (await Sent(room.Validator.GetAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}")))["document"]!["masks"]!.AsArray().Single()!;
        Assert.Equal(20 * width, (int)mask["pixelCount"]!);
        if (width == 16)
            Assert.Equal((string)Square("2.25.1.1", left)["runs"]!, (string)mask["runs"]!);
    }

    [SkippableTheory]
    [InlineData("dawidSkene", "dawid-skene")]
    [InlineData("mace", "mace")]
    public async Task Answers_are_modelled_by_the_planned_algorithm_as_soon_as_there_are_cases_enough(string planned, string algorithm)
    {
        var room = await Open(app, cases: AnswerModels.FewestCases, plan: p => p["consensus"] = new JsonObject { ["answers"] = planned });
        for (var n = 1; n < AnswerModels.FewestCases; n++)
            await Answer(room, n);
        await app.Settle();
        Assert.Equal("majority", (string)Element(await Consensus(room, 0), "answer")["algorithm"]!);
        await Answer(room, AnswerModels.FewestCases);
        await app.Settle();
        var last = await Consensus(room, AnswerModels.FewestCases - 1);
        var element = Element(last, "answer");
        Assert.Equal((algorithm, "stone"), ((string)element["algorithm"]!, (string)element["id"]!));
        Assert.InRange((double)element["confidence"]!, 0.95, 1);
        Assert.Equal(["A", "B"], element["sources"]!.AsArray().Select(s => (string)s!));
    }

    private static async Task Answer(ReadingRoom room, int number)
    {
        foreach (var reader in room.Readers)
            await ReadAndSubmit(reader, room.Document($"2.25.{number}.1", stone: number % 2 == 0 ? "yes" : "no"));
    }

    private static async Task<JsonNode> Consensus(ReadingRoom room, int place)
    {
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]!.AsArray().OrderBy(c => (string)c!["label"]!).ElementAt(place)!;
        return (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one["id"]}/comparison")))["consensus"]!;
    }

    private static JsonNode Element(JsonNode consensus, string kind) => consensus["elements"]!.AsArray().Single(e => (string)e!["kind"]! == kind)!;
}

public sealed class AlgorithmsOnSqlite(LabellingOnSqlite app) : AlgorithmTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class AlgorithmsOnPostgreSql(LabellingOnPostgreSql app) : AlgorithmTests(app), IClassFixture<LabellingOnPostgreSql>;
