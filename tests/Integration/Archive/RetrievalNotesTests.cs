using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

public sealed class NotesOnSqliteApp() : AppWithOutages(Engine.Sqlite);

public sealed class NotesOnPostgreSqlApp() : AppWithOutages(Engine.PostgreSql);

public sealed class RetrievalNotesOnSqlite(NotesOnSqliteApp app) : RetrievalNotesTests(app), IClassFixture<NotesOnSqliteApp>;

public sealed class RetrievalNotesOnPostgreSql(NotesOnPostgreSqlApp app) : RetrievalNotesTests(app), IClassFixture<NotesOnPostgreSqlApp>;

/// <summary>A retrieval or a search is noted once in ten minutes; what is remembered as noted must have been noted.</summary>
public abstract class RetrievalNotesTests
{
    private const string Note = "INSERT INTO outbox_message";
    private readonly AppWithOutages app;

    protected RetrievalNotesTests(AppWithOutages app)
    {
        this.app = app;
        Skip.If(app is NotesOnPostgreSqlApp && !PirogovApp.HasPostgreSql, "No PostgreSQL cluster is configured (PIROGOV_TEST_POSTGRESQL).");
    }

    [SkippableFact]
    public async Task Who_hangs_up_while_it_is_noted_is_noted()
    {
        var (study, addresses) = await Addresses("RN1", 381);
        var person = await app.As(Role.DataEngineer, "hangs-up");
        foreach (var address in addresses)
        {
            using var hangUp = new CancellationTokenSource();
            app.Outage.Strike(s =>
            {
                if (s.Contains(Note, StringComparison.Ordinal))
                    hangUp.Cancel();
                return false;
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => person.GetAsync(address, hangUp.Token));
            app.Outage.Strike(null);
            Assert.Equal(HttpStatusCode.OK, (await person.GetAsync(address)).StatusCode);
        }

        Assert.Equal([$"archive.retrieved {study}", "archive.searched Study"], await Noted("hangs-up"));
    }

    [SkippableFact]
    public async Task What_the_database_did_not_take_is_noted_by_the_next_request()
    {
        var (study, addresses) = await Addresses("RN2", 382);
        var person = await app.As(Role.DataEngineer, "asks-again");
        foreach (var address in addresses)
        {
            app.Outage.Strike(Note, times: int.MaxValue);
            Assert.False((await person.GetAsync(address)).IsSuccessStatusCode);
            Assert.True(app.Outage.Met > 0);
            app.Outage.Strike(null);
            Assert.Equal(HttpStatusCode.OK, (await person.GetAsync(address)).StatusCode);
        }

        Assert.Equal([$"archive.retrieved {study}", "archive.searched Study"], await Noted("asks-again"));
    }

    private async Task<(string Study, string[] Addresses)> Addresses(string centre, int number)
    {
        var engineer = await app.As(Role.DataEngineer);
        var (_, row) = await app.SendStudy(engineer, await app.Centre(centre), number);
        var study = (string)(await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{row["id"]}/viewer"))!["series"]![0]!["studyInstanceUid"]!;
        return (study, [$"/dicomweb/studies/{study}/metadata", $"/dicomweb/studies?StudyInstanceUID={study}"]);
    }

    private async Task<string[]> Noted(string name)
    {
        await app.Settle();
        var account = (await app.Person(name, [Role.DataEngineer])).Id;
        return [.. (await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.AccountId == account && e.Action.StartsWith("archive."))
            .Select(e => e.Action + " " + e.ObjectId).ToArrayAsync())).Order(StringComparer.Ordinal)];
    }
}
