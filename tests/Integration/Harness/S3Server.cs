using System.Diagnostics;
using Microsoft.AspNetCore.Hosting;

namespace Pirogov.Integration.Harness;

/// <summary>One S3 server in memory for the whole run: the npm package fauxqs, which the web folder's packages bring.</summary>
internal static class S3Server
{
    public const string Absent = "The S3 server for tests is not installed (npm ci in the web folder brings fauxqs).";
    private static readonly Lazy<(string Address, Process Process)> Started = new(Start);
    private static readonly string? Root = FindRoot();

    public static bool IsPresent { get; } = Root is not null && File.Exists(Path.Combine(Root, "web", "node_modules", "fauxqs", "dist", "app.js"));

    public static string Address => Started.Value.Address;

    public static async Task<string> MakeBucket(string? name = null)
    {
        name ??= "test-" + Guid.CreateVersion7().ToString("N");
        using var client = new HttpClient();
        using var made = await client.PutAsync($"{Address}/{name}", null);
        made.EnsureSuccessStatusCode();
        return name;
    }

    public static void Use(IWebHostBuilder builder, string bucket)
    {
        builder.UseSetting("Store:Kind", "s3");
        builder.UseSetting("Store:S3:Endpoint", Address);
        builder.UseSetting("Store:S3:Bucket", bucket);
        builder.UseSetting("Store:S3:Prefix", "pirogov");
        builder.UseSetting("Store:S3:PartMegabytes", "5");
        builder.UseSetting("Store:S3:AccessKey", "test");
        builder.UseSetting("Store:S3:SecretKey", "test-secret");
    }

    private static (string, Process) Start()
    {
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Root!, "tests", "Integration", "Harness", "s3.mjs"), Path.Combine(Root!, "web")])
        {
            // Held open and never written: the server ends with this process, however that ends.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return (process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The S3 server did not start."), process);
    }

    private static string? FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
            folder = folder.Parent;
        return folder?.FullName;
    }
}

/// <summary>A host whose bytes lie in a bucket of its own.</summary>
public class S3App : PirogovApp
{
    public S3App() : this(Engine.Sqlite)
    {
    }

    protected S3App(Engine engine) : base(engine)
    {
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        S3Server.Use(builder, S3Server.MakeBucket().GetAwaiter().GetResult());
    }
}

public sealed class S3AppOnPostgreSql() : S3App(Engine.PostgreSql);
