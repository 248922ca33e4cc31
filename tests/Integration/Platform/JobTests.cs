using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Integration.Platform;

/// <summary>A host with one job whose course the test directs.</summary>
public sealed class AppWithJobs() : PirogovApp(Engine.Sqlite)
{
    internal Conductor Conductor { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) =>
        services.AddSingleton(Conductor).AddJob<Rehearsal, Rehearsal.Payload>();
}

internal sealed class Conductor
{
    public TaskCompletionSource Started { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public TaskCompletionSource MayEnd { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public int Failures { get; set; }
    public string? Refuses { get; set; }

    public void Again() =>
        (Started, MayEnd, Failures, Refuses) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously), 0, null);
}

internal sealed class Rehearsal(Conductor conductor) : DurableJob<Rehearsal.Payload>
{
    internal sealed record Payload(string Piece);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        await progress.Tell(40, payload.Piece, cancellation);
        conductor.Started.TrySetResult();
        if (conductor.Refuses is { } reason)
            throw new JobRefusedException(reason);
        if (conductor.Failures > 0)
        {
            conductor.Failures--;
            throw new InvalidOperationException("A string broke.");
        }

        await conductor.MayEnd.Task.WaitAsync(cancellation);
    }
}

public sealed class JobTests(AppWithJobs app) : IClassFixture<AppWithJobs>
{
    [Fact]
    public async Task A_running_job_tells_how_far_it_is_to_its_owner_and_to_administrators_only()
    {
        app.Conductor.Again();
        var (owner, id) = await Enqueue("owner");
        await app.Conductor.Started.Task;
        var seen = await See(owner, id);
        Assert.Equal(("running", 40, "overture"), ((string)seen["state"]!, (int)seen["percent"]!, (string)seen["message"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await (await App("other", Role.Expert)).GetAsync($"/api/v1/jobs/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await (await App("chief", Role.Administrator)).GetAsync($"/api/v1/jobs/{id}")).StatusCode);
        app.Conductor.MayEnd.SetResult();
        await app.Settle(failedJobsAreFine: true);
        seen = await See(owner, id);
        Assert.Equal(("succeeded", 100), ((string)seen["state"]!, (int)seen["percent"]!));
    }

    [Fact]
    public async Task A_cancelled_job_stops_and_may_be_tried_again()
    {
        app.Conductor.Again();
        var (owner, id) = await Enqueue("canceller");
        await app.Conductor.Started.Task;
        Assert.Equal(HttpStatusCode.NoContent, (await owner.PostAsync($"/api/v1/jobs/{id}/cancel", null)).StatusCode);
        await app.Settle(failedJobsAreFine: true);
        Assert.Equal("cancelled", (string)(await See(owner, id))["state"]!);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.PostAsync($"/api/v1/jobs/{id}/cancel", null)).StatusCode);
        app.Conductor.Again();
        app.Conductor.MayEnd.SetResult();
        Assert.Equal(HttpStatusCode.NoContent, (await owner.PostAsync($"/api/v1/jobs/{id}/retry", null)).StatusCode);
        await app.Settle(failedJobsAreFine: true);
        Assert.Equal("succeeded", (string)(await See(owner, id))["state"]!);
    }

    [Fact]
    public async Task A_job_that_stumbles_is_tried_again_by_itself()
    {
        app.Conductor.Again();
        app.Conductor.Failures = 2;
        app.Conductor.MayEnd.SetResult();
        var (owner, id) = await Enqueue("stumbler");
        await app.Settle(failedJobsAreFine: true);
        var seen = await See(owner, id);
        Assert.Equal(("succeeded", 3), ((string)seen["state"]!, (int)seen["attempts"]!));
    }

    [Fact]
    public async Task A_job_that_refuses_fails_at_once_with_its_reason()
    {
        app.Conductor.Again();
        app.Conductor.Refuses = "datasets.job.case-is-gone";
        var (owner, id) = await Enqueue("refuser");
        await app.Settle(failedJobsAreFine: true);
        var seen = await See(owner, id);
        Assert.Equal(("failed", 1, "datasets.job.case-is-gone"), ((string)seen["state"]!, (int)seen["attempts"]!, (string)seen["failureCode"]!));
        Assert.Matches("[а-я]", (string)seen["failure"]!);
    }

    [Fact]
    public async Task What_nobody_expected_is_told_in_words_and_leads_to_the_log()
    {
        app.Conductor.Again();
        app.Conductor.Failures = int.MaxValue;
        var (owner, id) = await Enqueue("unlucky");
        await app.Settle(failedJobsAreFine: true);
        var seen = await See(owner, id);
        var told = (string)seen["failure"]!;
        Assert.Equal(("failed", "platform.job-failure.unexpected"), ((string)seen["state"]!, (string)seen["failureCode"]!));
        Assert.DoesNotContain("Exception", told, StringComparison.Ordinal);
        var mark = Regex.Match(told, "[0-9a-f]{32}").Value;
        Assert.NotEmpty(mark);
        Assert.Contains(mark, app.Log.Errors, StringComparison.Ordinal);
        var page = await (await Person("unlucky")).Client.GetStringAsync("/jobs");
        Assert.DoesNotContain("InvalidOperationException", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_takes_states_as_it_spells_them_and_names_them_when_it_does_not()
    {
        var owner = await App("lister", Role.DataEngineer);
        foreach (var state in new[] { "queued", "succeeded", "Cancelled" })
            Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync($"/api/v1/jobs?state={state}")).StatusCode);
        foreach (var state in new[] { "done", "3", "" })
        {
            var answer = await owner.GetAsync($"/api/v1/jobs?state={state}");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal("/problems/platform.unknown-word", (string)problem["type"]!);
            Assert.Equal("queued, running, retrying, succeeded, failed, cancelled", (string)problem["allowed"]!);
            Assert.Contains("queued, running", (string)problem["detail"]!, StringComparison.Ordinal);
        }
    }

    private async Task<Browser> Person(string name)
    {
        var browser = new Browser(app);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignIn(name, PirogovApp.Password)).StatusCode);
        return browser;
    }

    private Task<HttpClient> App(string name, Role role) => app.As(name, [role]);

    private async Task<(HttpClient Owner, JobId Id)> Enqueue(string name)
    {
        var owner = await App(name, Role.DataEngineer);
        var (account, _) = await app.Person(name, []);
        var id = await app.InScope(async services =>
        {
            services.GetRequiredService<CurrentActor>().Become(Actor.System with { AccountId = account });
            var job = services.GetRequiredService<JobQueue>().Enqueue<Rehearsal, Rehearsal.Payload>(new("overture"), "concert", name);
            await services.GetRequiredService<PirogovDb>().SaveChangesAsync();
            return job;
        });
        return (owner, id);
    }

    private static async Task<JsonObject> See(HttpClient client, JobId id) => (await client.GetFromJsonAsync<JsonObject>($"/api/v1/jobs/{id}"))!;
}
