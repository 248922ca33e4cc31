using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Dashboards;
using Pirogov.Statistics;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>How far the readers of a project agree, of readings whose coefficients are known.</summary>
public abstract class AgreementTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task An_ordinal_scale_is_told_by_weighted_kappa_and_a_number_by_ICC_and_by_limits_of_agreement()
    {
        (string Grade, double Size)[] one = [("none", 10), ("mild", 12), ("severe", 14), ("none", 16), ("mild", 20), ("severe", 24)];
        (string Grade, double Size)[] other = [("none", 11), ("mild", 15), ("severe", 16), ("severe", 17), ("mild", 23), ("severe", 26)];
        var room = await Open(app, cases: 6, schema: Graded);
        for (var n = 0; n < 6; n++)
        {
            await ReadAndSubmit(room.Readers[0], Answered(room, n + 1, one[n].Grade, one[n].Size));
            await ReadAndSubmit(room.Readers[1], Answered(room, n + 1, other[n].Grade, other[n].Size));
        }

        await app.Settle();
        var quality = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality"));
        var grade = quality["agreement"]!["questions"]!.AsArray().Single(q => (string)q!["id"]! == "grade")!;
        Assert.Equal(("cohen-kappa-quadratic", 6, 6), ((string)grade["coefficient"]!, (int)grade["rated"]!, (int)grade["cases"]!));
        // One pair of six lies two steps apart: Σd² observed 4/6, by chance 48/36, whichever of the two is first.
        Assert.Equal(0.5, (double)grade["kappa"]!, 9);
        Assert.InRange((double)grade["kappa"]!, (double)grade["lower"]!, (double)grade["upper"]!);

        var size = quality["agreement"]!["ratings"]!.AsArray().Single(r => (string)r!["id"]! == "size")!;
        Assert.Equal(("icc-2-1", 6, 6, "mm"), ((string)size["coefficient"]!, (int)size["items"]!, (int)size["cases"]!, (string)size["unit"]!));
        Assert.Equal(0.9240780911062907, (double)size["value"]!, 9);
        Assert.InRange((double)size["value"]!, (double)size["lower"]!, (double)size["upper"]!);

        // Differences −1, −3, −2, −1, −3, −2 mm: mean −2, SD √0.8.
        var numbers = quality["numbers"]!.AsArray().Single()!;
        var pair = Assert.Single(numbers["pairs"]!.AsArray())!;
        Assert.Equal((1, "mm", 6), ((int)numbers["total"]!, (string)numbers["unit"]!, (int)pair["bias"]!["from"]!));
        var sign = (string)pair["first"]! == $"reader1-{room.Name}" ? 1 : -1;
        Assert.Equal(-2 * sign, (double)pair["bias"]!["value"]!, 9);
        Assert.Equal(-2 * sign - 1.959963984540054 * Math.Sqrt(0.8), (double)pair["lowest"]!["value"]!, 9);
        Assert.Equal(-2 * sign + 1.959963984540054 * Math.Sqrt(0.8), (double)pair["highest"]!["value"]!, 9);
        Assert.InRange((double)pair["lowest"]!["value"]!, (double)pair["lowest"]!["lower"]!, (double)pair["lowest"]!["upper"]!);
        await Shown(room, "data-coefficient=\"cohen-kappa-quadratic\"", "data-coefficient=\"icc-2-1\"", "data-numbers=\"size\"");
    }

    [SkippableFact]
    public async Task Attributes_of_objects_that_are_the_same_thing_are_compared_too()
    {
        var room = await Open(app, cases: 3, schema: Marked);
        for (var n = 1; n <= 3; n++)
        {
            await ReadAndSubmit(room.Readers[0], Marks(room, n, (4, 10 * n, "none"), (20, 12 * n, "mild")));
            await ReadAndSubmit(room.Readers[1], Marks(room, n, (4, 10 * n, "none"), (20, 12 * n, n == 3 ? "none" : "mild")));
        }

        await app.Settle();
        var ratings = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality")))["agreement"]!["ratings"]!.AsArray();
        var (width, grade) = (ratings.Single(r => (string)r!["id"]! == "width")!, ratings.Single(r => (string)r!["id"]! == "grade")!);
        Assert.Equal(("node", "icc-2-1", 6, 3, 1.0), ((string)width["class"]!, (string)width["coefficient"]!, (int)width["items"]!, (int)width["cases"]!, (double)width["value"]!));
        // 3 of 3 "none" and 2 of 3 "mild" alike: po = 5/6, pe = 1/2, whichever is first.
        Assert.Equal(("cohen-kappa-quadratic", 6, 2.0 / 3), ((string)grade["coefficient"]!, (int)grade["items"]!, Math.Round((double)grade["value"]!, 12)), Near);
        // Widths are alike in every case: there is nothing to make an interval of, and the page says so.
        Assert.Null(width["lower"]);
        await Shown(room, "data-missing=\"interval\"");
    }

    [SkippableFact]
    public async Task Borders_of_masks_are_told_in_the_patients_millimetres_where_these_are_known()
    {
        var room = await Open(app, plan: p => p["cases"] = new JsonArray($"00000000-0000-7000-8000-{InventedCases.Volume:D12}"));
        await ReadAndSubmit(room.Readers[0], room.Document($"2.25.{InventedCases.Volume}.1", left: 4));
        await ReadAndSubmit(room.Readers[1], room.Document($"2.25.{InventedCases.Volume}.1", left: 5));
        await app.Settle();
        // One column of 0.8 mm aside, 20 of 320 pixels: more than five of a hundred.
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!;
        var pair = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one["id"]}/comparison")))["pairs"]![0]!["surfaces"]!["kidney"]!;
        Assert.Equal((0.8, 1, 5), ((double)pair["hd95Mm"]!, (double)pair["nsd"]!, (double)pair["toleranceMm"]!));
        var surface = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality")))["agreement"]!["classes"]!.AsArray().Single(c => (string)c!["id"]! == "kidney")!["surface"]!;
        Assert.Equal((0.8, 1, 5, 1, 0), ((double)surface["hd95Mm"]!, (double)surface["nsd"]!, (double)surface["toleranceMm"]!, (int)surface["cases"]!, (int)surface["missing"]!));
        Assert.Null(surface["hd95Lower"]);
        await Shown(room, "data-list=\"surfaces\"");
    }

    [SkippableFact]
    public async Task Spans_of_texts_are_told_by_unitized_alpha_and_by_gamma()
    {
        var room = await Open(app, schema: OfTexts, plan: p => p["cases"] = new JsonArray($"00000000-0000-7000-8000-{InventedCases.Text:D12}"));
        (string, int, int)[] one = [("finding", 36, 46), ("side", 24, 29)], other = [("finding", 36, 56), ("side", 24, 29)];
        await ReadAndSubmit(room.Readers[0], Spans(room, one));
        await ReadAndSubmit(room.Readers[1], Spans(room, other));
        await app.Settle();
        var spans = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality")))["agreement"]!["spans"]!;
        var length = InventedCases.Note.EnumerateRunes().Count();
        LabelledSpan[] first = [new(36, 46, 0), new(24, 29, 1)], second = [new(36, 56, 0), new(24, 29, 1)];
        Assert.Equal(UnitizedAlpha.Of([first, second], 0, length).Units.Alpha!.Value, (double)spans["all"]!["alpha"]!, 9);
        Assert.Equal(UnitizedAlpha.Of([first[..1], second[..1]], 0, length).Units.Alpha!.Value, (double)spans["classes"]!.AsArray().Single(c => (string)c!["class"]! == "finding")!["alpha"]!, 9);
        Assert.Equal(1, (double)spans["classes"]!.AsArray().Single(c => (string)c!["class"]! == "side")!["alpha"]!);
        var gamma = spans["gamma"]!;
        var seed = (ulong)(int)gamma["seed"]!;
        // Chance depends on who comes first, which a hash draws.
        Assert.Contains(Math.Round((double)gamma["mean"]!, 9), new[] { GammaAgreement.Of([first, second], 0, length, seed, precision: 0.05), GammaAgreement.Of([second, first], 0, length, seed, precision: 0.05) }
            .Select(g => Math.Round(g.Gamma!.Value, 9)));
        Assert.Equal((1, 50), ((int)gamma["cases"]!, (int)gamma["mostCases"]!));
        await Shown(room, "data-list=\"spans\"", "data-gamma=\"1\"");
    }

    [SkippableFact]
    public async Task A_box_lies_nearer_to_the_reader_who_came_nearer_to_results_before()
    {
        var room = await Open(app, schema: Marked, plan: p => p["consensus"] = new JsonObject { ["boxes"] = "skillWeightedFusion" });
        Guid[] readers = [await room.Id("reader1"), await room.Id("reader2")];
        await app.InDatabase(async db =>
        {
            foreach (var (reader, quality) in readers.Zip([0.9, 0.3]))
            {
                db.AddRange(Enumerable.Range(0, 15).Select(_ => new ReaderItem
                {
                    ReadingId = new(Guid.CreateVersion7()),
                    Kind = ItemKind.Class,
                    Item = "node",
                    ProjectId = new(Guid.Parse(room.Project)),
                    ProjectCaseId = new(Guid.CreateVersion7()),
                    AccountId = reader,
                    Quality = quality,
                }));
            }

            return await db.SaveChangesAsync();
        });
        await ReadAndSubmit(room.Readers[0], Marks(room, 1, (4, 10, "mild")));
        await ReadAndSubmit(room.Readers[1], Marks(room, 1, (5, 10, "mild")));
        await app.Settle();
        // Weights: (15·0.9 + 5·0.6) / 20 = 0.825 and (15·0.3 + 5·0.6) / 20 = 0.375.
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}"));
        Assert.Equal((4 * 0.825 + 5 * 0.375) / 1.2, (double)Assert.Single(view["document"]!["objects"]!.AsArray())!["points"]![0]![0]!, 9);
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!;
        var made = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one["id"]}/comparison")))["consensus"]!;
        Assert.Equal([0.375, 0.825], made["skills"]!.AsArray().Select(s => Math.Round((double)s!["weight"]!, 9)).Order());
        var element = made["elements"]!.AsArray().Single(e => (string)e!["kind"]! == "object")!;
        Assert.Equal("skill-weighted-box-fusion", (string)element["algorithm"]!);
        Assert.InRange((double)element["confidence"]!, 0.85, 1);
    }

    [SkippableFact]
    public async Task The_report_of_a_release_tells_the_agreement_of_attributes_and_numbers_too()
    {
        var room = await Open(app, cases: 3, schema: Marked);
        for (var n = 1; n <= 3; n++)
        {
            foreach (var reader in room.Readers)
                await ReadAndSubmit(reader, Marks(room, n, (4, 10 * n, "none"), (20, 12 * n, "mild")));
        }

        await app.Settle();
        for (var n = 1; n <= 3; n++)
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var release = await room.Release();
        var ratings = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}")))["report"]!["ratings"]!.AsArray();
        Assert.Equal(["grade", "size", "width"], ratings.Select(r => (string)r!["id"]!).Order());
        var width = ratings.Single(r => (string)r!["id"]! == "width")!;
        Assert.Equal(("icc-2-1", 6, 3, 1.0), ((string)width["coefficient"]!, (int)width["items"]!, (int)width["cases"]!, (double)width["value"]!));
        var page = await room.Manager.GetStringAsync($"/labelling/releases/{release["id"]}");
        Assert.Contains("data-attribute=\"node/width\"", page, StringComparison.Ordinal);
        Assert.Contains("data-coefficient=\"icc-2-1\"", page, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_order_is_declared_of_choices_only_and_travels_with_the_schemas_file()
    {
        var room = await Open(app, cases: 1, schema: Graded);
        var file = await Sent(room.Manager.GetAsync($"/api/v1/labelling-schema-versions/{room.SchemaVersion}/file"));
        Assert.True((bool)file["questions"]!.AsArray().Single(q => (string)q!["id"]! == "grade")!["ordinal"]!);
        Assert.Null(file["questions"]!.AsArray().Single(q => (string)q!["id"]! == "size")!["ordinal"]);
        var imported = await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-schemas/import?name=again-{room.Name}", file));
        Assert.Empty(imported["faults"]!.AsArray());
        file["questions"]!.AsArray().Single(q => (string)q!["id"]! == "size")!["ordinal"] = true;
        var faulty = await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-schemas/import?name=faulty-{room.Name}", file));
        Assert.Equal("ordinal-needs-choice", (string)Assert.Single(faulty["faults"]!.AsArray())!["reason"]!);
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{faulty["id"]}/publish", null));
    }

    private static async Task Shown(ReadingRoom room, params string[] parts)
    {
        var page = await room.Manager.GetStringAsync($"/labelling/projects/{room.Project}/quality");
        Assert.All(parts, p => Assert.Contains(p, page, StringComparison.Ordinal));
    }

    private static readonly IEqualityComparer<(string, int, double)> Near =
        EqualityComparer<(string, int, double)>.Create((a, b) => a.Item1 == b.Item1 && a.Item2 == b.Item2 && Math.Abs(a.Item3 - b.Item3) < 1e-9);

    private static JsonObject Graded(string name)
    {
        var schema = SchemaOf(name);
        schema["questions"]!.AsArray().Add(Grade());
        return schema;
    }

    private static JsonObject Marked(string name)
    {
        var schema = SchemaOf(name);
        schema["classes"]!.AsArray().Add(new JsonObject
        {
            ["id"] = "node",
            ["name"] = Both("Узел"),
            ["color"] = "#56b4e9",
            ["geometries"] = new JsonArray("rectangle"),
            ["attributes"] = new JsonArray(new JsonObject { ["id"] = "width", ["text"] = Both("Ширина"), ["type"] = "number", ["unit"] = "mm", ["options"] = new JsonArray() }, Grade()),
        });
        return schema;
    }

    private static JsonObject OfTexts(string name) => new()
    {
        ["name"] = $"Texts {name}",
        ["dataKind"] = "clinicalText",
        ["classes"] = new JsonArray([.. new[] { ("finding", "#e69f00"), ("side", "#56b4e9") }
            .Select(c => (JsonNode)new JsonObject { ["id"] = c.Item1, ["name"] = Both(c.Item1), ["color"] = c.Item2, ["geometries"] = new JsonArray("span") })]),
        ["questions"] = new JsonArray(),
    };

    private static JsonObject Spans(ReadingRoom room, (string Class, int Start, int End)[] spans) => new()
    {
        ["schemaVersion"] = room.SchemaVersion,
        ["masks"] = new JsonArray(),
        ["answers"] = new JsonObject(),
        ["objects"] = new JsonArray([.. spans.Select(s => (JsonNode)new JsonObject
        {
            ["id"] = Guid.CreateVersion7(),
            ["class"] = s.Class,
            ["type"] = "span",
            ["sopInstanceUid"] = "",
            ["frame"] = 0,
            ["points"] = new JsonArray(),
            ["text"] = InventedCases.TextName,
            ["spans"] = new JsonArray(new JsonObject { ["start"] = s.Start, ["end"] = s.End }),
        })]),
    };

    private static JsonObject Grade() => new()
    {
        ["id"] = "grade",
        ["text"] = Both("Степень"),
        ["type"] = "choice",
        ["ordinal"] = true,
        ["options"] = new JsonArray([.. new[] { "none", "mild", "severe" }.Select(o => (JsonNode)new JsonObject { ["id"] = o, ["text"] = Both(o) })]),
    };

    private static JsonObject Answered(ReadingRoom room, int number, string grade, double size)
    {
        var document = room.Document($"2.25.{number}.1");
        (document["answers"]!["grade"], document["answers"]!["size"]) = (Given(grade), Given(size));
        return document;
    }

    private static JsonObject Marks(ReadingRoom room, int number, params (double Left, double Width, string Grade)[] nodes)
    {
        var document = room.Document($"2.25.{number}.1");
        document["objects"] = new JsonArray([.. nodes.Select(n => (JsonNode)new JsonObject
        {
            ["id"] = Guid.CreateVersion7(),
            ["class"] = "node",
            ["type"] = "rectangle",
            ["sopInstanceUid"] = $"2.25.{number}.1.1",
            ["frame"] = 1,
            ["points"] = new JsonArray(new JsonArray(n.Left, 4), new JsonArray(n.Left + 8, 12)),
            ["attributes"] = new JsonObject { ["width"] = Given(n.Width), ["grade"] = Given(n.Grade) },
        })]);
        return document;
    }

    private static JsonObject Given<T>(T value) => new() { ["value"] = JsonValue.Create(value), ["uncertain"] = false, ["cannotAssess"] = false };

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };
}

public sealed class AgreementOnSqlite(LabellingOnSqlite app) : AgreementTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class AgreementOnPostgreSql(LabellingOnPostgreSql app) : AgreementTests(app), IClassFixture<LabellingOnPostgreSql>;
