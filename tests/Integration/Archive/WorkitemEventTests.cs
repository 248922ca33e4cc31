using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Workitems;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Archive;

public sealed class WorkitemEventsOnSqlite(SqliteApp app) : WorkitemEventTests(app), IClassFixture<SqliteApp>;

public sealed class WorkitemEventsOnPostgreSql(PostgreSqlApp app) : WorkitemEventTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>UPS-RS: subscriptions (PS3.4 Table CC.2.3-2) and event reports (CC.2.4).</summary>
public abstract class WorkitemEventTests(PirogovApp app) : WorkitemsOverHttp(app)
{
    [SkippableFact]
    public async Task Subscribers_hear_of_states_progress_and_wishes_to_cancel_until_they_unsubscribe()
    {
        var client = await App.As(Role.DataEngineer, "listener");
        var item = await Planned(client, "WE1", "2.25.8101");
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
            new DicomDataset().Set(DicomTags.ProcedureStepProgress, "40"))));
        Assert.Equal(3, (int)(await Heard(socket))["00001002"]!["Value"]![0]!);
        await Answers(client.PostAsync(item + "/cancelrequest", Json(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ReasonForCancellation, "Ошибочное назначение"))), 202);
        var wish = await Heard(socket);
        Assert.Equal((2, "Ошибочное назначение"), ((int)wish["00001002"]!["Value"]![0]!, (string?)wish["00741238"]!["Value"]![0]));
        await Answers(Move(client, item, "CANCELED", Transaction), 200);
        Assert.Equal((1, "CANCELED"), await State(socket));
        await Answers(client.PostAsync(item + "/cancelrequest", null), 202, "The UPS is already in the requested state of CANCELED.");
        await Answers(client.DeleteAsync(item + "/subscribers/WATCH"), 200);
        await Answers(client.DeleteAsync(item + "/subscribers/WATCH"), 404);
        await Answers(client.GetAsync("/dicomweb/subscribers/WATCH"), 400);
    }

    [SkippableFact]
    public async Task Whose_account_is_disabled_hears_no_more()
    {
        var (client, other) = (await App.As(Role.DataEngineer, "leaver"), await App.As(Role.DataEngineer));
        var item = await Planned(client, "WE9", "2.25.8901");
        using var socket = await Listen("leaver", "LEAVER");
        await Answers(client.PostAsync(item + "/subscribers/LEAVER", null), 201);
        Assert.Equal((1, "SCHEDULED"), await State(socket));
        var id = (await App.Person("leaver", [Role.DataEngineer])).Id;
        await App.InScope(async s => await s.GetRequiredService<PirogovDb>().Set<Account>().Where(a => a.Id == id).ExecuteUpdateAsync(u => u.SetProperty(a => a.IsDisabled, true)));
        await Move(other, item, "IN PROGRESS", Transaction);
        var end = await socket.ReceiveAsync(new byte[4096], new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        Assert.Equal(WebSocketMessageType.Close, end.MessageType);
    }

    /// <summary>PS3.4 CC.2.2.3 and CC.2.4.3: through IN PROGRESS to CANCELED, and its final state is met.</summary>
    [SkippableFact]
    public async Task An_item_that_nobody_has_taken_is_cancelled_by_the_wish()
    {
        var client = await App.As(Role.DataEngineer, "canceller");
        var item = await Planned(client, "WE2", "2.25.8201");
        using var socket = await Listen("canceller", "CANCELLER");
        await Answers(client.PostAsync(item + "/subscribers/CANCELLER", null), 201);
        Assert.Equal((1, "SCHEDULED"), await State(socket));
        var nameless = new DicomDataset().SetItems(DicomTags.ProcedureStepDiscontinuationReasonCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, "110501"));
        await Answers(client.PostAsync(item + "/cancelrequest", Json(nameless)), 400);
        await Answers(client.PostAsync(item + "/cancelrequest", Json(new DicomDataset().Set(DicomTags.ReasonForCancellation, "Not needed"))), 202);
        Assert.Equal(2, (await State(socket)).Event);
        Assert.Equal((1, "IN PROGRESS"), await State(socket));
        var end = await Heard(socket);
        Assert.Equal(("CANCELED", "Not needed"), ((string?)end["00741000"]!["Value"]![0], (string?)end["00741238"]!["Value"]![0]));
        Assert.Equal("110513", (string?)end["0074100E"]!["Value"]![0]!["00080100"]!["Value"]![0]);
        var progress = JsonNode.Parse(await client.GetStringAsync(item))![0]!["00741002"]!["Value"]![0]!;
        Assert.All(new[] { "00404052", "0074100E", "00741238" }, tag => Assert.NotNull(progress[tag]!["Value"]));
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 400, "Transaction UID is incorrect");
    }

    [SkippableFact]
    public async Task Who_watches_all_hears_for_whom_a_new_item_is()
    {
        var client = await App.As(Role.DataEngineer, "watcher");
        await App.Centre("WE3");
        using var socket = await Listen("watcher", "WATCHALL");
        await Answers(client.PostAsync($"/dicomweb/workitems/{Filtered}/subscribers/WATCHALL?ProcedureStepLabel=Assigned*", null), 201);
        await Answers(Create(client, "WE3", "2.25.8301", Item("Assigned to somebody").SetItems(DicomTags.ScheduledHumanPerformersSequence, new DicomDataset()
            .SetItems(DicomTags.HumanPerformerCodeSequence, Code("P7")).Set(DicomTags.HumanPerformerName, "Reader^One").Set(DicomTags.HumanPerformerOrganization, "Reading room"))), 201);
        Assert.Equal((1, "SCHEDULED"), await State(socket));
        var assigned = await Heard(socket);
        Assert.Equal(5, (int)assigned["00001002"]!["Value"]![0]!);
        Assert.Equal("P7", (string?)assigned["00404009"]!["Value"]![0]!["00080100"]!["Value"]![0]);
        Assert.Equal("Reading room", (string?)assigned["00404036"]!["Value"]![0]);
    }

    [SkippableFact]
    public async Task A_filter_subscribes_to_the_items_that_match_it_and_they_stay_when_they_match_no_more()
    {
        var client = await App.As(Role.DataEngineer, "filterer");
        var before = await Planned(client, "WE4", "2.25.8401", Item("Filtered before"));
        using var socket = await Listen("filterer", "FILTER");
        var subscription = $"/dicomweb/workitems/{Filtered}/subscribers/FILTER";
        await Answers(client.PostAsync(subscription, null), 400);
        await Answers(client.PostAsync(subscription + "?filter=NoSuchAttribute%3D1", null), 400);
        await Answers(client.PostAsync(subscription + "?accept=application/dicom%2Bjson&filter=ProcedureStepLabel%3DFiltered*,ProcedureStepState%3DSCHEDULED", null), 201);
        // Without a lock there is no report of how things stand.
        await Move(client, before, "IN PROGRESS", Transaction);
        Assert.Equal((1, "IN PROGRESS"), await State(socket));
        await Planned(client, "WE4", "2.25.8402", Item("Other"));
        var after = await Planned(client, "WE4", "2.25.8403", Item("Filtered after"));
        Assert.Equal("2.25.8403", Subject(await Heard(socket)));
        await Move(client, after, "IN PROGRESS", Transaction);
        Assert.Equal((1, "IN PROGRESS"), await State(socket));

        await Answers(client.PostAsync(subscription + "/suspend", null), 200);
        await Answers(client.PostAsync(subscription + "/suspend", null), 404);
        await Planned(client, "WE4", "2.25.8404", Item("Filtered in vain"));
        await Answers(Move(client, after, "CANCELED", Transaction), 200);
        Assert.Equal("2.25.8403", Subject(await Heard(socket)));
        await Answers(client.DeleteAsync(subscription), 200);
        await Answers(client.DeleteAsync(subscription), 404);
    }

    [SkippableFact]
    public async Task Who_subscribes_to_everything_hears_how_it_stands_only_with_a_deletion_lock()
    {
        var client = await App.As(Role.DataEngineer, "global");
        var (first, second) = (await Planned(client, "WE5", "2.25.8501"), await Planned(client, "WE5", "2.25.8502"));
        using var socket = await Listen("global", "GLOBAL");
        var subscription = $"/dicomweb/workitems/{Global}/subscribers/GLOBAL";
        await Answers(client.PostAsync(subscription + "/suspend", null), 404);
        await Answers(client.PostAsync(subscription, null), 201);
        await Answers(client.DeleteAsync(first + "/subscribers/GLOBAL"), 200);
        await Answers(client.DeleteAsync(first + "/subscribers/GLOBAL"), 404);
        await Move(client, first, "IN PROGRESS", Transaction);
        await Move(client, second, "IN PROGRESS", Transaction);
        Assert.Equal("2.25.8502", Subject(await Heard(socket)));

        await Answers(client.PostAsync(subscription + "/suspend", null), 200);
        await Answers(client.PostAsync(subscription + "/suspend", null), 404);
        var later = await Planned(client, "WE5", "2.25.8503");
        await Answers(client.DeleteAsync(later + "/subscribers/GLOBAL"), 404);
        // All that were not subscribed are so again, those that were left among them.
        await Answers(client.PostAsync(subscription + "?deletionlock=true", null), 201);
        Assert.Equal((1, "IN PROGRESS"), await State(socket, "2.25.8501"));
        Assert.Equal((1, "SCHEDULED"), await State(socket, "2.25.8503"));
        await App.Settle();
        await Answers(Move(client, first, "CANCELED", Transaction), 200);
        Assert.Equal((1, "CANCELED"), await State(socket, "2.25.8501"));
    }

    /// <summary>PS3.4 CC.2.4.3. The subscription is one of before the host began.</summary>
    [SkippableFact]
    public async Task Who_comes_back_after_a_restart_is_told_of_it_once()
    {
        var client = await App.As(Role.DataEngineer, "returner");
        var item = await Planned(client, "WE6", "2.25.8601");
        var (account, _) = await App.Person("returner", [Role.DataEngineer]);
        await App.InDatabase(async db =>
        {
            db.Add(WorkitemSubscription.Of("RETURNER", account, "2.25.8601"));
            return await db.SaveChangesAsync();
        });
        using (var socket = await Listen("returner", "RETURNER"))
        {
            var restarted = await Heard(socket);
            Assert.Equal((4, "RESTARTED"), ((int)restarted["00001002"]!["Value"]![0]!, (string?)restarted["00741242"]!["Value"]![0]));
            Assert.All(new[] { "00741244", "00741246" }, tag => Assert.Equal("WARM START", (string?)restarted[tag]!["Value"]![0]));
        }

        using var again = await Listen("returner", "RETURNER");
        await Move(client, item, "IN PROGRESS", Transaction);
        Assert.Equal((1, "IN PROGRESS"), await State(again));
    }

    private static string? Subject(JsonObject heard) => (string?)heard["00001000"]!["Value"]![0];
}
