using System.Text.Json.Nodes;

namespace Pirogov.Portal.Demo;

/// <summary>Adjudication and validation until every case is through: one consensus comes back with a remark on its place, one is mended by the validator.</summary>
internal static class DemoValidation
{
    private static readonly string[] Through = ["validated", "released"];

    public static async Task Walk(
        DemoApi api, string project, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation, int shift = 0)
    {
        // Comparing runs in jobs: decisions and verdicts come while earlier ones are done.
        while (await DemoLabelling.CasesIn(api, project, Through, cancellation) < cases.Count)
        {
            foreach (var reading in await DemoLabelling.OpenReadings(api, "expert3", project, cancellation))
                await DemoLabelling.Label(api, "expert3", reading, schema, cases, shift, cancellation);
            foreach (var reading in await DemoLabelling.OpenReadings(api, "expert4", project, cancellation))
                await Judge(api, project, reading, schema, cases, cancellation);
            await Task.Delay(200, cancellation);
        }
    }

    private static async Task Judge(DemoApi api, string project, string reading, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation)
    {
        var level = (await api.Get("manager", $"/api/v1/labelling-projects/{project}/progress", cancellation))["levels"]![0]!;
        var view = await api.Get("expert4", $"/api/v1/readings/{reading}", cancellation);
        if ((int)level["returned"]! == 0)
            await Return(api, reading, view, cancellation);
        else if ((int)level["corrected"]! == 0 && (int)view["consensus"]!["number"]! == 1)
            await Correct(api, reading, view, schema, cases, cancellation);
        else
            await api.Post("expert4", $"/api/v1/readings/{reading}/accept", new { }, cancellation);
    }

    private static async Task Return(DemoApi api, string reading, JsonNode view, CancellationToken cancellation)
    {
        var mask = view["consensus"]!["document"]!["masks"]!.AsArray().First(m => (string)m!["class"]! == "liver")!;
        await api.Post("expert4", $"/api/v1/readings/{reading}/return", new
        {
            remarks = new object[]
            {
                new { reason = "boundary", text = "Край печени срезан слева.", at = new { @class = "liver", sopInstanceUid = (string)mask["sopInstanceUid"]!, frame = 1, point = new[] { DemoArchive.Size / 3, DemoArchive.Size / 2 } } },
                new { reason = "answer", text = "Пересмотрите качество.", at = new { question = "quality" } },
            },
        }, cancellation);
    }

    /// <summary>By a hair to the right: there has to be something to correct.</summary>
    private static async Task Correct(DemoApi api, string reading, JsonNode view, string schema, IReadOnlyList<DemoCase> cases, CancellationToken cancellation)
    {
        var known = cases.Single(c => c.CaseId == (string)view["case"]!["id"]!);
        var saved = await api.Put("expert4", $"/api/v1/readings/{reading}/document",
            new { baseRevision = (int)view["revision"]!, document = DemoLabelling.Document(schema, known, shift: 1) }, cancellation);
        await api.Post("expert4", $"/api/v1/readings/{reading}/correct", new { revision = (int)saved["revision"]! }, cancellation);
    }
}
