using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Store;

/// <summary>What only a bucket can do: be unknown, refuse, vanish, break off between two parts.</summary>
public sealed class BucketTests
{
    private sealed class Host(Action<IWebHostBuilder> settings) : PirogovApp(Engine.Sqlite)
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            settings(builder);
        }
    }

    [SkippableFact]
    public async Task A_batch_goes_into_the_bucket_and_comes_back_over_dicomweb()
    {
        Skip.IfNot(S3Server.IsPresent, S3Server.Absent);
        var bucket = await S3Server.MakeBucket();
        await using var host = new Host(b => S3Server.Use(b, bucket));
        var client = await host.As(Role.DataEngineer);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
        var (_, row) = await host.SendStudy(client, await host.Centre("S3A"), study: 901);
        var study = (string)(await client.GetFromJsonAsync<JsonArray>("/dicomweb/studies"))![0]!["0020000D"]!["Value"]![0]!;
        var retrieved = await client.GetAsync($"/dicomweb/studies/{study}");
        Assert.Equal(HttpStatusCode.OK, retrieved.StatusCode);
        Assert.Equal(4, (await retrieved.Content.ReadAsStringAsync()).Split("DICM").Length - 1);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/cases/{(string)row["id"]!}/thumbnail")).StatusCode);
        Assert.False(Directory.Exists(Path.Combine(host.DataFolder, "store", "files")));
        using var outside = new HttpClient();
        Assert.Contains("<Key>pirogov/files/md5/", await outside.GetStringAsync($"{S3Server.Address}/{bucket}?list-type=2"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_upload_that_breaks_off_between_its_parts_shows_nothing()
    {
        Skip.IfNot(S3Server.IsPresent, S3Server.Absent);
        await S3Server.MakeBucket("breaks-off");
        await using var host = new Host(b => S3Server.Use(b, "breaks-off"));
        var bytes = RandomNumberGenerator.GetBytes(11 << 20);
        await Assert.ThrowsAnyAsync<Exception>(() => host.InScope(s => s.GetRequiredService<ObjectStore>().Put(bytes, default)));
        var md5 = Convert.ToHexStringLower(MD5.HashData(bytes));
        Assert.False(await host.Services.GetRequiredService<IBlobs>().Exists(BlobKeys.Of(md5), default));
        Assert.Null(await host.InScope(s => s.GetRequiredService<ObjectStore>().Find(md5, default)));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.DataFolder, "store", "incoming")));
    }

    [SkippableFact]
    public async Task An_unknown_bucket_stops_the_start_with_its_name()
    {
        Skip.IfNot(S3Server.IsPresent, S3Server.Absent);
        await using var host = new Host(b => S3Server.Use(b, "no-such-bucket"));
        Assert.Contains("Store:S3:Bucket does not exist", Refusal(host), StringComparison.Ordinal);
        Assert.Contains("no-such-bucket", Refusal(host), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task When_the_bucket_vanishes_the_platform_is_not_ready()
    {
        Skip.IfNot(S3Server.IsPresent, S3Server.Absent);
        var bucket = await S3Server.MakeBucket();
        await using var host = new Host(b => S3Server.Use(b, bucket));
        Assert.Equal(HttpStatusCode.OK, (await host.Nobody().GetAsync("/health/ready")).StatusCode);
        using var outside = new HttpClient();
        await outside.DeleteAsync($"{S3Server.Address}/{bucket}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Nobody().GetAsync("/health/ready")).StatusCode);
    }

    [Theory]
    [InlineData("SignatureDoesNotMatch", "The credentials of the store are refused: SignatureDoesNotMatch")]
    [InlineData("AccessDenied", "The credentials of the store may not do this: AccessDenied")]
    public async Task Refused_credentials_stop_the_start_and_no_secret_is_told(string code, string told)
    {
        await using var refusing = await Answering(StatusCodes.Status403Forbidden, $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>");
        await using var host = new Host(b => Settings(b, refusing.Urls.First()));
        Assert.Contains(told, Refusal(host), StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", Refusal(host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:S3:Bucket", "", "Store:S3:Bucket is needed")]
    [InlineData("Store:S3:Endpoint", "s3.example.org", "Store:S3:Endpoint is no http(s) address")]
    [InlineData("Store:S3:SecretKey", "", "Store:S3:SecretKey one is missing")]
    [InlineData("Store:S3:PartMegabytes", "1", "PartMegabytes is at least 5")]
    [InlineData("Store:Kind", "ftp", "Store:Kind is local or s3, not ftp")]
    public async Task A_configuration_that_cannot_be_is_refused_by_the_name_of_the_setting(string key, string value, string told)
    {
        await using var host = new Host(b =>
        {
            Settings(b, "http://127.0.0.1:9");
            b.UseSetting(key, value);
        });
        Assert.Contains(told, Refusal(host), StringComparison.Ordinal);
    }

    private static void Settings(IWebHostBuilder builder, string endpoint)
    {
        builder.UseSetting("Store:Kind", "s3");
        builder.UseSetting("Store:S3:Endpoint", endpoint);
        builder.UseSetting("Store:S3:Bucket", "pirogov");
        builder.UseSetting("Store:S3:AccessKey", "key");
        builder.UseSetting("Store:S3:SecretKey", "very-secret");
    }

    private static string Refusal(PirogovApp host) => Assert.Throws<StoreUnavailableException>(() => _ = host.Services).Message;

    private static async Task<WebApplication> Answering(int status, string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync(body);
        });
        await app.StartAsync();
        return app;
    }
}
