using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class ClumsySendersOnSqlite(SqliteApp app) : ClumsySenderTests(app), IClassFixture<SqliteApp>;

public sealed class ClumsySendersOnPostgreSql(PostgreSqlApp app) : ClumsySenderTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>What senders and viewers write that no standard allows costs them an answer, and nobody else anything.</summary>
public abstract class ClumsySenderTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_UID_of_other_letters_is_told_as_an_instance_without_UIDs_beside_what_was_stored()
    {
        var client = await App.As(Role.DataEngineer);
        var second = SyntheticCt.Slice(371, 1, 3);
        var broken = SyntheticCt.File(second);
        var uid = System.Text.Encoding.ASCII.GetBytes(second.GetString(DicomTags.SopInstanceUid)!);
        // In the meta header and in the data set; В of Windows-1251.
        for (var at = 0; broken.AsSpan(at).IndexOf(uid) is var found and >= 0; at += found + 1)
            broken[at + found + 2] = 0xC2;
        var answer = await Store(client, $"/dicomweb/studies?centre={await App.Centre("CS1")}", "multipart/related; type=application/dicom; boundary=b",
            SyntheticCt.File(SyntheticCt.Slice(371, 0, 0)), broken);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var told = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Single(told["00081199"]!["Value"]!.AsArray());
        Assert.Null(told["00081198"]);
        Assert.Equal(0xC000, (int)Assert.Single(told["0008119A"]!["Value"]!.AsArray())!["00081197"]!["Value"]![0]!);
    }

    [SkippableFact]
    public async Task A_header_with_a_NUL_or_with_more_than_its_VR_holds_keeps_no_batch_from_its_cases()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("CS2"));
        var nul = SyntheticCt.Slice(372, 0, 0).Set(DicomTags.Modality, DicomVr.CS, "C\0T "u8.ToArray()).Set(DicomTags.Manufacturer, DicomVr.LO, "Ven\0dor "u8.ToArray())
            .Set(DicomTags.BodyPartExamined, DicomVr.CS, "ABDO\0MEN"u8.ToArray()).Set(DicomTags.PatientSex, DicomVr.CS, "\0M"u8.ToArray());
        var longer = new string('X', 500);
        var waiting = SyntheticCt.Slice(374, 0, 0).Set(DicomTags.Modality, longer).Set(DicomTags.BurnedInAnnotation, "YES");
        var others = SyntheticCt.Slice(375, 0, 0).Set(DicomTags.Modality, DicomVr.CS, "\0\0CT"u8.ToArray()).Set(DicomTags.BurnedInAnnotation, "YES");
        foreach (var (dataset, outcome) in new[]
                 {
                     (nul, "accepted"), (SyntheticCt.Slice(373, 0, 0).Set(DicomTags.Modality, longer).Set(DicomTags.Manufacturer, longer), "accepted"),
                     (SyntheticCt.Slice(376, 0, 0), "accepted"), (waiting, "quarantined"), (others, "quarantined"),
                 })
            Assert.Equal(outcome, (string?)(await client.SendFile(batch, "x.dcm", SyntheticCt.File(dataset)))["outcome"]);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/batches/{batch}/close?withoutUnreviewed=true", null)).StatusCode);
        await App.Settle();
        var report = await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}");
        Assert.Equal(("complete", 3), ((string?)report!["state"], (int)report["counts"]!["accepted"]!));
        var found = JsonNode.Parse(await client.GetStringAsync("/dicomweb/studies?ModalitiesInStudy=XXXXXXXXXXXXXXXX"))!.AsArray();
        Assert.Single(found);
        Assert.NotEmpty(JsonNode.Parse(await client.GetStringAsync("/dicomweb/series?Manufacturer=Vendor&BodyPartExamined=ABDOMEN"))!.AsArray());
    }

    [SkippableFact]
    public async Task A_NUL_in_what_is_asked_or_sent_is_the_callers_fault_and_not_the_servers()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("CS3");
        foreach (var level in new[] { "studies", "series", "instances" })
        {
            foreach (var key in new[] { "PatientName=a%00*", "PatientID=%00", "StudyInstanceUID=1.2%00", "Modality=C%00T", "SOPInstanceUID=%00", "ModalitiesInStudy=*%00", "StudyDescription=%00" })
                Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/dicomweb/{level}?{key}")).StatusCode);
        }

        foreach (var answer in new[]
                 {
                     await client.PostAsJsonAsync("/api/v1/batches", new { centre = "CS3", name = "a\0b" }),
                     await client.PostAsJsonAsync("/api/v1/tokens", new { name = "a\0b", scopes = new[] { "*" }, days = 3 }),
                     await App.Nobody().PostAsJsonAsync("/api/v1/tokens/issue", new { login = "a\0b", password = "x" }),
                     await client.GetAsync("/api/v1/cases?modality=%00"),
                     await Store(client, "/dicomweb/studies?centre=%00", "multipart/related; type=\"application/dicom\"; boundary=b", SyntheticCt.File(SyntheticCt.Slice(377, 0, 0))),
                 })
            Assert.True((int)answer.StatusCode < 500, $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode}");
    }

    [SkippableFact]
    public async Task A_thumbnail_that_cannot_be_had_in_the_form_that_is_asked_for_is_refused_at_every_level()
    {
        var client = await App.As(Role.DataEngineer);
        await App.SendStudy(client, await App.Centre("CS4"), 378, slices: 1);
        var instance = JsonNode.Parse(await client.GetStringAsync("/dicomweb/instances?limit=1"))![0]!;
        var study = $"/dicomweb/studies/{instance["0020000D"]!["Value"]![0]}";
        var series = $"{study}/series/{instance["0020000E"]!["Value"]![0]}";
        foreach (var what in new[] { study, series, $"{series}/instances/{instance["00080018"]!["Value"]![0]}" })
        {
            Assert.Equal(HttpStatusCode.NotAcceptable, (await DicomwebClient.Get(client, what + "/thumbnail", "image/png")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await DicomwebClient.Get(client, what + "/thumbnail", "image/*")).StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> Store(HttpClient client, string path, string type, params byte[][] files)
    {
        using var body = new MemoryStream();
        foreach (var file in files)
        {
            body.Write("--b\r\nContent-Type: application/dicom\r\n\r\n"u8);
            body.Write(file);
            body.Write("\r\n"u8);
        }

        body.Write("--b--\r\n"u8);
        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await client.PostAsync(path, content);
    }
}
