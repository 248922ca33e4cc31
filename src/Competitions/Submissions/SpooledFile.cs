using System.Buffers;

namespace Pirogov.Competitions.Submissions;

/// <summary>A submission on its way in: a temporary file of bounded size that goes when this is disposed. A zip is read from its end, so it cannot be checked as it flows.</summary>
internal sealed class SpooledFile : IAsyncDisposable
{
    private SpooledFile(FileStream bytes) => Bytes = bytes;

    public FileStream Bytes { get; }

    /// <returns>Null when there are more bytes than the limit.</returns>
    public static async Task<SpooledFile?> Receive(Stream bytes, string folder, long limit, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, $"submission-{Guid.CreateVersion7():N}");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            while (await bytes.ReadAsync(buffer, cancellation) is var read and > 0)
            {
                if (file.Length + read > limit)
                {
                    await file.DisposeAsync();
                    return null;
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }

            file.Position = 0;
            return new(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync() => Bytes.DisposeAsync();
}
