using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Workitems;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>A host on which three items are a long worklist.</summary>
public abstract class LongWorklistApp : PirogovApp
{
    private protected LongWorklistApp(Engine engine) : base(engine)
    {
    }

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton(new WorklistBounds(3));
}

public sealed class LongWorklistAppOnSqlite() : LongWorklistApp(Engine.Sqlite);

public sealed class LongWorklistAppOnPostgreSql() : LongWorklistApp(Engine.PostgreSql);

public abstract class LongWorklistTests(PirogovApp app) : WorkitemsOverHttp(app)
{
    [SkippableFact]
    public async Task A_filter_that_fits_nothing_does_not_read_all_that_ever_was()
    {
        var client = await App.As(Role.DataEngineer);
        var items = new List<string>();
        for (var n = 1; n <= 3; n++)
            items.Add(await Planned(client, "LW1", $"2.25.98{n}"));
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=nowhere"), 204);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Filtered}/subscribers/NARROW?ProcedureStepLabel=nowhere", null), 201);
        items.Add(await Planned(client, "LW1", "2.25.984"));
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepLabel=nowhere"), 413);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Filtered}/subscribers/WIDE?ProcedureStepLabel=nowhere", null), 413);
        // States are the database's to find, and a page of them begins where it is asked for.
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepState=SCHEDULED&offset=3"), 200);
        await Answers(client.GetAsync("/dicomweb/workitems?ProcedureStepState=SCHEDULED&offset=4"), 204);
        // What has ended comes last.
        await Answers(client.PostAsync(items[3] + "/cancelrequest", Json(new DicomDataset().Set(DicomTags.ReasonForCancellation, "Not needed"))), 202);
        await Answers(client.PostAsync($"/dicomweb/workitems/{Filtered}/subscribers/WIDE?ProcedureStepLabel=nowhere", null), 201);
    }
}

public sealed class LongWorklistOnSqlite(LongWorklistAppOnSqlite app) : LongWorklistTests(app), IClassFixture<LongWorklistAppOnSqlite>;

public sealed class LongWorklistOnPostgreSql(LongWorklistAppOnPostgreSql app) : LongWorklistTests(app), IClassFixture<LongWorklistAppOnPostgreSql>;
