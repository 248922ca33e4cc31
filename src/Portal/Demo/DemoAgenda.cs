namespace Pirogov.Portal.Demo;

internal static class DemoAgenda
{
    public const string Centre = "DEMO1";
    public const string Title = "Сегментация печени, почек и очагов в лёгких на КТ (демонстрация)";

    /// <returns>The id of the finished walk's clinical task.</returns>
    public static async Task<string> Walk(DemoApi api, CancellationToken cancellation)
    {
        if (await api.Find("office", "/api/v1/centres", "code", Centre, cancellation) is null)
            await api.Post("office", "/api/v1/centres", new { code = Centre, name = "Демонстрационный НМИЦ (синтетические данные)", readiness = Array.Empty<object>() }, cancellation);
        await Task(api, "Выявление внутричерепных кровоизлияний на КТ (пример приоритета)", "Головной мозг, КТ без контраста",
            "Есть ли признаки кровоизлияния и какого типа?", "AUC", "Сократить время до решения о вмешательстве", 2, cancellation);
        return await Task(api, Title, "Печень, почки, очаги в лёгких; КТ груди и живота",
            "Каковы границы органов и очагов на каждом срезе?", "Средний коэффициент Dice", "Автоматическое измерение объёмов до операции", 1, cancellation);
    }

    private static async Task<string> Task(
        DemoApi api, string title, string target, string question, string metric, string expectedBenefit, int priority, CancellationToken cancellation)
    {
        var known = await api.Find("office", "/api/v1/clinical-tasks", "title", title, cancellation);
        known ??= await api.Post("office", "/api/v1/clinical-tasks",
            new { title, dataKind = "radiology", target, question, metric, expectedBenefit, priority, owner = FirstAccounts.Office }, cancellation);
        return (string)known["id"]!;
    }
}
