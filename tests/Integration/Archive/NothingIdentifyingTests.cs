using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>
/// Sends files, then looks for every identifying value of the originals in every byte that is left: the store, the
/// database and its log, what was logged, and what the API answers.
/// </summary>
public sealed class NothingIdentifyingTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    /// <summary>Of a folder: its slices are alike, and every byte that is left is searched in every form for each of their values.</summary>
    private const int MostFiles = 60;

    private static readonly DicomTag[] NotIdentifying = [DicomTags.SopClassUid, DicomTags.MediaStorageSopClassUid];

    [Fact]
    public async Task No_identifying_value_of_an_invented_patient_is_left_anywhere()
    {
        var originals = SyntheticCt.Slices(201, 0, 3, 6).Select(s => SyntheticCt.File(s)).ToArray();
        await SendAndSearch("NID1", originals, SyntheticCt.Secrets);
    }

    [SkippableTheory]
    [InlineData("totalsegmentator", "example_ct_dicom")]
    [InlineData("dicom2nifti", "siemens")]
    [InlineData("dicom2nifti", "ge")]
    [InlineData("dicom2nifti", "philips_enhanced")]
    public async Task No_identifying_value_of_real_files_is_left_anywhere(string source, string part)
    {
        var folder = SharedData.Folder("data", "radiology", source, part);
        Skip.If(folder is null, $"shared/data/radiology/{source}/{part} is absent.");
        var originals = Directory.EnumerateFiles(folder!, "*", SearchOption.AllDirectories).Where(IsDicom).Order().Take(MostFiles).Select(File.ReadAllBytes).ToArray();
        var secrets = originals.SelectMany(o => Identifying(DicomReader.Read(o))).Distinct().ToArray();
        Assert.NotEmpty(secrets);
        await SendAndSearch("NID" + Math.Abs((source + part).Sum(c => c)), originals, secrets);
    }

    private async Task SendAndSearch(string centre, byte[][] originals, string[] secrets)
    {
        var traces = new Traces(secrets.Where(s => s.Length >= Traces.Shortest).Select(Encoding.UTF8.GetBytes));
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre(centre));
        var answers = new List<byte[]>();
        foreach (var (bytes, k) in originals.Select((b, k) => (b, k)))
        {
            var sent = await client.SendFile(batch, $"{k}.dcm", bytes);
            answers.Add(Encoding.UTF8.GetBytes(sent.ToJsonString()));
        }

        Assert.True(answers.Exists(a => a.AsSpan().IndexOf("\"accepted\""u8) >= 0), Encoding.UTF8.GetString(answers[0]));
        answers.Add(Encoding.UTF8.GetBytes((await app.Close(client, batch)).ToJsonString()));
        answers.Add(await client.GetByteArrayAsync($"/api/v1/batches/{batch}/files?size=200"));
        foreach (var row in (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}&size=200"))!["items"]!.AsArray())
            answers.AddRange(await Open(client, (string)row!["id"]!));
        foreach (var answer in answers)
            Search("an answer", answer);
        Search("the log", Encoding.UTF8.GetBytes(app.Log.All));
        foreach (var path in Directory.EnumerateFiles(app.DataFolder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            Search(path, bytes.ToArray());
        }

        void Search(string where, byte[] bytes)
        {
            Plain(where, bytes, secrets);
            // Of what was found the kind is told, and no value of a real file.
            Assert.True(traces.In(bytes) is { Count: 0 }, $"{traces.In(bytes).Count} values of originals stand compressed or encoded in {where}");
        }
    }

    private static async Task<IEnumerable<byte[]>> Open(HttpClient client, string id)
    {
        var viewer = await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{id}/viewer");
        var series = viewer!["series"]![0]!;
        var study = (string)series["studyInstanceUid"]!;
        return
        [
            await client.GetByteArrayAsync($"/api/v1/cases/{id}"),
            await client.GetByteArrayAsync($"/api/v1/cases/{id}/series/{series["seriesInstanceUid"]}/attributes"),
            await client.GetByteArrayAsync($"/dicomweb/studies?StudyInstanceUID={study}"),
            await client.GetByteArrayAsync($"/dicomweb/studies/{study}/metadata"),
            await client.GetByteArrayAsync($"/dicomweb/studies/{study}"),
            await client.GetByteArrayAsync($"/dicomweb/studies/{study}/rendered?viewport=32,32"),
            await client.GetByteArrayAsync($"/dicomweb/studies/{study}/thumbnail"),
        ];
    }

    /// <summary>Those too short to be looked for in every form too.</summary>
    private static void Plain(string where, byte[] bytes, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var encoding in new[] { Encoding.UTF8, Encoding.Latin1, Encoding.Unicode })
                Assert.True(bytes.AsSpan().IndexOf(encoding.GetBytes(secret)) < 0, $"{secret.Length} characters of an original stand in {where}");
        }
    }

    /// <summary>
    /// Names, identifiers, dates, institutions and UIDs of the originals. Values shorter than six characters, and words that
    /// every file may hold, would be found by chance.
    /// </summary>
    private static IEnumerable<string> Identifying(DicomFile file) => file.Meta.Concat(file.Dataset)
        .Where(e => !NotIdentifying.Contains(e.Tag) && !e.Tag.IsPixelData && IsIdentifying(e))
        .SelectMany(e => (e.Tag.Group == 2 ? file.Meta : file.Dataset).GetStrings(e.Tag))
        .Where(v => v.Length >= 6 && !DicomUids.IsWellKnown(v) && !v.StartsWith("000000", StringComparison.Ordinal)
            && !v.Contains("anonym", StringComparison.OrdinalIgnoreCase) && !v.Contains("unknown", StringComparison.OrdinalIgnoreCase));

    private static bool IsIdentifying(DicomElement element) => element.Vr is DicomVr.PN or DicomVr.DA or DicomVr.DT
        || (element.Vr == DicomVr.UI && element.Tag != DicomTags.TransferSyntaxUid && element.Tag != DicomTags.ImplementationClassUid)
        || element.Tag == DicomTags.PatientID || element.Tag == DicomTags.InstitutionName || element.Tag == DicomTags.InstitutionAddress
        || element.Tag == DicomTags.AccessionNumber || element.Tag == DicomTags.StationName || element.Tag == DicomTags.DeviceSerialNumber;

    private static bool IsDicom(string path)
    {
        using var stream = File.OpenRead(path);
        var head = new byte[132];
        return stream.ReadAtLeast(head, 132, throwOnEndOfStream: false) == 132 && head.AsSpan(128).SequenceEqual("DICM"u8);
    }
}
