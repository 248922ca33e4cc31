using System.Text.Json.Nodes;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;

namespace Pirogov.Portal.Demo;

internal static class DemoLabelling
{
    private const string SchemaName = "Печень, почки, очаги (демонстрация)";
    public const string FinishedProject = "Органы и очаги на синтетических КТ — завершён";
    public const string OpenedProject = "Органы и очаги на синтетических КТ — для своих рук";
    private const int Size = DemoArchive.Size;

    private static readonly object[] Prices =
    [
        new { mode = "read", level = "senior", amount = 450 }, new { mode = "read", amount = 350 },
        new { mode = "adjudicate", amount = 600 }, new { mode = "validate", amount = 250 },
    ];

    private static readonly (string Expert, string Level, int Since)[] Qualifications =
        [("expert1", "senior", 2012), ("expert2", "specialist", 2019), ("expert3", "leading", 2004), ("expert4", "leading", 2001)];

    private static readonly (string Class, PhantomOrgan[] Organs)[] Classes =
    [
        ("liver", [PhantomOrgan.Liver]), ("kidney", [PhantomOrgan.KidneyLeft, PhantomOrgan.KidneyRight]), ("nodule", [PhantomOrgan.Nodule]),
    ];

    public static async Task<string> Schema(DemoApi api, CancellationToken cancellation)
    {
        var known = await api.Find("manager", "/api/v1/labelling-schemas?size=200", "name", SchemaName, cancellation);
        if (known is null)
        {
            known = await api.Post("manager", "/api/v1/labelling-schemas", Content(), cancellation);
            await api.Post("manager", $"/api/v1/labelling-schemas/{known["id"]}/publish", new { }, cancellation);
        }

        var schema = await api.Get("manager", $"/api/v1/labelling-schemas/{known["id"]}", cancellation);
        return (string)schema["versions"]!.AsArray().First(v => v!["publishedAt"] is not null)!["id"]!;
    }

    public static async Task Qualify(DemoApi api, CancellationToken cancellation)
    {
        foreach (var (expert, level, since) in Qualifications)
        {
            await api.Put("manager", $"/api/v1/experts/{await api.AccountOf(expert, cancellation)}",
                new { specialty = "radiology", practisingSince = since, level }, cancellation);
        }
    }

    /// <returns>The id of the release.</returns>
    public static async Task<string> WalkProject(DemoApi api, string task, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation)
    {
        var project = await Project(api, FinishedProject, task, schema, cases, cancellation);
        await Read(api, "expert1", project, schema, cases, shift: 0, cancellation);
        await Read(api, "expert2", project, schema, cases, shift: 1, cancellation);
        await DemoValidation.Walk(api, project, schema, cases, cancellation);
        return (string)(await Release(api, 1, cancellation) ?? await Freeze(api, project, cancellation))["id"]!;
    }

    /// <summary>A correction after the release: one case goes back, and the second release says what changed.</summary>
    public static async Task Correct(DemoApi api, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation)
    {
        if (await Release(api, 2, cancellation) is not null)
            return;
        var project = (string)(await api.Find("manager", "/api/v1/labelling-projects?size=200", "name", FinishedProject, cancellation))!["id"]!;
        var page = await api.Get("manager", $"/api/v1/labelling-projects/{project}/cases?size=200", cancellation);
        var through = page["items"]!.AsArray().Where(c => (string)c!["state"]! == "released").ToArray();
        if (through.Length == cases.Count)
            await api.Post("manager", $"/api/v1/labelling-projects/{project}/cases/{through[^1]!["id"]}/reopen", new { comment = "Проверьте правый край печени на нижних срезах." }, cancellation);
        await DemoValidation.Walk(api, project, schema, cases, cancellation, shift: 2);
        await Freeze(api, project, cancellation);
    }

    private static async Task<JsonNode> Freeze(DemoApi api, string project, CancellationToken cancellation)
    {
        var asked = await api.Post("manager", $"/api/v1/labelling-projects/{project}/release", new { }, cancellation);
        await api.WaitFor("manager", (string)asked["jobId"]!, cancellation);
        return asked;
    }

    private static async Task<JsonNode?> Release(DemoApi api, int number, CancellationToken cancellation) =>
        (await api.Get("manager", "/api/v1/labelling-releases?size=200", cancellation))["items"]!.AsArray()
            .FirstOrDefault(r => (string)r!["projectName"]! == FinishedProject && (int)r["number"]! == number);

    public static Task<string> OpenProject(DemoApi api, string task, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation) =>
        Project(api, OpenedProject, task, schema, cases, cancellation);

    private static async Task<string> Project(
        DemoApi api, string name, string task, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation)
    {
        if (await api.Find("manager", "/api/v1/labelling-projects?size=200", "name", name, cancellation) is { } known)
            return (string)known["id"]!;
        var readers = new[] { await api.AccountOf("expert1", cancellation), await api.AccountOf("expert2", cancellation) };
        var made = await api.Post("manager", "/api/v1/labelling-projects", new
        {
            name,
            clinicalTaskId = task,
            schemaVersionId = schema,
            cases = cases.Select(c => c.CaseId),
            readers,
            adjudicators = new[] { await api.AccountOf("expert3", cancellation) },
            levels = new[] { Level(await api.AccountOf("expert4", cancellation), inLots: name == FinishedProject) },
            threshold = 0.9,
            rule = "onDisagreement",
            terms = new { prices = Prices },
            instructions = "Синтетические данные. Обведите печень, обе почки и каждый очаг в лёгких; ответьте на вопросы о случае.",
        }, cancellation);
        var started = await api.Post("manager", $"/api/v1/labelling-projects/{made["id"]}/start", new { }, cancellation);
        if (started["jobId"] is { } job)
            await api.WaitFor("manager", (string)job!, cancellation);
        return (string)made["id"]!;
    }

    private static async Task Read(
        DemoApi api, string expert, string project, string schema, IReadOnlyList<DemoCase> cases, int shift, CancellationToken cancellation)
    {
        foreach (var reading in await OpenReadings(api, expert, project, cancellation))
            await Label(api, expert, reading, schema, cases, shift, cancellation);
    }

    /// <summary>Three of five cases are looked at; with an error among them the whole lot is.</summary>
    private static object Level(Guid validator, bool inLots) => inLots
        ? new { validators = new[] { validator }, share = 0.6, lot = new { size = 5, acceptanceNumber = 0 }, mayCorrect = true }
        : new { validators = new[] { validator }, mayCorrect = true };

    internal static async Task<int> CasesIn(DemoApi api, string project, string[] states, CancellationToken cancellation)
    {
        var page = await api.Get("manager", $"/api/v1/labelling-projects/{project}/cases?size=200", cancellation);
        return page["items"]!.AsArray().Count(c => states.Contains((string)c!["state"]!));
    }

    internal static async Task<string[]> OpenReadings(DemoApi api, string expert, string project, CancellationToken cancellation)
    {
        var queue = await api.Get(expert, "/api/v1/readings", cancellation);
        return [.. queue["open"]!.AsArray().Where(r => (string)r!["projectId"]! == project).Select(r => (string)r!["id"]!)];
    }

    internal static async Task Label(
        DemoApi api, string expert, string reading, string schema, IReadOnlyList<DemoCase> cases, int shift, CancellationToken cancellation)
    {
        var view = await api.Get(expert, $"/api/v1/readings/{reading}", cancellation);
        var known = cases.Single(c => c.CaseId == (string)view["case"]!["id"]!);
        var saved = await api.Put(expert, $"/api/v1/readings/{reading}/document",
            new { baseRevision = (int)view["revision"]!, document = Document(schema, known, shift) }, cancellation);
        await api.Post(expert, $"/api/v1/readings/{reading}/submit", new { revision = (int)saved["revision"]!, leaveUndecided = (string)view["mode"]! == "adjudicate" }, cancellation);
    }

    /// <summary>The truth, moved to the right by a hand that trembles: by <paramref name="shift"/> pixels, twice that on every fourth patient.</summary>
    internal static JsonObject Document(string schema, DemoCase known, int shift)
    {
        var by = known.Seed % 4 == 0 ? 4 * shift : shift;
        var masks = new JsonArray();
        for (var k = 0; k < known.SopInstanceUids.Count; k++)
        {
            foreach (var (name, organs) in Classes)
            {
                var mask = Moved(organs.Select(o => known.Masks[o][k]).Aggregate((a, b) => a.Union(b)), by);
                if (mask.PixelCount == 0)
                    continue;
                masks.Add(new JsonObject
                {
                    ["class"] = name,
                    ["sopInstanceUid"] = known.SopInstanceUids[k],
                    ["frame"] = 1,
                    ["rows"] = Size,
                    ["columns"] = Size,
                    ["pixelCount"] = mask.PixelCount,
                    ["runs"] = Convert.ToBase64String(mask.Encode()),
                });
            }
        }

        return new JsonObject
        {
            ["schemaVersion"] = schema,
            ["masks"] = masks,
            ["objects"] = new JsonArray(),
            ["answers"] = new JsonObject
            {
                ["quality"] = new JsonObject { ["value"] = shift > 0 && known.Seed % 7 == 0 ? "limited" : "good", ["uncertain"] = shift > 0 && known.Seed == 17 },
                ["nodules"] = new JsonObject { ["value"] = known.Masks[PhantomOrgan.Nodule].Any(m => m.PixelCount > 0) ? "yes" : "no" },
            },
        };
    }

    private static RunLengthMask Moved(RunLengthMask mask, int by)
    {
        if (by == 0)
            return mask;
        var (bits, moved) = (mask.ToBits(), new bool[Size * Size]);
        for (var row = 0; row < Size; row++)
            for (var column = by; column < Size; column++)
                moved[row * Size + column] = bits[row * Size + column - by];
        return RunLengthMask.FromBits(moved, Size, Size);
    }

    private static object Content() => new
    {
        name = SchemaName,
        dataKind = "radiology",
        classes = new object[]
        {
            Class("liver", "Печень", "Liver", "#e07a3f", "10200004"),
            Class("kidney", "Почки", "Kidneys", "#3f8fe0", "64033007"),
            Class("nodule", "Очаг в лёгком", "Pulmonary nodule", "#d6336c", "427359005"),
        },
        questions = new object[]
        {
            Choice("quality", "Качество исследования", "Image quality",
                ("good", "хорошее", "good"), ("limited", "ограниченное", "limited"), ("poor", "непригодное", "poor")),
            Choice("nodules", "Есть ли очаги в лёгких?", "Are there pulmonary nodules?", ("yes", "да", "yes"), ("no", "нет", "no")),
        },
    };

    private static object Class(string id, string ru, string en, string color, string code) => new
    {
        id,
        name = new { ru, en },
        color,
        geometries = new[] { "mask", "polygon", "rectangle", "length" },
        codes = new[] { new { scheme = "SCT", value = code, meaning = en } },
    };

    private static object Choice(string id, string ru, string en, params (string Id, string Ru, string En)[] options) => new
    {
        id,
        text = new { ru, en },
        type = "choice",
        required = true,
        allowUncertain = true,
        allowCannotAssess = true,
        options = options.Select(o => new { id = o.Id, text = new { ru = o.Ru, en = o.En } }),
    };
}
