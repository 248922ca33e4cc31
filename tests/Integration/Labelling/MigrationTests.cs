using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>A project goes over to the next version of its schema in the middle of everything.</summary>
public abstract class MigrationTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task The_page_of_a_project_shows_its_cases_after_it_went_over_to_the_next_version()
    {
        var room = await Open(app, cases: 2, schema: First);
        await Read(room.Readers[0], await Reading(room.Readers[0]), Labels(room, 1));
        await Read(room.Readers[1], await Reading(room.Readers[1]), Labels(room, 1));
        await app.Settle();
        await Publish(room, Second(room.Name));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        Assert.Contains("Dice", await room.Manager.GetStringAsync($"/labelling/projects/{room.Project}"), StringComparison.Ordinal);
        await app.Settle();
    }

    /// <summary>Under the first version.</summary>
    private static JsonObject Labels(ReadingRoom room, int n, int left = 2, string stone = "no")
    {
        var document = room.Document($"2.25.{n}.1", stone: stone);
        document["masks"]!.AsArray().Add(Mask("left", left, $"2.25.{n}.1"));
        document["masks"]!.AsArray().Add(Mask("right", 14, $"2.25.{n}.1"));
        document["objects"] = new JsonArray(At(Point("lesion", "cystic"), n, 3), At(Point("lesion", "solid"), n, 20), At(Point("scar"), n, 28));
        return document;
    }

    private static JsonObject At(JsonObject point, int n, int column)
    {
        point["sopInstanceUid"] = $"2.25.{n}.1.1";
        point["points"] = new JsonArray(new JsonArray(column, 4));
        return point;
    }

    private static async Task Read(HttpClient reader, string reading, JsonObject document)
    {
        var saved = await Sent(Save(reader, reading, 0, document));
        await Sent(Submit(reader, reading, (int)saved["revision"]!));
    }
}

public sealed class MigrationOnSqlite(LabellingOnSqlite app) : MigrationTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class MigrationOnPostgreSql(LabellingOnPostgreSql app) : MigrationTests(app), IClassFixture<LabellingOnPostgreSql>;
