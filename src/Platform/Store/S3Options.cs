using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Configuration;

namespace Pirogov.Platform.Store;

/// <summary><c>Store:S3:*</c>. Without an endpoint it is Amazon's own in the region; without keys the SDK looks where it always looks (environment, profile, role).</summary>
internal sealed record S3Options(
    string? Endpoint, string Bucket, string Prefix, string Region, bool PathStyle, string? AccessKey, string? SecretKey, bool ChunkedUploads, long PartSize)
{
    /// <summary>S3 takes no smaller part, save the last.</summary>
    private const int SmallestPartMegabytes = 5;

    public static S3Options From(IConfiguration configuration)
    {
        var s3 = configuration.GetSection("Store:S3");
        var endpoint = s3["Endpoint"];
        if (string.IsNullOrWhiteSpace(s3["Bucket"]))
            throw new StoreUnavailableException("Store:S3:Bucket is needed for Store:Kind=s3.");
        if (endpoint is not null && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            throw new StoreUnavailableException($"Store:S3:Endpoint is no http(s) address: {endpoint}");
        if (string.IsNullOrEmpty(s3["AccessKey"]) != string.IsNullOrEmpty(s3["SecretKey"]))
            throw new StoreUnavailableException("Of Store:S3:AccessKey and Store:S3:SecretKey one is missing.");
        var part = s3.GetValue("PartMegabytes", 64);
        if (part < SmallestPartMegabytes)
            throw new StoreUnavailableException($"Store:S3:PartMegabytes is at least {SmallestPartMegabytes}.");
        var prefix = (s3["Prefix"] ?? "").Trim('/');
        return new(endpoint, s3["Bucket"]!, prefix.Length == 0 ? "" : prefix + "/", s3["Region"] ?? "us-east-1", s3.GetValue("PathStyle", endpoint is not null),
            s3["AccessKey"], s3["SecretKey"], s3.GetValue("ChunkedUploads", false), (long)part << 20);
    }

    public string Place => $"{Endpoint ?? "Amazon S3, " + Region}, bucket {Bucket}";

    public AmazonS3Client Connect()
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = PathStyle,
            AuthenticationRegion = Region,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 4,
            // Content-MD5 proves every upload to every server; the newer checksums travel in trailers that some refuse.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (Endpoint is null)
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(Region);
        else
            config.ServiceURL = Endpoint;
        return AccessKey is null ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(AccessKey, SecretKey), config);
    }
}
