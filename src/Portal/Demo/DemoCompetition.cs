using System.IO.Compression;
using System.Text;
using Pirogov.Imaging;

namespace Pirogov.Portal.Demo;

/// <summary>One competition that has ended, won by a threshold; one that is open.</summary>
internal static class DemoCompetition
{
    private const string FinishedTitle = "Органы на КТ: демонстрационное соревнование (завершено)";
    private const string OpenTitle = "Органы на КТ: попробуйте сами";

    public static async Task WalkFinished(DemoApi api, string task, string version, DateTimeOffset now, CancellationToken cancellation)
    {
        var id = await Competition(api, FinishedTitle, "CT organs: demonstration competition (ended)", task, version, now, cancellation);
        if (await State(api, id, cancellation) == "ended")
            return;
        await Team(api, id, "lead", "Пороговая команда", cancellation);
        await Submit(api, id, "lead", "threshold.zip", smooth: false, cancellation);
        await Submit(api, id, "lead", "smoothed-threshold.zip", smooth: true, cancellation);
        await api.Post("office", $"/api/v1/competitions/{id}/close", new { }, cancellation);
    }

    public static async Task LeaveOpen(DemoApi api, string task, string version, DateTimeOffset now, CancellationToken cancellation) =>
        await Competition(api, OpenTitle, "CT organs: try it yourself", task, version, now, cancellation);

    private static async Task<string> Competition(
        DemoApi api, string ru, string en, string task, string version, DateTimeOffset now, CancellationToken cancellation)
    {
        var page = await api.Get("office", "/api/v1/competitions?size=200", cancellation);
        if (page["items"]!.AsArray().FirstOrDefault(c => (string?)c!["title"]?["ru"] == ru) is { } known)
            return (string)known["id"]!;
        var made = await api.Post("office", "/api/v1/competitions", new
        {
            title = new { ru, en },
            description = new
            {
                ru = "Синтетические данные. Найдите печень, почки и очаги; отправьте zip с масками NIfTI.",
                en = "Synthetic data. Find liver, kidneys and nodules; submit a zip of NIfTI masks.",
            },
            clinicalTaskId = task,
            datasetVersionId = version,
            kind = "masks",
            primary = "dice",
            secondary = new[] { "hausdorffDistance95" },
            startsAt = now.AddMinutes(-1),
            endsAt = now.AddDays(60),
            dailyLimit = 5,
            timeZone = "Europe/Moscow",
        }, cancellation);
        await api.Post("office", $"/api/v1/competitions/{made["id"]}/open", new { }, cancellation);
        return (string)made["id"]!;
    }

    private static async Task<string> State(DemoApi api, string id, CancellationToken cancellation) =>
        (string)(await api.Get("office", $"/api/v1/competitions/{id}", cancellation))["state"]!;

    private static async Task Team(DemoApi api, string id, string lead, string name, CancellationToken cancellation)
    {
        var competition = await api.Get("office", $"/api/v1/competitions/{id}", cancellation);
        if ((int?)competition["teams"] is null or 0)
        {
            await api.Post(lead, $"/api/v1/competitions/{id}/teams", new { name }, cancellation);
            await api.Post(lead, $"/api/v1/competitions/{id}/team/invitations", new { login = "developer", role = "developer" }, cancellation);
            await api.Post(lead, $"/api/v1/competitions/{id}/team/invitations", new { login = "observer", role = "observer" }, cancellation);
        }

        foreach (var login in new[] { "developer", "observer" })
        {
            foreach (var invitation in (await api.Get(login, "/api/v1/invitations", cancellation)).AsArray())
                await api.Post(login, $"/api/v1/invitations/{invitation!["id"]}/accept", new { }, cancellation);
        }
    }

    private static async Task Submit(DemoApi api, string id, string login, string name, bool smooth, CancellationToken cancellation)
    {
        if (await api.Find(login, $"/api/v1/competitions/{id}/submissions?size=200", "fileName", name, cancellation) is not null)
            return;
        var answer = await api.PostBytes(login, $"/api/v1/competitions/{id}/submissions?name={name}", await Predict(api, id, login, smooth, cancellation), cancellation);
        await api.WaitFor(login, (string)answer["jobId"]!, cancellation);
    }

    /// <summary>A baseline anybody can write: Hounsfield units within a range, on the images as the team pulls them.</summary>
    private static async Task<byte[]> Predict(DemoApi api, string id, string login, bool smooth, CancellationToken cancellation)
    {
        var template = Encoding.UTF8.GetString(await api.Download(login, $"/api/v1/competitions/{id}/template", cancellation));
        var names = template.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[0]).ToArray();
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                var caseName = name.Replace(".nii.gz", "", StringComparison.Ordinal);
                var path = $"/api/v1/datasets/{DemoDataset.Slug}/versions/1/files/test/{caseName}/image.nii.gz";
                using var image = new MemoryStream(await api.Download(login, path, cancellation));
                await using var entry = archive.CreateEntry(name).Open();
                NiftiWriter.Write(entry, Segment(NiftiReader.Read(image), smooth), gzip: true);
            }
        }

        return zip.ToArray();
    }

    private static NiftiImage Segment(NiftiImage image, bool smooth)
    {
        var (grid, values) = (image.Grid, image.Values());
        if (smooth)
            values = Smooth(values, grid.Columns, grid.Rows, grid.Slices);
        var labels = new MaskVolume(grid);
        var bits = new bool[grid.Columns * grid.Rows];
        foreach (var (label, low, high) in new[] { ((byte)1, 88.0, 121.0), ((byte)2, 158.0, 182.0) })
        {
            for (var slice = 0; slice < grid.Slices; slice++)
            {
                for (var i = 0; i < bits.Length; i++)
                    bits[i] = values[slice * bits.Length + i] >= low && values[slice * bits.Length + i] <= high;
                labels.Paint(slice, RunLengthMask.FromBits(bits, grid.Rows, grid.Columns), label);
            }
        }

        return NiftiImage.FromMask(labels, image.Affine);
    }

    /// <summary>The mean of 5×5 pixels in each slice; borders keep their values.</summary>
    private static double[] Smooth(double[] values, int columns, int rows, int slices)
    {
        var smooth = (double[])values.Clone();
        for (var slice = 0; slice < slices; slice++)
            for (var row = 2; row < rows - 2; row++)
                for (var column = 2; column < columns - 2; column++)
                {
                    var sum = 0.0;
                    for (var dy = -2; dy <= 2; dy++)
                        for (var dx = -2; dx <= 2; dx++)
                            sum += values[(slice * rows + row + dy) * columns + column + dx];
                    smooth[(slice * rows + row) * columns + column] = sum / 25;
                }

        return smooth;
    }
}
