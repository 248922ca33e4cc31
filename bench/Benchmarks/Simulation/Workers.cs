using System.Net;
using System.Text.Json.Nodes;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>What people do until nothing is left: readers read, adjudicators decide, validators accept or return.</summary>
internal sealed class Workers(World world, Truth truth, string project, SemaphoreSlim atOnce, CancellationToken over)
{
    private const double AdjudicatorsReliability = 0.97;
    private const double ValidatorsReliability = 0.97;
    private static readonly HttpStatusCode[] NothingLeft = [HttpStatusCode.NotFound, HttpStatusCode.Conflict];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private int readings, decisions, verdicts, returned;

    public int Readings => readings;
    public int Decisions => decisions;
    public int Verdicts => verdicts;
    public int Returned => returned;

    /// <summary>Takes one case after another from the project's queue until the project is over.</summary>
    public async Task Read(Person person, double reliability)
    {
        while (!over.IsCancellationRequested)
        {
            var given = await InTurn(() => person.Api.Try("next", HttpMethod.Post, "/api/v1/readings/next", new { projectId = project }, NothingLeft));
            if (given is not null)
                await InTurn(() => One(person, (string)given["id"]!, "read", reliability));
            else
                await Rest();
        }
    }

    /// <summary>Decides or judges whatever comes to the person until the project is over.</summary>
    public async Task Decide(Person person)
    {
        while (!over.IsCancellationRequested)
        {
            var open = (await InTurn(() => person.Api.Get("queue", "/api/v1/readings")))["open"]!.AsArray().Where(r => (string)r!["projectId"]! == project).ToArray();
            foreach (var reading in open)
                await InTurn(() => One(person, (string)reading!["id"]!, (string)reading["mode"]!, 1));
            if (open.Length == 0)
                await Rest();
        }
    }

    private Task Rest() => Task.Delay(Pause, over).ContinueWith(static _ => { }, TaskScheduler.Default);

    private async Task<JsonNode> One(Person person, string reading, string mode, double reliability)
    {
        await person.Api.Post("take", $"/api/v1/readings/{reading}/take");
        var view = await person.Api.Get("open", $"/api/v1/readings/{reading}");
        var one = (string)view["case"]!["id"]!;
        if (mode == "validate")
            return await Judge(person, reading, one, view);
        var look = $"{person.Login} {view["revision"]}";
        var document = truth.Read(world.SchemaVersion, world.Cases[one], look, mode == "adjudicate" ? AdjudicatorsReliability : reliability);
        var saved = await person.Api.Put("save", $"/api/v1/readings/{reading}/document", new { baseRevision = (int)view["revision"]!, document });
        var answer = await person.Api.Post("submit", $"/api/v1/readings/{reading}/submit", new { revision = (int)saved["revision"]!, leaveUndecided = mode == "adjudicate" });
        Interlocked.Increment(ref mode == "adjudicate" ? ref decisions : ref readings);
        return answer;
    }

    private async Task<JsonNode> Judge(Person person, string reading, string one, JsonNode view)
    {
        var isRight = (string?)view["document"]!["answers"]![Truth.Question]!["value"] == truth.AnswerOf(world.Cases[one].Label);
        Interlocked.Increment(ref verdicts);
        if (isRight || !truth.Notices(world.Cases[one].Label, $"{person.Login} {view["comments"]!.AsArray().Count}", ValidatorsReliability))
            return await person.Api.Post("verdict", $"/api/v1/readings/{reading}/accept");
        Interlocked.Increment(ref returned);
        return await person.Api.Post("verdict", $"/api/v1/readings/{reading}/return", new { comment = "The answer does not follow from the picture." });
    }

    private async Task<T> InTurn<T>(Func<Task<T>> work)
    {
        await atOnce.WaitAsync(CancellationToken.None);
        try
        {
            return await work();
        }
        finally
        {
            atOnce.Release();
        }
    }
}
