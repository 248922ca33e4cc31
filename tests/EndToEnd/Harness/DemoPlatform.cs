namespace Pirogov.EndToEnd.Harness;

/// <summary>A platform with the demonstration's content, prepared once for all tests that look at it.</summary>
public sealed class DemoPlatform : IAsyncLifetime
{
    public const string Password = "Pirogov-1810";
    private readonly Dictionary<string, Api> people = [];

    public PlatformProcess Process { get; } = new(demo: true);

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
