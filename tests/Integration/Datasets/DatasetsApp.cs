using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Datasets;

/// <summary>The host behind a real socket, for git speaks to nothing less, with a made release instead of the rooms above.</summary>
public abstract class DatasetsApp : PirogovApp
{
    protected DatasetsApp(Engine engine) : base(engine) => UseKestrel(0);

    internal MadeRelease Made { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ICases>(Made).AddSingleton<IReleases>(Made);

    internal async Task<FreezeVersion.Response> Freeze(string slug, ReleaseId release, int seed = 7, bool isNew = true)
    {
        var client = await As(Role.DataEngineer);
        var request = new FreezeVersion.Request(release, new SplitChoice(0.5, 0.25, 0.25, seed), isNew
            ? new(new("Печень", "Liver"), new("Описание", "Description"), null, "CC BY-NC 4.0", new("", "")) : null);
        var response = await client.PostAsJsonAsync($"/api/v1/datasets/{slug}/versions", request, PlatformJson.Options);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync() + Log.Errors);
        return (await response.Content.ReadFromJsonAsync<FreezeVersion.Response>(PlatformJson.Options))!;
    }

    internal async Task<JsonElement> Manifest(string slug, int number)
    {
        var client = await As(Role.DataEngineer);
        return await client.GetFromJsonAsync<JsonElement>($"/api/v1/datasets/{slug}/versions/{number}/files/manifest.json");
    }
}

public sealed class DatasetsOnSqliteApp() : DatasetsApp(Engine.Sqlite);

public sealed class DatasetsOnPostgreSqlApp() : DatasetsApp(Engine.PostgreSql);

public sealed class DatasetsOnS3App() : DatasetsApp(Engine.Sqlite)
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        S3Server.Use(builder, S3Server.MakeBucket().GetAwaiter().GetResult());
    }
}
