using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Jobs;

namespace Pirogov.Integration.Datasets;

/// <summary>One release may be frozen under several names; none of them may give away what another hides.</summary>
public abstract class HiddenPatientTests(DatasetsApp app) : OnBothEngines(app)
{
    private readonly DatasetsApp datasets = app;

    [SkippableFact]
    public async Task The_same_release_under_another_name_is_split_as_before_whatever_the_seed()
    {
        var release = await datasets.Made.Make(App, 6);
        await datasets.Freeze("first-name", release, seed: 1);
        await App.Settle();
        var preview = await Preview(release);
        Assert.Equal((6, 6), (preview.Patients, preview.Kept));
        await datasets.Freeze("second-name", release, seed: 99);
        await App.Settle();
        var first = await Splits("first-name");
        Assert.Equal(first.OrderBy(s => s.Key), (await Splits("second-name")).OrderBy(s => s.Key));
        Assert.Contains(Split.HiddenTest, first.Values);
    }

    [SkippableFact]
    public async Task A_patient_published_here_and_hidden_there_is_counted_and_not_named()
    {
        var release = await datasets.Made.Make(App, 5);
        await datasets.Freeze("gives", release);
        await datasets.Freeze("hides", release);
        await App.Settle();
        // As it was before patients kept their part across datasets.
        var given = await InVersion("hides", cases => cases.Where(c => c.Split == Split.Train)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Split, Split.HiddenTest)));
        var response = await Ask("gives", release);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.Conflict, "/problems/datasets.patients-are-hidden-elsewhere", given),
            (response.StatusCode, problem.GetProperty("type").GetString(), problem.GetProperty("patients").GetInt32()));
        Assert.DoesNotContain("pseudonym", problem.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_version_planned_before_another_hid_its_patients_is_not_published()
    {
        var release = await datasets.Made.Make(App, 5);
        var late = await datasets.Freeze("late", release);
        await datasets.Freeze("early", release);
        await App.Settle();
        await InVersion("early", cases => cases.ExecuteUpdateAsync(s => s.SetProperty(c => c.Split, Split.HiddenTest)));
        var id = await App.InDatabase(async db =>
        {
            await db.Set<DatasetVersion>().Where(v => v.JobId == late.JobId).ExecuteUpdateAsync(s => s.SetProperty(v => v.State, VersionState.Freezing));
            return await db.Set<DatasetVersion>().Where(v => v.JobId == late.JobId).Select(v => v.Id).SingleAsync();
        });
        var job = await App.InScope(async s =>
        {
            var queued = s.GetRequiredService<JobQueue>().Enqueue<FreezeDatasetVersion, FreezeDatasetVersion.Payload>(new(id), "dataset-version", id);
            await s.GetRequiredService<Pirogov.Platform.Database.PirogovDb>().SaveChangesAsync();
            return queued;
        });
        await App.Settle(failedJobsAreFine: true);
        Assert.Equal(JobState.Failed, await App.InDatabase(db => db.Set<JobRecord>().Where(j => j.Id == job).Select(j => j.State).SingleAsync()));
        Assert.Equal(VersionState.Freezing, await App.InDatabase(db => db.Set<DatasetVersion>().Where(v => v.Id == id).Select(v => v.State).SingleAsync()));
        // The other tests of this host look at failed jobs.
        await App.InDatabase(db => db.Set<JobRecord>().Where(j => j.Id == job).ExecuteDeleteAsync());
    }

    private async Task<HttpResponseMessage> Ask(string slug, ReleaseId release) => await (await App.As(Role.DataEngineer)).PostAsJsonAsync(
        $"/api/v1/datasets/{slug}/versions", new FreezeVersion.Request(release, new SplitChoice(0.5, 0.25, 0.25, 3), null), PlatformJson.Options);

    private async Task<PreviewSplit.Response> Preview(ReleaseId release)
    {
        var response = await (await App.As(Role.DataEngineer)).PostAsJsonAsync(
            "/api/v1/datasets/split-preview", new PreviewSplit.Request(release, new SplitChoice(0.5, 0.25, 0.25, 3), null), PlatformJson.Options);
        return (await response.Content.ReadFromJsonAsync<PreviewSplit.Response>(PlatformJson.Options))!;
    }

    private Task<Dictionary<string, Split>> Splits(string slug) => InVersion(slug, cases => cases.ToDictionaryAsync(c => c.PatientPseudonym, c => c.Split));

    private Task<T> InVersion<T>(string slug, Func<IQueryable<DatasetCase>, Task<T>> act) => App.InDatabase(async db =>
    {
        var version = await (from v in db.Set<DatasetVersion>() join d in db.Set<Dataset>() on v.DatasetId equals d.Id where d.Slug == slug select v.Id).SingleAsync();
        return await act(db.Set<DatasetCase>().Where(c => c.VersionId == version));
    });
}

public sealed class HiddenPatientsOnSqlite(DatasetsOnSqliteApp app) : HiddenPatientTests(app), IClassFixture<DatasetsOnSqliteApp>;

public sealed class HiddenPatientsOnPostgreSql(DatasetsOnPostgreSqlApp app) : HiddenPatientTests(app), IClassFixture<DatasetsOnPostgreSqlApp>;
