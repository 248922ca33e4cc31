using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Benchmarks;

/// <summary>Objects a second into the store (hashed both ways, flushed, with their rows) against plain write and fsync of the same bytes.</summary>
internal static class StoreBenchmark
{
    public static async Task<int> Run(string folder, int objects, int size)
    {
        var bodies = Enumerable.Range(0, objects).Select(_ => RandomNumberGenerator.GetBytes(size)).ToArray();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data", folder)]).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddPlatform(configuration).BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        var (db, store) = (scope.ServiceProvider.GetRequiredService<PirogovDb>(), scope.ServiceProvider.GetRequiredService<ObjectStore>());
        await db.Database.EnsureCreatedAsync();
        await store.Put(bodies[0], default);

        var plain = Time(() =>
        {
            var place = Directory.CreateDirectory(Path.Combine(folder, "plain")).FullName;
            for (var i = 0; i < objects; i++)
            {
                using var file = new FileStream(Path.Combine(place, i.ToString(CultureInfo.InvariantCulture)), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
                file.Write(bodies[i]);
                file.Flush(flushToDisk: true);
            }
        });
        var watch = Stopwatch.StartNew();
        foreach (var body in bodies)
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await store.Put(body, default);
            await transaction.CommitAsync();
        }

        var ours = watch.Elapsed;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{objects / plain.TotalSeconds:F0} {objects / ours.TotalSeconds:F0} {plain / ours:F2}"));
        return 0;
    }

    private static TimeSpan Time(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed;
    }
}
