using Pirogov.Agenda;
using Pirogov.Archive;
using Pirogov.Competitions;
using Pirogov.Datasets;
using Pirogov.Labelling;
using Pirogov.Lifecycle;
using Pirogov.Platform;
using Pirogov.Platform.Web;
using Pirogov.Portal;
using Pirogov.Portal.Demo;

var builder = WebApplication.CreateBuilder(args);
builder.AddObservability();
// Also outside of publishing, so that a build can be run as it is.
builder.WebHost.UseStaticWebAssets();
builder.WebHost.ConfigureKestrel(o =>
{
    o.AddServerHeader = false;
    // Uploads of slides and archives raise their own limit where they are received.
    o.Limits.MaxRequestBodySize = 32 << 20;
});
builder.Services.AddPlatform(builder.Configuration);
builder.Services.AddAgenda();
builder.Services.AddArchive();
builder.Services.AddLabelling();
builder.Services.AddDatasets();
builder.Services.AddCompetitions();
builder.Services.AddLifecycle();
builder.Services.AddPortal();

var app = builder.Build();
// Before the pipeline that asks who is calling: the built scripts are for everybody.
WebAssets.Use(app);
app.UsePlatform();
app.MapPortal();
var api = app.MapGroup("/api/v1").RefuseUnknownWords();
app.MapPlatform(api);
app.MapAgenda(api);
app.MapArchive(api);
app.MapLabelling(api);
app.MapDatasets(api);
app.MapCompetitions(api);
app.MapLifecycle(api);

await app.Services.PrepareStore();
await app.Services.PrepareDatabase();
var demo = string.Equals(app.Configuration["Demo"], "on", StringComparison.OrdinalIgnoreCase);
app.PrintWhenStarted(await FirstAccounts.Make(app.Services, demo), demo);
if (demo)
    await SeedDemo.EnqueueOnce(app.Services);
await app.RunAsync();

/// <summary>The host, named so that tests can start it.</summary>
public partial class Program;
