using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>What the tests of the archive do over HTTP again and again.</summary>
internal static class ArchiveClient
{
    public static async Task<string> Centre(this PirogovApp app, string code, Guid? organisation = null)
    {
        var office = await app.As(Role.AiOffice);
        var answer = await office.PostAsJsonAsync("/api/v1/centres", new
        {
            code,
            name = "Центр " + code,
            organisationId = organisation,
            readiness = new[] { new { dataKind = "radiology", hasData = true, wantsToLabel = true, hasExperience = false } },
        });
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync());
        return code;
    }

    public static async Task<string> OpenBatch(this HttpClient client, string centre, string name = "Партия")
    {
        var answer = await client.PostAsJsonAsync("/api/v1/batches", new { centre, name });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    public static async Task<JsonObject> SendFile(this HttpClient client, string batch, string name, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("X-Pirogov-Name", Uri.EscapeDataString(name));
        var answer = await client.PostAsync($"/api/v1/batches/{batch}/files", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public static string? ReasonOf(this JsonObject sent) => ((string?)sent["reason"]?["type"])?.Replace("/problems/archive.file.", "", StringComparison.Ordinal);

    public static async Task<JsonObject> Close(this PirogovApp app, HttpClient client, string batch)
    {
        var answer = await client.PostAsync($"/api/v1/batches/{batch}/close", null);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync() + app.Log.Errors);
        await app.Settle();
        return (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!;
    }

    /// <summary>A whole batch of one synthetic study; the id of its case.</summary>
    public static async Task<(string Batch, JsonObject Case)> SendStudy(this PirogovApp app, HttpClient client, string centre, int study, int slices = 4)
    {
        var batch = await client.OpenBatch(centre);
        foreach (var (slice, k) in SyntheticCt.Slices(study, [.. Enumerable.Range(0, slices).Select(k => 3.0 * k)]).Select((s, k) => (s, k)))
            Assert.Equal("accepted", (string?)(await client.SendFile(batch, $"IM{k:D4}.dcm", SyntheticCt.File(slice)))["outcome"]);
        await app.Close(client, batch);
        var cases = await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}");
        return (batch, cases!["items"]!.AsArray().Single()!.AsObject());
    }
}
