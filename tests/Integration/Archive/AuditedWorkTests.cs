using Microsoft.EntityFrameworkCore;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

public sealed class AuditedWorkOnSqlite(SqliteApp app) : AuditedWorkTests(app), IClassFixture<SqliteApp>;

public sealed class AuditedWorkOnPostgreSql(PostgreSqlApp app) : AuditedWorkTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>Every search and every act on the worklist is in the audit log under the name of who did it.</summary>
public abstract class AuditedWorkTests(PirogovApp app) : WorkitemsOverHttp(app)
{
    [SkippableFact]
    public async Task Searches_are_noted_once_for_each_level_and_person()
    {
        var client = await App.As(Role.DataEngineer, "searcher");
        await App.Centre("AU1");
        foreach (var level in new[] { "studies", "series", "instances", "studies", "studies?PatientID=P-*" })
            Assert.True((await client.GetAsync("/dicomweb/" + level)).IsSuccessStatusCode);
        Assert.True((await (await App.As(Role.DataEngineer, "searcher-too")).GetAsync("/dicomweb/studies")).IsSuccessStatusCode);
        Assert.Equal(["archive.searched Instance", "archive.searched Series", "archive.searched Study"], await Noted("searcher"));
        Assert.Equal(["archive.searched Study"], await Noted("searcher-too"));
    }

    [SkippableFact]
    public async Task Each_act_on_a_work_item_is_noted_and_what_is_refused_is_not()
    {
        const string uid = "2.25.8801";
        var client = await App.As(Role.DataEngineer, "worker");
        var item = await Planned(client, "AU2", uid);
        var change = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ProcedureStepLabel, "Другое");
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=Нет"), 204);
        await Answers(client.GetAsync(item), 200);
        await Answers(client.PostAsync(item, Json(change)), 200);
        await Answers(client.PostAsync(item + "?" + Transaction, Json(change)), 409);
        await Answers(client.PostAsync(item + "/subscribers/AUDITED", null), 201);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}/subscribers/AUDITED", null), 201);
        using (await Listen("worker", "AUDITED"))
        {
            await Answers(Move(client, item, "COMPLETED", Transaction), 409);
            await Answers(Move(client, item, "IN PROGRESS", Transaction), 200);
            await Answers(client.PostAsync(item + "/cancelrequest", null), 202);
            await Answers(Move(client, item, "CANCELED", Transaction), 200);
        }

        await Answers(client.PostAsync($"/dicomweb/workitems/{Global}/subscribers/AUDITED/suspend", null), 200);
        await Answers(client.DeleteAsync(item + "/subscribers/AUDITED"), 200);
        Assert.Equal(
            new[]
            {
                $"archive.workitem-cancel-requested {uid}", "archive.workitem-channel-opened AUDITED", $"archive.workitem-created {uid}", $"archive.workitem-moved {uid}", $"archive.workitem-moved {uid}",
                $"archive.workitem-read {uid}", $"archive.workitem-subscribed {Global}", $"archive.workitem-subscribed {uid}", $"archive.workitem-subscription-suspended {Global}",
                $"archive.workitem-unsubscribed {uid}", $"archive.workitem-updated {uid}", $"archive.workitems-searched {Global}",
            },
            await Noted("worker"));
    }

    /// <summary>What one person has done.</summary>
    private async Task<string[]> Noted(string name)
    {
        await App.Settle();
        var account = (await App.Person(name, [Role.DataEngineer])).Id;
        var entries = await App.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.AccountId == account).Select(e => e.Action + " " + e.ObjectId).ToArrayAsync());
        return [.. entries.Where(e => e.StartsWith("archive.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
