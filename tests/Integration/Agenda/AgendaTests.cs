using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Agenda;

public abstract class AgendaTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task The_office_formulates_a_task_and_everybody_finds_it_in_cyrillic()
    {
        var office = await App.As(Role.AiOffice);
        var made = await office.PostAsJsonAsync("/api/v1/clinical-tasks", Task("Поиск очагов в лёгких", priority: 2));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var expert = await App.As(Role.Expert);
        var found = await expert.GetFromJsonAsync<JsonObject>($"/api/v1/clinical-tasks?text={Uri.EscapeDataString("ОЧАГОВ")}&dataKind=radiology");
        Assert.Contains("Поиск очагов в лёгких", found!["items"]!.AsArray().Select(t => (string?)t!["title"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await expert.PostAsJsonAsync("/api/v1/clinical-tasks", Task("x", 1))).StatusCode);
    }

    [SkippableFact]
    public async Task A_task_changed_by_somebody_else_in_between_is_not_overwritten()
    {
        var office = await App.As(Role.AiOffice);
        var place = (await office.PostAsJsonAsync("/api/v1/clinical-tasks", Task("Камни в почках", 3))).Headers.Location!;
        var first = await office.PutAsJsonAsync(place, new { revision = 1, task = Task("Камни в почках: объём", 1) });
        var second = await office.PutAsJsonAsync(place, new { revision = 1, task = Task("Другое", 5) });
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Conflict), (first.StatusCode, second.StatusCode));
        Assert.Equal("Камни в почках: объём", (string?)(await office.GetFromJsonAsync<JsonObject>(place))!["title"]);
    }

    [SkippableTheory]
    [InlineData("", 1, "platform.missing")]
    [InlineData("Название", 9, "agenda.priority-out-of-range")]
    public async Task A_task_that_says_too_little_is_refused(string title, int priority, string problem)
    {
        var office = await App.As(Role.AiOffice);
        var answer = await office.PostAsJsonAsync("/api/v1/clinical-tasks", Task(title, priority));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("/problems/" + problem, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["type"]);
    }

    [SkippableFact]
    public async Task A_centre_has_a_code_of_its_own_and_tells_its_readiness()
    {
        var administrator = await App.As(Role.Administrator);
        var readiness = new[] { new { dataKind = "radiology", hasData = true, wantsToLabel = false, hasExperience = true } };
        var made = await administrator.PostAsJsonAsync("/api/v1/centres", new { code = "nmic7", name = "НМИЦ 7", readiness });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var centre = await administrator.GetFromJsonAsync<JsonObject>(made.Headers.Location);
        Assert.Equal(("NMIC7", true), ((string)centre!["code"]!, (bool)centre["readiness"]![0]!["hasExperience"]!));
        var again = await administrator.PostAsJsonAsync("/api/v1/centres", new { code = "NMIC7", name = "Другой" });
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var malformed = await administrator.PostAsJsonAsync("/api/v1/centres", new { code = "НМИЦ 1", name = "Кириллица" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, malformed.StatusCode);
    }

    private static object Task(string title, int priority) => new
    {
        title,
        dataKind = "radiology",
        target = "КТ, лёгкие",
        question = "Есть ли очаги больше 6 мм?",
        metric = "Dice",
        expectedBenefit = "",
        priority,
        owner = "Офис ИИ",
    };
}

public sealed class AgendaOnSqlite(SqliteApp app) : AgendaTests(app), IClassFixture<SqliteApp>;

public sealed class AgendaOnPostgreSql(PostgreSqlApp app) : AgendaTests(app), IClassFixture<PostgreSqlApp>;
