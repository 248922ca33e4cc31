namespace Pirogov.EndToEnd.Journey;

/// <summary>The project of one case that three read, one decides and two validate.</summary>
internal static class CrossLabellingProject
{
    public const string Instruction = "Без желчного пузыря и воротной вены.";
    public const string Caption = "Граница в воротах печени";

    /// <summary>16 × 8 pixels of one colour.</summary>
    private const string Picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAIAAAB/FOjAAAAAE0lEQVR42mN4UGVPEmIY1UALDQDtLMyBvtzJGQAAAABJRU5ErkJggg==";

    /// <summary>Two people for the levels, a schema with masks and objects, a project of one case.</summary>
    public static async Task<string> Plan(DemoPlatform demo, Api manager, string name, IEnumerable<string> readers, IReadOnlyList<string> validators)
    {
        var admin = await demo.As("admin");
        foreach (var (login, fullName) in new[] { ("validator1", validators[0]), ("validator2", validators[1]) })
            await admin.Post("/api/v1/accounts", new { login, fullName, email = $"{login}@demo.example", roles = new[] { "expert" }, password = DemoPlatform.Password });
        var accounts = (await admin.Items("/api/v1/accounts?size=200")).ToDictionary(a => (string)a["login"]!, a => (string)a["id"]!);
        var schema = await manager.Post("/api/v1/labelling-schemas", new
        {
            name,
            dataKind = "radiology",
            classes = new object[] { Liver(), Class("nodule", "Очаг", "Nodule", "#d6336c", "rectangle") },
            questions = new[]
            {
                new
                {
                    id = "quality",
                    text = new { ru = "Качество исследования", en = "Image quality" },
                    type = "choice",
                    required = true,
                    options = new[] { new { id = "good", text = new { ru = "хорошее", en = "good" } }, new { id = "poor", text = new { ru = "плохое", en = "poor" } } },
                },
            },
        });
        var published = await manager.Post($"/api/v1/labelling-schemas/{schema["id"]}/publish");
        var made = await manager.Post("/api/v1/labelling-projects", new
        {
            name,
            schemaVersionId = (string)published["versionId"]!,
            cases = new[] { (string)(await (await demo.As("engineer")).Items("/api/v1/cases"))[0]["id"]! },
            readers = readers.Select(r => accounts[r]),
            readersPerCase = 3,
            mostReaders = 3,
            adjudicators = new[] { accounts["expert4"] },
            levels = new object[] { new { validators = new[] { accounts["validator1"] } }, new { validators = new[] { accounts["validator2"] }, sees = "consensus" } },
            threshold = 0.9,
        });
        await manager.Post($"/api/v1/labelling-projects/{made["id"]}/start");
        return (string)made["id"]!;
    }

    private static object Class(string id, string ru, string en, string color, string geometry) => new { id, name = new { ru, en }, color, geometries = new[] { geometry } };

    private static object Liver() => new
    {
        id = "liver",
        name = new { ru = "Печень", en = "Liver" },
        color = "#e07a3f",
        geometries = new[] { "mask" },
        description = new { ru = Instruction, en = "Without the gallbladder and the portal vein." },
        pictures = new[] { new { image = Picture, caption = new { ru = Caption, en = "The border at the hilum" } } },
    };
}
