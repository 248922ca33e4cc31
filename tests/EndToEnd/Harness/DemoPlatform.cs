using System.Globalization;

namespace Pirogov.EndToEnd.Harness;

/// <summary>A platform with the demonstration's content, prepared once for all tests that look at it.</summary>
public sealed class DemoPlatform : IAsyncLifetime
{
    public const string Password = "Pirogov-1810";
    private readonly Dictionary<string, Api> people = [];

    public PlatformProcess Process { get; }

    /// <summary>Where devices of the centre DEMO1 that call themselves <see cref="Device"/> are let in.</summary>
    public int DimsePort { get; } = PlatformProcess.FreePort();

    public const string Device = "SCANNER";

    public DemoPlatform()
    {
        Process = new(demo: true, new Dictionary<string, string>
        {
            ["Dimse__Port"] = DimsePort.ToString(CultureInfo.InvariantCulture),
            ["Dimse__Address"] = "127.0.0.1",
            ["Dimse__Peers__0__Title"] = Device,
            ["Dimse__Peers__0__Centre"] = "DEMO1",
            ["Store__Sweep__GraceDays"] = "1",
        });
    }

    public async Task InitializeAsync()
    {
        await Process.Start();
        var admin = await As("admin");
        var page = await admin.Until("/api/v1/jobs?size=200", p => p["items"]!.AsArray().Any(j =>
            (string)j!["kind"]! == "SeedDemo" && (string)j["state"]! is "succeeded" or "failed"));
        var seed = page["items"]!.AsArray().Single(j => (string)j!["kind"]! == "SeedDemo")!;
        Assert.True((string)seed["state"]! == "succeeded", seed.ToJsonString());
    }

    public async Task DisposeAsync()
    {
        foreach (var api in people.Values)
            api.Dispose();
        await Process.DisposeAsync();
    }

    internal async Task<Api> As(string login)
    {
        if (!people.TryGetValue(login, out var known))
            people[login] = known = await Api.Of(Process, login, Password);
        return known;
    }
}

[CollectionDefinition(Name)]
public sealed class OnTheDemo : ICollectionFixture<DemoPlatform>, ICollectionFixture<Browser>
{
    public const string Name = "demo";
}
