using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class WorkitemsOnSqlite(SqliteApp app) : WorkitemTests(app), IClassFixture<SqliteApp>;

public sealed class WorkitemsOnPostgreSql(PostgreSqlApp app) : WorkitemTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>UPS-RS: the worklist's state machine, its lock, what comes in and what is found.</summary>
public abstract class WorkitemTests(PirogovApp app) : WorkitemsOverHttp(app)
{
    [SkippableFact]
    public async Task An_item_is_planned_taken_changed_under_its_lock_and_completed()
    {
        var client = await App.As(Role.DataEngineer);
        var item = await Planned(client, "WI1", "2.25.9001");
        Assert.Equal(HttpStatusCode.Conflict, (await Create(client, "WI1", "2.25.9001", Item())).StatusCode);
        var relabelled = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ProcedureStepLabel, "Другое");
        await Answers(client.PostAsync(item + "?" + Transaction, Json(relabelled)), 409, "The target URI did not reference a claimed Workitem.");
        await Answers(client.PostAsync(item, Json(relabelled)), 200);

        await Answers(Move(client, item, "COMPLETED", Transaction), 409, "inconsistent with the state of the UPS Instance.");
        await Answers(Move(client, item, "IN PROGRESS", null), 400, "Transaction UID is missing");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 200);
        await Answers(Move(client, item, "IN PROGRESS", "2.25.2"), 400, "Transaction UID is incorrect");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 409, "inconsistent with the state of the UPS Instance.");
        await Answers(Move(client, item, "SCHEDULED", null), 409, "inconsistent with the state of the UPS Instance.");
        await Answers(client.PostAsync(item, Json(relabelled)), 400, "inconsistent with the current state of the Workitem.");
        await Answers(client.PostAsync(item, Json(Performed())), 400, "Transaction UID is missing");
        await Answers(client.PostAsync(item + "?transaction-uid=2.25.2", Json(Performed())), 400, "Transaction UID is incorrect");
        await Answers(Move(client, item, "COMPLETED", Transaction), 409, "inconsistent");
        await Answers(client.PostAsync(item + "?" + Transaction, Json(Performed())), 200);
        await Answers(client.PostAsync(item + "?" + Transaction, Json(new DicomDataset().Set(DicomTags.ProcedureStepState, "COMPLETED"))), 400, "inconsistent with the current state of the Workitem.");
        await Answers(Move(client, item, "COMPLETED", "2.25.2"), 400, "Transaction UID is incorrect");
        await Answers(Move(client, item, "COMPLETED", Transaction), 200);
        await Answers(Move(client, item, "COMPLETED", Transaction), 200, "already in the requested state of COMPLETED");
        await Answers(Move(client, item, "CANCELED", Transaction), 409, "inconsistent");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 409, "inconsistent");
        await Answers(client.PostAsync(item + "?" + Transaction, Json(Performed())), 400, "inconsistent with the current state of the Workitem.");
        await Answers(client.PostAsync(item + "/cancelrequest", null), 409, "The UPS is already COMPLETED.");

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
            // The lock is another's: by PS3.4 CC.2.1.2 theirs is the incorrect one.
            Assert.All(claims.Where(c => c != winner), c => Assert.Equal(HttpStatusCode.BadRequest, c.StatusCode));
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
        await Answers(Create(client, "WI3", "2.25.9301", Item().Set(DicomTags.SopInstanceUid, "2.25.9309")), 400);
        var lacking = Item();
        lacking.Remove(DicomTags.ProcedureStepLabel);
        await Answers(Create(client, "WI3", "2.25.9301", lacking), 400);
        await Answers(client.PostAsync("/dicomweb/workitems?centre=WI3", new StringContent("[{", Encoding.UTF8, "application/dicom+json")), 400);
        await Answers(client.PostAsync("/dicomweb/workitems?centre=WI3", new StringContent("{}", Encoding.UTF8, "text/plain")), 415);

        var named = Item().Set(DicomTags.PatientName, SyntheticCt.Name).Set(DicomTags.PatientID, SyntheticCt.PatientId).Set(DicomTags.PatientBirthDate, SyntheticCt.BirthDate)
            .SetItems(DicomTags.ReferencedRequestSequence, new DicomDataset().Set(DicomTags.StudyInstanceUid, "2.25.93").Set(DicomTags.AccessionNumber, "ACC-90817").Set(DicomTags.RequestedProcedureID, "RP-1"));
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
                     ("ReferencedSOPSequence", i => i.SetItems(DicomTags.InputInformationSequence, new DicomDataset().Set(DicomTags.TypeOfInstances, "DICOM"))),
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
    public async Task Whatever_vr_a_sender_writes_a_text_under_it_is_cleaned_as_what_it_is()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("WI7");
        string[] vrs = ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"];
        foreach (var (vr, k) in vrs.Select((v, k) => (v, k)))
        {
            var item = JsonNode.Parse(DicomJson.ToText(Item()))!.AsObject();
            // Every attribute is what the dictionary says: a name, numbers, a label, comments, a code, a date, and two that no text belongs in.
            foreach (var (tag, value) in new[]
                     {
                         ("00100010", "МаркерИмени^Тест"), ("00100020", "MRK100007Z"), ("00380010", "MRK100008Z"), ("00741204", "Пациент МаркерИмени, MRK100007Z, СНИЛС 112-233-445 95, МаркерВрача"),
                         ("00400400", "МаркерИмени"), ("00401010", "МаркерВрача"), ("0040A040", "МаркерИмени"), ("00404010", "МаркерИмени"), ("00280010", "МаркерИмени"), ("00082999", "МаркерИмени"), ("00404025", "МаркерИмени"),
                     })
                item[tag] = new JsonObject { ["vr"] = vr, ["Value"] = new JsonArray(vr == "PN" ? new JsonObject { ["Alphabetic"] = value } : JsonValue.Create(value)) };
            item["00101010"] = new JsonObject { ["vr"] = vr, ["Value"] = new JsonArray(vr == "PN" ? new JsonObject { ["Alphabetic"] = "097Y" } : JsonValue.Create("097Y")) };
            using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"[{item.ToJsonString()}]"));
            body.Headers.ContentType = new("application/dicom+json");
            var made = await client.PostAsync($"/dicomweb/workitems?workitem=2.25.97{k}&centre=WI7", body);
            var said = await made.Content.ReadAsStringAsync();
            // Numbers are refused where they are none; what is taken is clean.
            Assert.True(made.StatusCode is HttpStatusCode.Created || (vr is "DS" or "IS" && made.StatusCode == HttpStatusCode.BadRequest), $"{vr}: {(int)made.StatusCode} {said}");
            if (made.StatusCode != HttpStatusCode.Created)
                continue;
            var kept = await client.GetStringAsync($"/dicomweb/workitems/2.25.97{k}");
            foreach (var marker in new[] { "МаркерИмени", "МаркерВрача", "MRK10000", "112-233", "097Y" })
            {
                Assert.False(kept.Contains(marker, StringComparison.Ordinal) || kept.Contains(JavaScriptEncoder.Default.Encode(marker), StringComparison.OrdinalIgnoreCase), $"{marker} under {vr} in {kept}");
            }

            var read = JsonNode.Parse(kept)![0]!;
            Assert.Equal(("LO", "090Y"), ((string?)read["00741204"]!["vr"], (string?)read["00101010"]?["Value"]?[0]));
        }
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

        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=*WI4*&limit=1"), 200, "There are additional results");
        Assert.False((await client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=*WI4*&limit=2")).Headers.Contains("Warning"));
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=*WI4*&limit=0"), 204);
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=nothing"), 204);
        await Answers(client.GetAsync("/dicomweb/workitems?limit=x"), 400);
        Assert.True((await client.GetAsync("/dicomweb/workitems?TransactionUID=1.2")).Headers.Contains("Warning"));
        using var request = new HttpRequestMessage(HttpMethod.Get, second);
        request.Headers.Accept.Add(new("application/dicom+xml"));
        var xml = await (await client.SendAsync(request)).Content.ReadAsByteArrayAsync();
        Assert.Equal("IN PROGRESS", DicomXml.Parse(xml).GetString(DicomTags.ProcedureStepState));
    }
}
