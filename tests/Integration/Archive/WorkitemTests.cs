using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class WorkitemsOnSqlite(SqliteApp app) : WorkitemTests(app), IClassFixture<SqliteApp>;

public sealed class WorkitemsOnPostgreSql(PostgreSqlApp app) : WorkitemTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>UPS-RS: the worklist's state machine, its lock, and its events.</summary>
public abstract class WorkitemTests(PirogovApp app) : OnBothEngines(app)
{
    private const string Transaction = "2.25.777001";
    private const string Global = "1.2.840.10008.5.1.4.34.5";

    [SkippableFact]
    public async Task An_item_is_planned_taken_changed_under_its_lock_and_completed()
    {
        var client = await App.As(Role.DataEngineer);
        var item = await Planned(client, "WI1", "2.25.9001");
        Assert.Equal(HttpStatusCode.Conflict, (await Create(client, "WI1", "2.25.9001", Item())).StatusCode);
        await Answers(client.PostAsync(item, Json(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ProcedureStepLabel, "Другое"))), 200);

        await Answers(Move(client, item, "COMPLETED", Transaction), 409, "inconsistent with the current state");
        await Answers(Move(client, item, "IN PROGRESS", null), 400, "Transaction UID is missing");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 200);
        await Answers(Move(client, item, "IN PROGRESS", "2.25.2"), 409, "inconsistent");
        await Answers(Move(client, item, "SCHEDULED", Transaction), 409, "inconsistent");
        await Answers(client.PostAsync(item, Json(Performed())), 400, "Transaction UID is missing");
        await Answers(client.PostAsync(item + "?transaction-uid=2.25.2", Json(Performed())), 400, "Transaction UID is incorrect");
        await Answers(Move(client, item, "COMPLETED", Transaction), 409, "inconsistent");
        await Answers(client.PostAsync(item + "?" + Transaction, Json(Performed())), 200);
        await Answers(client.PostAsync(item + "?" + Transaction, Json(new DicomDataset().Set(DicomTags.ProcedureStepState, "COMPLETED"))), 400);
        await Answers(Move(client, item, "COMPLETED", "2.25.2"), 400, "Transaction UID is incorrect");
        await Answers(Move(client, item, "COMPLETED", Transaction), 200);
        await Answers(Move(client, item, "COMPLETED", Transaction), 200, "already in the requested state of COMPLETED");
        await Answers(Move(client, item, "CANCELED", Transaction), 409, "inconsistent");
        await Answers(client.PostAsync(item + "?" + Transaction, Json(Performed())), 409, "inconsistent");
        await Answers(client.PostAsync(item + "/cancelrequest", null), 409, "already COMPLETED");

        var text = await client.GetStringAsync(item);
        Assert.DoesNotContain(Transaction, text, StringComparison.Ordinal);
        Assert.DoesNotContain("00081195", text, StringComparison.Ordinal);
        var read = JsonNode.Parse(text)![0]!;
        Assert.Equal("COMPLETED", (string?)read["00741000"]!["Value"]![0]);
        Assert.Equal("Другое", (string?)read["00741204"]!["Value"]![0]);
    }

    [SkippableFact]
    public async Task Of_many_who_take_an_item_at_once_exactly_one_has_it()
    {
        var client = await App.As(Role.DataEngineer);
        for (var round = 0; round < 3; round++)
        {
            var item = await Planned(client, "WI2", $"2.25.91{round}");
            var claims = await Task.WhenAll(Enumerable.Range(1, 24).Select(async k => (Key: $"2.25.55{k}", (await Move(client, item, "IN PROGRESS", $"2.25.55{k}")).StatusCode)));
            var winner = Assert.Single(claims, c => c.StatusCode == HttpStatusCode.OK);
            Assert.All(claims.Where(c => c != winner), c => Assert.Equal(HttpStatusCode.Conflict, c.StatusCode));
            await Answers(client.PostAsync(item + "?transaction-uid=" + claims.First(c => c != winner).Key, Json(Performed())), 400, "incorrect");
            await Answers(client.PostAsync(item + "?transaction-uid=" + winner.Key, Json(Performed())), 200);
        }
    }

    [SkippableFact]
    public async Task What_is_malformed_identifying_or_another_centres_does_not_come_in()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("WI3");
        await Answers(Create(client, "WI3", "2.25.9301", Item().Set(DicomTags.ProcedureStepState, "IN PROGRESS")), 400);
        await Answers(Create(client, "WI3", "no.uid.x", Item()), 400);
        var lacking = Item();
        lacking.Remove(DicomTags.ProcedureStepLabel);
        await Answers(Create(client, "WI3", "2.25.9301", lacking), 400);
        await Answers(client.PostAsync("/dicomweb/workitems?centre=WI3", new StringContent("[{", Encoding.UTF8, "application/dicom+json")), 400);
        await Answers(client.PostAsync("/dicomweb/workitems?centre=WI3", new StringContent("{}", Encoding.UTF8, "text/plain")), 415);

        var named = Item().Set(DicomTags.PatientName, SyntheticCt.Name).Set(DicomTags.PatientID, SyntheticCt.PatientId).Set(DicomTags.PatientBirthDate, SyntheticCt.BirthDate)
            .SetItems(DicomTags.ReferencedRequestSequence, new DicomDataset().Set(DicomTags.AccessionNumber, "ACC-90817").Set(DicomTags.RequestedProcedureID, "RP-1"));
        var family = SyntheticCt.Name.Split('^')[0];
        named.Set(DicomTags.ProcedureStepLabel, $"Читать: {family}, СНИЛС 112-233-445 95");
        await Answers(Create(client, "WI3", "2.25.9302", named), 201, "created with modifications");
        // JSON escapes what is not ASCII: a Cyrillic name would be overlooked.
        var kept = JsonNode.Parse(await client.GetStringAsync("/dicomweb/workitems/2.25.9302"))!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.All(SyntheticCt.Secrets, s => Assert.DoesNotContain(s, kept, StringComparison.Ordinal));
        Assert.Contains("RP-1", kept, StringComparison.Ordinal);
        Assert.Contains("Читать", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("112-233-445", kept, StringComparison.Ordinal);
        Assert.DoesNotContain(family, kept, StringComparison.OrdinalIgnoreCase);

        var stranger = await App.As(Role.CentreRepresentative, "stranger-of-work");
        await Answers(stranger.GetAsync("/dicomweb/workitems/2.25.9302"), 404);
        await Answers(Move(stranger, "/dicomweb/workitems/2.25.9302", "IN PROGRESS", Transaction), 404);
        await Answers(stranger.GetAsync("/dicomweb/workitems"), 204);
        await Answers((await App.As(Role.Expert)).GetAsync("/dicomweb/workitems"), 403);
        await Answers(client.GetAsync("/dicomweb/workitems/2.25.404"), 404);
    }

    /// <summary>PS3.4 Table CC.2.5-3.</summary>
    [SkippableFact]
    public async Task What_the_standard_wants_of_an_item_is_held_when_it_is_made_and_when_it_is_changed()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("WI6");
        var nothing = new DicomDataset();
        foreach (var (tag, spoil) in new (string, Func<DicomDataset, DicomDataset>)[]
                 {
                     ("ScheduledProcedureStepPriority", i => i.Set(DicomTags.ScheduledProcedureStepPriority, "URGENT")), ("InputReadinessState", i => i.Set(DicomTags.InputReadinessState, "MAYBE")),
                     ("TransactionUID", i => i.Set(DicomTags.TransactionUid, "2.25.1")), ("ProcedureStepProgressInformationSequence", i => i.SetItems(DicomTags.ProcedureStepProgressInformationSequence, nothing)),
                     ("UnifiedProcedureStepPerformedProcedureSequence", i => i.SetItems(DicomTags.UnifiedProcedureStepPerformedProcedureSequence, nothing)),
                     ("ScheduledWorkitemCodeSequence", i => i.SetItems(DicomTags.ScheduledWorkitemCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, "1").Set(DicomTags.CodeMeaning, "One"))),
                     ("InputInformationSequence", i => i.SetItems(DicomTags.InputInformationSequence, new DicomDataset().Set(DicomTags.TypeOfInstances, "DICOM"))),
                     ("HumanPerformerName", i => i.SetItems(DicomTags.ScheduledHumanPerformersSequence, new DicomDataset().SetItems(DicomTags.HumanPerformerCodeSequence, Code("P1")))),
                 })
        {
            var refused = await Create(client, "WI6", "2.25.9600", spoil(Item()));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(tag, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var item = await Planned(client, "WI6", "2.25.9601");
        var read = JsonNode.Parse(await client.GetStringAsync(item))![0]!;
        Assert.Equal("WI6", (string?)read["00741202"]!["Value"]![0]);
        Assert.All(new[] { "00404021", "00404025", "00100030", "0040A370", "00741002", "00741216" }, tag => Assert.Null(read[tag]!["Value"]));
        foreach (var change in new[]
                 {
                     nothing.Set(DicomTags.PatientName, "P-1"), new DicomDataset().SetEmpty(DicomTags.ReferencedRequestSequence), new DicomDataset().SetEmpty(DicomTags.ProcedureStepLabel),
                     new DicomDataset().Set(DicomTags.ScheduledProcedureStepPriority, "NOW"), new DicomDataset().SetItems(DicomTags.ScheduledStationNameCodeSequence, new DicomDataset()),
                 })
            await Answers(client.PostAsync(item, Json(change)), 400);
        await Answers(client.PostAsync(item, Json(new DicomDataset().Set(DicomTags.ScheduledProcedureStepPriority, "HIGH"))), 200);
    }

    [SkippableFact]
    public async Task Who_watches_all_hears_for_whom_a_new_item_is()
    {
        var client = await App.As(Role.DataEngineer, "watcher");
        await App.Centre("WI7");
        using var socket = await Listen("watcher", "WATCHALL");
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}.1/subscribers/WATCHALL?ProcedureStepLabel=Assigned*", null), 201);
        await Answers(Create(client, "WI7", "2.25.9701", Item("Assigned to somebody").SetItems(DicomTags.ScheduledHumanPerformersSequence, new DicomDataset()
            .SetItems(DicomTags.HumanPerformerCodeSequence, Code("P7")).Set(DicomTags.HumanPerformerName, "Reader^One").Set(DicomTags.HumanPerformerOrganization, "Reading room"))), 201);
        Assert.Equal((1, "SCHEDULED"), await State(socket));
        var assigned = await Heard(socket);
        Assert.Equal(5, (int)assigned["00001002"]!["Value"]![0]!);
        Assert.Equal("P7", (string?)assigned["00404009"]!["Value"]![0]!["00080100"]!["Value"]![0]);
        Assert.Equal("Reading room", (string?)assigned["00404036"]!["Value"]![0]);
    }

    [SkippableFact]
    public async Task Items_are_found_by_state_label_range_and_path_and_answer_in_XML()
    {
        var client = await App.As(Role.DataEngineer);
        await Planned(client, "WI4", "2.25.9401", Item("Проверить WI4-A", "20250110080000"));
        var second = await Planned(client, "WI4", "2.25.9402", Item("Проверить WI4-B", "20250215080000"));
        await Answers(Move(client, second, "IN PROGRESS", Transaction), 200);
        foreach (var (query, expected) in new[]
                 {
                     ("ProcedureStepLabel=*WI4*", 2), ("ProcedureStepLabel=*WI4*&ProcedureStepState=SCHEDULED", 1), ("ProcedureStepLabel=*WI4*&ScheduledProcedureStepStartDateTime=20250201-20250301", 1),
                     ("ScheduledWorkitemCodeSequence.CodeValue=110005&ProcedureStepLabel=*WI4*", 2), ("SOPInstanceUID=2.25.9401,2.25.9402", 2), ("ProcedureStepLabel=*WI4*&limit=1&offset=1", 1),
                     ("TransactionUID=" + Transaction + "&ProcedureStepLabel=*WI4*", 2),
                 })
        {
            var found = JsonNode.Parse(await client.GetStringAsync("/dicomweb/workitems?" + query))!.AsArray();
            Assert.True(found.Count == expected, $"{query}: {found.Count}");
        }

        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=nothing"), 204);
        await Answers(client.GetAsync("/dicomweb/workitems?limit=x"), 400);
        Assert.True((await client.GetAsync("/dicomweb/workitems?TransactionUID=1.2")).Headers.Contains("Warning"));
        using var request = new HttpRequestMessage(HttpMethod.Get, second);
        request.Headers.Accept.Add(new("application/dicom+xml"));
        var xml = await (await client.SendAsync(request)).Content.ReadAsByteArrayAsync();
        Assert.Equal("IN PROGRESS", DicomXml.Parse(xml).GetString(DicomTags.ProcedureStepState));
    }

    [SkippableFact]
    public async Task Subscribers_hear_of_states_progress_and_wishes_to_cancel_until_they_unsubscribe()
    {
        var client = await App.As(Role.DataEngineer, "listener");
        var item = await Planned(client, "WI5", "2.25.9501");
        await Answers((await App.As(Role.CentreRepresentative, "stranger-of-work")).PostAsync(item + "/subscribers/NOSY", null), 404);
        using var socket = await Listen("listener", "WATCH");
        var subscribed = await client.PostAsync(item + "/subscribers/WATCH?deletionlock=true", null);
        Assert.Equal(HttpStatusCode.Created, subscribed.StatusCode);
        Assert.Equal("ws://localhost/dicomweb/subscribers/WATCH", subscribed.Content.Headers.ContentLocation?.ToString());
        await Answers((await App.As(Role.DataEngineer)).PostAsync(item + "/subscribers/WATCH", null), 403);
        Assert.Equal((1, "SCHEDULED"), await State(socket));
        await Move(client, item, "IN PROGRESS", Transaction);
        Assert.Equal((1, "IN PROGRESS"), await State(socket));
        await client.PostAsync(item + "?" + Transaction, Json(new DicomDataset().SetItems(DicomTags.ProcedureStepProgressInformationSequence,
            new DicomDataset().Set(new DicomTag(0x00741004), "40"))));
        Assert.Equal(3, (int)(await Heard(socket))["00001002"]!["Value"]![0]!);
        await Answers(client.PostAsync(item + "/cancelrequest", Json(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ReasonForCancellation, "Ошибочное назначение"))), 202);
        var wish = await Heard(socket);
        Assert.Equal((2, "Ошибочное назначение"), ((int)wish["00001002"]!["Value"]![0]!, (string?)wish["00741238"]!["Value"]![0]));
        await Answers(Move(client, item, "CANCELED", Transaction), 200);
        Assert.Equal((1, "CANCELED"), await State(socket));
        await Answers(client.PostAsync(item + "/cancelrequest", null), 202, "already in the requested state of CANCELED");

        var other = await Planned(client, "WI5", "2.25.9502");
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}/subscribers/WATCH", null), 201);
        await client.DeleteAsync(item + "/subscribers/WATCH");
        var seen = await State(socket, "2.25.9502");
        Assert.Equal((1, "SCHEDULED"), seen);
        await Answers(client.PostAsync(other + "/cancelrequest", null), 202);
        Assert.Equal((1, "CANCELED"), await State(socket, "2.25.9502"));
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}/subscribers/WATCH/suspend", null), 200);
        await Planned(client, "WI5", "2.25.9503");
        await Answers(client.DeleteAsync($"/dicomweb/workitems/{Global}/subscribers/WATCH"), 200);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}.1/subscribers/WATCH?ProcedureStepLabel=Filtered*", null), 201);
        await Planned(client, "WI5", "2.25.9504");
        await Planned(client, "WI5", "2.25.9505", Item("Filtered one"));
        var next = await Heard(socket);
        Assert.Equal("2.25.9505", (string?)next["00001000"]!["Value"]![0]);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}.1/subscribers/WATCH", null), 400);
        await Answers(client.GetAsync("/dicomweb/subscribers/WATCH"), 400);
    }

    private async Task<string> Planned(HttpClient client, string centre, string uid, DicomDataset? item = null)
    {
        await App.Centre(centre);
        var made = await Create(client, centre, uid, item ?? Item());
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        // Its own report is out before anybody subscribes.
        await App.Settle();
        return made.Headers.Location!.PathAndQuery;
    }

    private static Task<HttpResponseMessage> Create(HttpClient client, string centre, string uid, DicomDataset item) =>
        client.PostAsync($"/dicomweb/workitems?workitem={uid}&centre={centre}", Json(item));

    private static Task<HttpResponseMessage> Move(HttpClient client, string item, string state, string? transaction)
    {
        var change = new DicomDataset().Set(DicomTags.ProcedureStepState, state);
        return client.PutAsync(item + "/state", Json(transaction is null ? change : change.Set(DicomTags.TransactionUid, transaction)));
    }

    private static DicomDataset Item(string label = "Разметить грудную клетку", string start = "20250101080000") => new DicomDataset()
        .Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
        .Set(DicomTags.ProcedureStepState, "SCHEDULED").Set(DicomTags.ScheduledProcedureStepPriority, "MEDIUM").Set(DicomTags.ProcedureStepLabel, label)
        .Set(DicomTags.ScheduledProcedureStepStartDateTime, start).Set(DicomTags.InputReadinessState, "READY")
        .SetItems(new DicomTag(0x00404018), Code("110005"));

    private static DicomDataset Performed() => new DicomDataset().SetItems(DicomTags.UnifiedProcedureStepPerformedProcedureSequence, new DicomDataset()
        .SetItems(DicomTags.PerformedStationNameCodeSequence, Code("ST1")).SetItems(DicomTags.PerformedWorkitemCodeSequence, Code("110005"))
        .Set(DicomTags.PerformedProcedureStepStartDateTime, "20250101090000").Set(DicomTags.PerformedProcedureStepEndDateTime, "20250101093000")
        .SetEmpty(DicomTags.OutputInformationSequence));

    private static DicomDataset Code(string value) => new DicomDataset().Set(DicomTags.CodeValue, value).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, value);

    private static ByteArrayContent Json(DicomDataset dataset)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"[{DicomJson.ToText(dataset)}]"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom+json");
        return content;
    }

    private static async Task Answers(Task<HttpResponseMessage> asked, int status, string? warning = null)
    {
        var answer = await asked;
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        if (warning is not null)
            Assert.Contains(answer.Headers.GetValues("Warning"), w => w.StartsWith("299 ", StringComparison.Ordinal) && w.Contains(warning, StringComparison.Ordinal));
    }

    private async Task<WebSocket> Listen(string name, string subscriber)
    {
        var (_, token) = await App.Person(name, [Role.DataEngineer]);
        var client = App.Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers.Authorization = "Bearer " + token;
        return await client.ConnectAsync(new Uri("ws://localhost/dicomweb/subscribers/" + subscriber), default);
    }

    private static async Task<JsonObject> Heard(WebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[65536];
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        return JsonNode.Parse(buffer.AsSpan(0, received.Count))!.AsObject();
    }

    /// <summary>The next report, of one item where it is named: global subscriptions begin with every open item.</summary>
    private static async Task<(int Event, string? State)> State(WebSocket socket, string? of = null)
    {
        while (true)
        {
            var heard = await Heard(socket);
            if (of is null || (string?)heard["00001000"]!["Value"]![0] == of)
                return ((int)heard["00001002"]!["Value"]![0]!, (string?)heard["00741000"]?["Value"]?[0]);
        }
    }
}
