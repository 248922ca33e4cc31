using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Harness;

/// <summary>Orthanc with its DICOMweb plugin, private on 127.0.0.1, that knows the platform as a modality and as a DICOMweb server.</summary>
internal sealed class Orthanc : IAsyncDisposable
{
    private const string Program = "/usr/sbin/Orthanc";
    private const string Plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
    private const string Name = "pirogov";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("pirogov-orthanc-").FullName;
    private readonly HttpClient http;
    private readonly Process process;

    private Orthanc(PlatformProcess platform, int dimsePort, string title, string token, string centre)
    {
        var port = PlatformProcess.FreePort();
        var configuration = Path.Combine(folder, "orthanc.json");
        File.WriteAllText(configuration, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["StorageDirectory"] = folder,
            ["IndexDirectory"] = folder,
            ["HttpPort"] = port,
            ["DicomPort"] = PlatformProcess.FreePort(),
            ["DicomAet"] = title,
            ["AuthenticationEnabled"] = false,
            ["Plugins"] = new[] { Plugin },
            ["DicomModalities"] = new Dictionary<string, object> { [Name] = new object[] { "PIROGOV", "127.0.0.1", dimsePort } },
            ["DicomWeb"] = new
            {
                Enable = true,
                Servers = new Dictionary<string, object>
                {
                    [Name] = new
                    {
                        Url = $"{platform.Address}dicomweb/",
                        HttpHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + token, ["X-Pirogov-Centre"] = centre },
                    },
                },
            },
        }));
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/") };
        process = Process.Start(new ProcessStartInfo(Program, [configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public static bool IsPresent { get; } = File.Exists(Program) && File.Exists(Plugin);

    public static async Task<Orthanc> Start(PlatformProcess platform, int dimsePort, string title, string token, string centre)
    {
        var orthanc = new Orthanc(platform, dimsePort, title, token, centre);
        for (var waited = TimeSpan.Zero; waited < Patience; waited += TimeSpan.FromMilliseconds(100))
        {
            try
            {
                using var answer = await orthanc.http.GetAsync("system");
                if (answer.IsSuccessStatusCode)
                    return orthanc;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        await orthanc.DisposeAsync();
        throw new TimeoutException("Orthanc did not start.");
    }

    /// <returns>Orthanc's id of the study.</returns>
    public async Task<string> Import(IEnumerable<byte[]> files)
    {
        var study = "";
        foreach (var file in files)
        {
            using var answer = await http.PostAsync("instances", new ByteArrayContent(file));
            study = (string)JsonNode.Parse(await Told(answer))!["ParentStudy"]!;
        }

        return study;
    }

    public Task StoreByDimse(string study) => Post($"modalities/{Name}/store", new { Resources = new[] { study }, Synchronous = true });

    public Task StoreByStow(string study) => Post($"dicom-web/servers/{Name}/stow", new { Resources = new[] { study }, Synchronous = true });

    public async Task<JsonArray> Search(string uri, Dictionary<string, string> keys) =>
        JsonNode.Parse(await Post($"dicom-web/servers/{Name}/qido", new { Uri = uri, Arguments = keys }))!.AsArray();

    /// <summary>Fetches a study by WADO-RS; its files as Orthanc keeps them then.</summary>
    public async Task<IReadOnlyList<byte[]>> Retrieve(string studyInstanceUid)
    {
        await Post($"dicom-web/servers/{Name}/retrieve", new { Resources = new[] { new { Study = studyInstanceUid } }, Synchronous = true });
        var found = JsonNode.Parse(await Post("tools/find", new { Level = "Instance", Query = new { StudyInstanceUID = studyInstanceUid } }))!.AsArray();
        var files = new List<byte[]>();
        foreach (var id in found)
            files.Add(await http.GetByteArrayAsync($"instances/{id}/file"));
        return files;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<string> Post(string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body, new JsonSerializerOptions());
        return await Told(answer);
    }

    private static async Task<string> Told(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.RequestUri}: {(int)answer.StatusCode} {text}");
        return text;
    }
}
