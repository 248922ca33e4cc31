using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

public abstract class AdministrationTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_person_is_found_by_any_part_of_a_cyrillic_name_in_any_case()
    {
        var administrator = await App.As(Role.Administrator);
        var organisation = (await (await administrator.PostAsJsonAsync("/api/v1/organisations", new { name = "Клиника «Ёлочка»" })).Content.ReadFromJsonAsync<JsonObject>())!;
        var made = await administrator.PostAsJsonAsync("/api/v1/accounts", new
        {
            login = "sklif",
            email = "sklif@test.example",
            fullName = "Ёлкин Щукарь Юрьевич",
            roles = new[] { "expert", "teamLead" },
            organisationId = (string)organisation["id"]!,
            password = PirogovApp.Password,
        });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var found = (await administrator.GetFromJsonAsync<JsonObject>("/api/v1/accounts?text=" + Uri.EscapeDataString("юрьевич ёлк")))!;
        var only = Assert.Single((JsonArray)found["items"]!)!;
        Assert.Equal("Клиника «Ёлочка»", (string)only["organisation"]!);
        Assert.Equal(["expert", "teamLead"], ((JsonArray)only["roles"]!).Select(r => (string)r!));
    }

    [SkippableFact]
    public async Task A_login_an_address_and_an_organisation_belong_to_one()
    {
        var administrator = await App.As(Role.Administrator);
        Task<HttpResponseMessage> Make(string login, string email) => administrator.PostAsJsonAsync("/api/v1/accounts",
            new { login, email, fullName = "Двойник", roles = new[] { "observer" }, password = PirogovApp.Password });
        Assert.Equal(HttpStatusCode.Created, (await Make("twin", "twin@test.example")).StatusCode);
        Assert.Equal("/problems/platform.login-taken", await TypeOf(await Make("Twin", "other@test.example")));
        Assert.Equal("/problems/platform.email-taken", await TypeOf(await Make("twin2", "TWIN@test.example")));
        Assert.Equal("/problems/platform.invalid-login", await TypeOf(await Make("двойник", "d@test.example")));
        Assert.Equal(HttpStatusCode.Created, (await administrator.PostAsJsonAsync("/api/v1/organisations", new { name = "Больница № 1" })).StatusCode);
        Assert.Equal("/problems/platform.organisation-exists", await TypeOf(await administrator.PostAsJsonAsync("/api/v1/organisations", new { name = " БОЛЬНИЦА № 1" })));
    }

    [SkippableFact]
    public async Task An_administrator_keeps_the_keys()
    {
        var administrator = await App.As("keeper", [Role.Administrator]);
        var (id, _) = await App.Person("keeper", []);
        var answer = await administrator.PutAsJsonAsync($"/api/v1/accounts/{id}", new { fullName = "Keeper", roles = Array.Empty<string>(), isDisabled = false });
        Assert.Equal("/problems/platform.keeps-the-keys", await TypeOf(answer));
    }

    [SkippableFact]
    public async Task Only_administrators_see_accounts_and_the_audit_log()
    {
        var expert = await App.As(Role.Expert);
        foreach (var address in new[] { "/api/v1/accounts", "/api/v1/organisations", "/api/v1/audit", "/api/v1/audit/check" })
            Assert.Equal(HttpStatusCode.Forbidden, (await expert.GetAsync(address)).StatusCode);
    }

    [SkippableFact]
    public async Task The_audit_log_says_who_did_what_and_its_chain_is_whole()
    {
        var administrator = await App.As("auditor", [Role.Administrator]);
        var (id, _) = await App.Person("auditor", []);
        await administrator.PostAsJsonAsync("/api/v1/organisations", new { name = "Заметная организация" });
        await App.Settle();
        var found = (await administrator.GetFromJsonAsync<JsonObject>("/api/v1/audit?person=AUDIT&action=platform.organisation"))!;
        var entry = ((JsonArray)found["items"]!)[0]!;
        Assert.Equal(id.ToString(), (string)entry["accountId"]!);
        Assert.Equal("platform.organisation-added", (string)entry["action"]!);
        var check = (await administrator.GetFromJsonAsync<JsonObject>("/api/v1/audit/check"))!;
        Assert.True((bool)check["isWhole"]!);
        Assert.True((long)check["entries"]! > 0);
    }

    [SkippableFact]
    public async Task The_audit_log_only_grows()
    {
        var administrator = await App.As(Role.Administrator);
        await administrator.PostAsJsonAsync("/api/v1/organisations", new { name = "Несмываемая запись" });
        await App.Settle();
        foreach (var statement in new[] { "UPDATE audit_entry SET \"Action\" = 'nothing.happened'", "DELETE FROM audit_entry" })
        {
            var refused = await Record.ExceptionAsync(() => App.InDatabase(db => db.Database.ExecuteSqlRawAsync(statement)));
            Assert.Contains("append-only", refused?.Message, StringComparison.Ordinal);
        }

        Assert.True((bool)(await administrator.GetFromJsonAsync<JsonObject>("/api/v1/audit/check"))!["isWhole"]!);
    }

    private static async Task<string> TypeOf(HttpResponseMessage answer) => (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"]!;
}

public sealed class AdministrationOnSqlite(SqliteApp app) : AdministrationTests(app), IClassFixture<SqliteApp>;

public sealed class AdministrationOnPostgreSql(PostgreSqlApp app) : AdministrationTests(app), IClassFixture<PostgreSqlApp>;
