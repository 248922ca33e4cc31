using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pirogov.Platform.Jobs;

namespace Pirogov.Platform.Store;

/// <summary><c>Store:Kind</c>: local (a folder below the data folder) or s3.</summary>
internal static class StoreSetup
{
    public static IServiceCollection AddStore(this IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        var folders = new StoreFolders(dataFolder);
        services.AddSingleton(folders).AddScoped<ObjectStore>();
        services.AddSingleton(SweepOptions.From(configuration)).AddScoped<UnnamedObjects>().AddJob<SweepStore, SweepStore.Payload>();
        switch (configuration["Store:Kind"]?.ToUpperInvariant())
        {
            case null or "" or "LOCAL":
                services.AddSingleton<IBlobs>(new LocalBlobs(folders.Root));
                break;
            case "S3":
                var options = S3Options.From(configuration);
                services.AddSingleton<IBlobs>(_ => new S3Blobs(options, options.Connect()));
                break;
            default:
                throw new StoreUnavailableException($"Store:Kind is local or s3, not {configuration["Store:Kind"]}.");
        }

        services.AddHealthChecks().AddCheck<StoreAnswers>("store", tags: ["ready"]);
        return services;
    }

    private sealed class StoreAnswers(IBlobs blobs) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await blobs.Answer(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (StoreUnavailableException silent)
            {
                return HealthCheckResult.Unhealthy(silent.Message);
            }
        }
    }
}
