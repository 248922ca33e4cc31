namespace Pirogov.Portal.Demo;

internal static class DemoDataset
{
    public const string Slug = "demo-ct-organs";

    /// <returns>The id of the first version.</returns>
    public static async Task<string> Freeze(DemoApi api, string task, string release, CancellationToken cancellation)
    {
        if (await api.Find("manager", "/api/v1/datasets?size=200", "slug", Slug, cancellation) is null)
        {
            var asked = await api.Post("manager", $"/api/v1/datasets/{Slug}/versions", new
            {
                releaseId = release,
                split = new { train = 0.5, publicTest = 0.25, hiddenTest = 0.25, seed = 1810 },
                dataset = new
                {
                    name = new { ru = "Синтетические КТ: органы и очаги", en = "Synthetic CT: organs and nodules" },
                    description = new
                    {
                        ru = "Демонстрационный набор: фантом из эллипсоидов, не пациенты. Показывает устройство набора, а не качество моделей.",
                        en = "Demonstration: a phantom of ellipsoids, no patients. It shows how a dataset is made, not how good models are.",
                    },
                    clinicalTaskId = task,
                    licence = "CC0-1.0",
                    terms = new { ru = "Без ограничений.", en = "No restrictions." },
                },
            }, cancellation);
            await api.WaitFor("manager", (string)asked["jobId"]!, cancellation);
        }

        var version = await api.Get("manager", $"/api/v1/datasets/{Slug}/versions/1", cancellation);
        return (string)version["id"]!;
    }
}
