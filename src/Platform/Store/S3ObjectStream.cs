using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pirogov.Platform.Store;

/// <summary>
/// An object as a stream that seeks: its first megabyte comes with the opening (most objects are no larger, and headers
/// lie there), the rest by requests for a range, which are made again where a connection breaks.
/// </summary>
internal sealed class S3ObjectStream : Stream
{
    private const int Window = 1 << 20;
    private const int MostTries = 3;
    private readonly IAmazonS3 client;
    private readonly string bucket;
    private readonly string key;
    private readonly byte[] head;
    private GetObjectResponse? body;
    private long bodyPosition;
    private long position;

    private S3ObjectStream(IAmazonS3 client, string bucket, string key, byte[] head, long length) =>
        (this.client, this.bucket, this.key, this.head, Length) = (client, bucket, key, head, length);

    /// <returns>Null when there is no such key.</returns>
    public static async Task<Stream?> Open(IAmazonS3 client, string bucket, string key, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = await client.GetObjectAsync(new() { BucketName = bucket, Key = key, ByteRange = new(0, Window - 1) }, cancellation);
                var length = LengthOf(answer);
                var head = new byte[Math.Min(Window, length)];
                await answer.ResponseStream.ReadExactlyAsync(head, cancellation);
                return new S3ObjectStream(client, bucket, key, head, length);
            }
            catch (AmazonS3Exception absent) when (absent.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (AmazonS3Exception empty) when (empty.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return new S3ObjectStream(client, bucket, key, [], 0);
            }
            catch (Exception broken) when (attempt < MostTries && broken is IOException or HttpRequestException && !cancellation.IsCancellationRequested)
            {
                // The SDK tries again until the answer begins; a body that breaks off is ours to ask for again.
            }
        }
    }

    public override long Length { get; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new IOException("Before the beginning of the object.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= Length || buffer.Length == 0)
            return 0;
        int read;
        if (position < head.Length)
        {
            read = (int)Math.Min(buffer.Length, head.Length - position);
            head.AsSpan((int)position, read).CopyTo(buffer.Span);
        }
        else
        {
            read = await ReadBody(buffer, cancellationToken);
        }

        position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Parsers read without waiting; they run on threads of the pool, which this blocks.</summary>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close(ref body);
        base.Dispose(disposing);
    }

    private async Task<int> ReadBody(Memory<byte> buffer, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (body is null || bodyPosition != position)
                {
                    Close(ref body);
                    body = await client.GetObjectAsync(new() { BucketName = bucket, Key = key, ByteRange = new(position, Length - 1) }, cancellation);
                    bodyPosition = position;
                }

                var read = await body.ResponseStream.ReadAsync(buffer, cancellation);
                bodyPosition += read;
                return read > 0 ? read : throw new EndOfStreamException("The object broke off before its end.");
            }
            catch (Exception broken) when (attempt < MostTries && broken is IOException or HttpRequestException && !cancellation.IsCancellationRequested)
            {
                Close(ref body);
            }
        }
    }

    private static void Close(ref GetObjectResponse? response)
    {
        response?.Dispose();
        response = null;
    }

    /// <summary>Of <c>bytes 0-1048575/5242880</c> the last number; a server that gives no range gave everything.</summary>
    private static long LengthOf(GetObjectResponse answer) =>
        answer.ContentRange is { } range && long.TryParse(range[(range.LastIndexOf('/') + 1)..], out var whole) ? whole : answer.ContentLength;
}
