using System.Text.Json.Nodes;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Portal.Demo;

/// <summary>A synthetic patient whose case stands in the archive: its instances from feet to head, and the phantom's truth for each.</summary>
internal sealed record DemoCase(string CaseId, int Seed, IReadOnlyList<string> SopInstanceUids, IReadOnlyDictionary<PhantomOrgan, IReadOnlyList<RunLengthMask>> Masks);

internal static class DemoArchive
{
    public static readonly int[] FinishedSeeds = [11, 12, 13, 14, 15, 16, 17, 18];
    public static readonly int[] OpenSeeds = [31, 32, 33, 34];
    public const int Size = 256;
    private const int Slices = 16;

    public static async Task<IReadOnlyList<DemoCase>> Send(DemoApi api, string name, int[] seeds, CancellationToken cancellation)
    {
        var patients = seeds.Select(seed => (Seed: seed, Series: PhantomCt.Generate(new PhantomOptions(seed, Size, Slices)))).ToArray();
        var batch = await api.Find("engineer", "/api/v1/batches?size=200", "name", name, cancellation)
            ?? await api.Post("engineer", "/api/v1/batches", new { centre = DemoAgenda.Centre, name }, cancellation);
        var id = (string)batch["id"]!;
        if ((string?)batch["state"] is null or "open")
        {
            foreach (var (seed, series) in patients)
                await SendPatient(api, id, seed, series, cancellation);
            var job = (string)(await api.Post("engineer", $"/api/v1/batches/{id}/close", new { }, cancellation))["jobId"]!;
            await api.WaitFor("engineer", job, cancellation);
        }

        return await CasesOf(api, id, patients, cancellation);
    }

    private static async Task SendPatient(DemoApi api, string batch, int seed, PhantomSeries series, CancellationToken cancellation)
    {
        for (var k = 0; k < series.Files.Count; k++)
            await api.PostBytes("engineer", $"/api/v1/batches/{batch}/files", DicomWriter.ToBytes(series.Files[k]), cancellation);
    }

    private static async Task<IReadOnlyList<DemoCase>> CasesOf(DemoApi api, string batch, (int Seed, PhantomSeries Series)[] patients, CancellationToken cancellation)
    {
        var page = await api.Get("engineer", $"/api/v1/cases?batch={batch}&size=200", cancellation);
        var found = new List<DemoCase>();
        foreach (var item in page["items"]!.AsArray())
        {
            var id = (string)item!["id"]!;
            var (root, uids) = await InstancesOf(api, id, cancellation);
            var frame = await api.Download("engineer", $"{root}/instances/{uids[Slices / 2]}/frames/1", cancellation);
            // The patient is gone from the header, and with it the seed: pixels alone tell which phantom this is.
            var (seed, series) = patients.Single(p => frame.AsSpan().IndexOf(p.Series.Files[Slices / 2].Dataset.Find(DicomTags.PixelData)!.Bytes.Span) >= 0);
            found.Add(new DemoCase(id, seed, uids, series.Masks));
        }

        return found;
    }

    private static async Task<(string Root, string[] SopInstanceUids)> InstancesOf(DemoApi api, string caseId, CancellationToken cancellation)
    {
        var viewer = await api.Get("engineer", $"/api/v1/cases/{caseId}/viewer", cancellation);
        var series = viewer["series"]![0]!;
        var root = $"/dicomweb/studies/{series["studyInstanceUid"]}/series/{series["seriesInstanceUid"]}";
        var metadata = await api.Get("engineer", $"{root}/metadata", cancellation);
        return (root, [.. metadata.AsArray().OrderBy(i => Position(i!)).Select(i => (string)i!["00080018"]!["Value"]![0]!)]);
    }

    private static double Position(JsonNode instance) => (double)instance["00200032"]!["Value"]![2]!;
}
