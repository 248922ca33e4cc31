using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>What tests of the worklist share: making, moving and hearing of items over HTTP.</summary>
public abstract class WorkitemsOverHttp(PirogovApp app) : OnBothEngines(app)
{
    protected const string Transaction = "2.25.777001";
    protected const string Global = "1.2.840.10008.5.1.4.34.5";
    protected const string Filtered = Global + ".1";

    protected async Task<string> Planned(HttpClient client, string centre, string uid, DicomDataset? item = null)
    {
        await App.Centre(centre);
        var made = await Create(client, centre, uid, item ?? Item());
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        // Its own report is out before anybody subscribes.
        await App.Settle();
        return made.Headers.Location!.PathAndQuery;
    }

    protected static Task<HttpResponseMessage> Create(HttpClient client, string centre, string uid, DicomDataset item) =>
        client.PostAsync($"/dicomweb/workitems?workitem={uid}&centre={centre}", Json(item));

    protected static Task<HttpResponseMessage> Move(HttpClient client, string item, string state, string? transaction)
    {
        var change = new DicomDataset().Set(DicomTags.ProcedureStepState, state);
        return client.PutAsync(item + "/state", Json(transaction is null ? change : change.Set(DicomTags.TransactionUid, transaction)));
    }

    protected static DicomDataset Item(string label = "Разметить грудную клетку", string start = "20250101080000") => new DicomDataset()
        .Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
        .Set(DicomTags.ProcedureStepState, "SCHEDULED").Set(DicomTags.ScheduledProcedureStepPriority, "MEDIUM").Set(DicomTags.ProcedureStepLabel, label)
        .Set(DicomTags.ScheduledProcedureStepStartDateTime, start).Set(DicomTags.InputReadinessState, "READY")
        .SetItems(new DicomTag(0x00404018), Code("110005"));

    protected static DicomDataset Performed() => new DicomDataset().SetItems(DicomTags.UnifiedProcedureStepPerformedProcedureSequence, new DicomDataset()
        .SetItems(DicomTags.PerformedStationNameCodeSequence, Code("ST1")).SetItems(DicomTags.PerformedWorkitemCodeSequence, Code("110005"))
        .Set(DicomTags.PerformedProcedureStepStartDateTime, "20250101090000").Set(DicomTags.PerformedProcedureStepEndDateTime, "20250101093000")
        .SetEmpty(DicomTags.OutputInformationSequence));

    protected static DicomDataset Code(string value) => new DicomDataset().Set(DicomTags.CodeValue, value).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, value);

    protected static ByteArrayContent Json(DicomDataset dataset)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"[{DicomJson.ToText(dataset)}]"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom+json");
        return content;
    }

    protected static async Task Answers(Task<HttpResponseMessage> asked, int status, string? warning = null)
    {
        var answer = await asked;
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        if (warning is not null)
            Assert.Contains(answer.Headers.GetValues("Warning"), w => w.StartsWith("299 ", StringComparison.Ordinal) && w.Contains(warning, StringComparison.Ordinal));
    }

    protected async Task<WebSocket> Listen(string name, string subscriber)
    {
        var (_, token) = await App.Person(name, [Role.DataEngineer]);
        var client = App.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = "Bearer " + token;
        return await client.ConnectAsync(new Uri("ws://localhost/dicomweb/subscribers/" + subscriber), default);
    }

    protected static async Task<JsonObject> Heard(WebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[65536];
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        return JsonNode.Parse(buffer.AsSpan(0, received.Count))!.AsObject();
    }

    /// <summary>The next report, of one item where it is named: global subscriptions begin with every open item.</summary>
    protected static async Task<(int Event, string? State)> State(WebSocket socket, string? of = null)
    {
        while (true)
        {
            var heard = await Heard(socket);
            if (of is null || (string?)heard["00001000"]!["Value"]![0] == of)
                return ((int)heard["00001002"]!["Value"]![0]!, (string?)heard["00741000"]?["Value"]?[0]);
        }
    }
}
