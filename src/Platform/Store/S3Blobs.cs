using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pirogov.Platform.Store;

/// <summary>
/// A bucket. An object becomes visible as a whole by S3's own promise, also one of many parts; each upload carries its
/// MD5, which the server holds against what arrived.
/// </summary>
internal sealed class S3Blobs(S3Options options, IAmazonS3 client) : IBlobs
{
    private const int PartsAtOnce = 4;
    private const int UploadsAtOnce = 4;

    public bool IsHere => false;

    public Task Keep(IReadOnlyList<PlacedBytes> placed, CancellationToken cancellation) => Parallel.ForEachAsync(
        placed, new ParallelOptions { MaxDegreeOfParallelism = UploadsAtOnce, CancellationToken = cancellation }, async (one, token) => await Keep(one, token));

    private async Task Keep(PlacedBytes placed, CancellationToken cancellation)
    {
        var (incoming, key) = (placed.Bytes, placed.Key);
        if (!placed.IsNew && await SizeOf(key, cancellation) is { } kept)
        {
            if (kept != incoming.Size)
                throw new AddressCollisionException();
        }
        else if (incoming.Size > options.PartSize)
            await PutParts(incoming, key, cancellation);
        else
            await PutWhole(incoming, key, cancellation);
    }

    public Task<Stream?> OpenRead(string key, CancellationToken cancellation) => S3ObjectStream.Open(client, options.Bucket, Full(key), cancellation);

    public async Task<bool> Exists(string key, CancellationToken cancellation) => await SizeOf(key, cancellation) is not null;

    public async IAsyncEnumerable<StoredKey> Keys([EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = Full(BlobKeys.Root) };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, cancellation);
            foreach (var found in page.S3Objects ?? [])
                yield return new(found.Key[options.Prefix.Length..], found.Size ?? 0, (found.LastModified ?? DateTime.UnixEpoch).ToUniversalTime());
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public Task Remove(string key, CancellationToken cancellation) => client.DeleteObjectAsync(options.Bucket, Full(key), cancellation);

    public async Task<int> RemoveUnfinished(DateTimeOffset begunBefore, CancellationToken cancellation)
    {
        var (removed, request) = (0, new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = Full(BlobKeys.Root) });
        ListMultipartUploadsResponse page;
        do
        {
            try
            {
                page = await client.ListMultipartUploadsAsync(request, cancellation);
            }
            catch (AmazonS3Exception refused) when (refused.ErrorCode is "NotImplemented" or "MethodNotAllowed")
            {
                // Such servers keep a lifecycle rule for unfinished uploads instead.
                return removed;
            }

            foreach (var upload in (page.MultipartUploads ?? []).Where(u => u.Initiated?.ToUniversalTime() < begunBefore.UtcDateTime))
            {
                await client.AbortMultipartUploadAsync(options.Bucket, upload.Key, upload.UploadId, cancellation);
                removed++;
            }

            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        return removed;
    }

    public Task Answer(CancellationToken cancellation) => Told(() =>
        client.ListObjectsV2Async(new() { BucketName = options.Bucket, Prefix = Full(BlobKeys.Root), MaxKeys = 1 }, cancellation));

    public async Task Rehearse(CancellationToken cancellation)
    {
        await Answer(cancellation);
        await Told(async () =>
        {
            var key = Full($"rehearsal-{Guid.CreateVersion7():N}");
            using var bytes = new MemoryStream(Rehearsal.Bytes, writable: false);
            await client.PutObjectAsync(Put(key, bytes, Convert.ToHexStringLower(Digest(Rehearsal.Bytes))), cancellation);
            using (var read = await client.GetObjectAsync(options.Bucket, key, cancellation))
            using (var back = new MemoryStream())
            {
                await read.ResponseStream.CopyToAsync(back, cancellation);
                await client.DeleteObjectAsync(options.Bucket, key, cancellation);
                Rehearsal.Hold(back.ToArray(), options.Place);
            }

            return true;
        });
    }

    private async Task PutWhole(IncomingBytes incoming, string key, CancellationToken cancellation)
    {
        await using var bytes = Temporary(incoming);
        await client.PutObjectAsync(Put(Full(key), bytes, incoming.Md5), cancellation);
    }

    private async Task PutParts(IncomingBytes incoming, string key, CancellationToken cancellation)
    {
        var upload = (await client.InitiateMultipartUploadAsync(new() { BucketName = options.Bucket, Key = Full(key), ContentType = Octets }, cancellation)).UploadId;
        try
        {
            var parts = new PartETag[(incoming.Size + options.PartSize - 1) / options.PartSize];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellation }, async (i, stop) =>
                parts[i] = new(i + 1, await PutPart(incoming, key, upload, i, stop)));
            await client.CompleteMultipartUploadAsync(new() { BucketName = options.Bucket, Key = Full(key), UploadId = upload, PartETags = [.. parts] }, cancellation);
        }
        catch
        {
            // What cannot be dropped now is found by the sweep; nobody is shown it meanwhile.
            await Quietly(() => client.AbortMultipartUploadAsync(options.Bucket, Full(key), upload, CancellationToken.None));
            throw;
        }

        if (await SizeOf(key, cancellation) is var size && size != incoming.Size)
            throw new IOException($"The store made {size} bytes of {incoming.Size}.");
    }

    private async Task<string> PutPart(IncomingBytes incoming, string key, string upload, int index, CancellationToken cancellation)
    {
        var (from, size) = (index * options.PartSize, Math.Min(options.PartSize, incoming.Size - index * options.PartSize));
        await using var bytes = Temporary(incoming);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 17];
        bytes.Position = from;
        for (long left = size; left > 0;)
        {
            var read = await bytes.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellation);
            md5.AppendData(buffer, 0, read);
            left = read > 0 ? left - read : throw new EndOfStreamException();
        }

        bytes.Position = from;
        var answer = await client.UploadPartAsync(new()
        {
            BucketName = options.Bucket,
            Key = Full(key),
            UploadId = upload,
            PartNumber = index + 1,
            InputStream = bytes,
            PartSize = size,
            MD5Digest = Convert.ToBase64String(md5.GetHashAndReset()),
            UseChunkEncoding = options.ChunkedUploads,
        }, cancellation);
        return answer.ETag;
    }

    private PutObjectRequest Put(string fullKey, Stream bytes, string md5) => new()
    {
        BucketName = options.Bucket,
        Key = fullKey,
        InputStream = bytes,
        AutoCloseStream = false,
        ContentType = Octets,
        MD5Digest = Convert.ToBase64String(Convert.FromHexString(md5)),
        UseChunkEncoding = options.ChunkedUploads,
    };

    private async Task<long?> SizeOf(string key, CancellationToken cancellation)
    {
        try
        {
            return (await client.GetObjectMetadataAsync(options.Bucket, Full(key), cancellation)).ContentLength;
        }
        catch (AmazonS3Exception absent) when (absent.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Says in the words of the configuration what the server or the way to it refuses.</summary>
    private async Task Told<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
        }
        catch (AmazonS3Exception refused)
        {
            throw new StoreUnavailableException(refused switch
            {
                { ErrorCode: "NoSuchBucket" } or { StatusCode: HttpStatusCode.NotFound } => $"Store:S3:Bucket does not exist ({options.Place}).",
                { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" } =>
                    $"The credentials of the store are refused: {refused.ErrorCode} ({options.Place}).",
                { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => $"The credentials of the store may not do this: {refused.ErrorCode} ({options.Place}).",
                _ => $"The store refuses: {refused.ErrorCode} {refused.Message} ({options.Place}).",
            }, refused);
        }
        catch (Exception unreachable) when (unreachable is AmazonClientException or HttpRequestException or IOException and not StoreUnavailableException)
        {
            throw new StoreUnavailableException($"The store does not answer: {unreachable.Message} ({options.Place}).", unreachable);
        }
    }

    private static async Task Quietly(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception failed) when (failed is AmazonClientException or HttpRequestException)
        {
            // The reason why the upload ended is on its way up already.
        }
    }

    private string Full(string key) => options.Prefix + key;

    private static FileStream Temporary(IncomingBytes incoming) =>
        new(incoming.TemporaryPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static byte[] Digest(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return md5.GetHashAndReset();
    }

    private const string Octets = "application/octet-stream";
}
