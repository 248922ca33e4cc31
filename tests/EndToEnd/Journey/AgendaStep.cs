namespace Pirogov.EndToEnd.Journey;

/// <summary>The people of the platform; what an AI is wanted for; a centre that gives data.</summary>
internal static class AgendaStep
{
    public const string TaskTitle = "Поиск образований печени на КТ";
    public const string Centre = "NMIC1";

    private static readonly (string Login, string Name, string Role)[] People =
    [
        ("engineer", "Игорь Данилов", "dataEngineer"), ("manager", "Мария Соколова", "labellingManager"),
        ("expert1", "Екатерина Белова", "expert"), ("expert2", "Василий Громов", "expert"), ("expert3", "Тамара Ильина", "expert"), ("expert4", "Чеслав Яров", "expert"),
        ("lead", "Леонид Орлов", "teamLead"), ("developer", "Рита Нечаева", "developer"), ("observer", "Никита Фролов", "observer"),
    ];

    public static string NameOf(string login) => People.Single(p => p.Login == login).Name;

    public static async Task MakePeople(Walk walk)
    {
        var admin = await walk.Administrator();
        var page = admin.Page;
        await page.Open("/admin/accounts");
        await page.ClickAsync("#account-new");
        await page.FillAsync("#new-name", "Олег Офицеров");
        await page.FillAsync("#new-login", "office");
        await page.FillAsync("#new-email", "office@journey.example");
        await page.FillAsync("#new-password", Walk.Password);
        await page.CheckAsync("[data-role='AiOffice']");
        await walk.Look(page, "new-account");
        await page.ClickAsync("#account-create");
        await page.WaitForURLAsync("**/admin/accounts/*");
        foreach (var (login, name, role) in People)
        {
            await admin.Api.Post("/api/v1/accounts", new
            {
                login,
                fullName = name,
                email = $"{login}@journey.example",
                roles = new[] { role },
                password = Walk.Password,
            });
        }
    }

    public static async Task AskForAnAi(Walk walk)
    {
        var page = (await walk.SignIn("office")).Page;
        await page.Open("/agenda/tasks/new", "agenda-task-form");
        await page.Type("title", TaskTitle);
        await page.Type("target", "Печень; КТ органов брюшной полости");
        await page.Type("question", "Где границы печени и есть ли в ней образования?");
        await page.Type("metric", "Средний коэффициент Dice");
        await page.Type("benefit", "Измерить объём до операции без ручной обводки");
        await page.Act("save-task");
        await page.Ready("agenda-task");
        await walk.Look(page, "clinical-task");
        await page.Open("/agenda/centres", "agenda-centres");
        await page.Act("new-centre");
        await page.Type("code", Centre);
        await page.Type("name", "Национальный центр хирургии");
        await page.Act("save-centre");
        await page.Locator($"[data-centre='{Centre}']").WaitForAsync();
        await walk.Look(page, "centres");
    }
}
