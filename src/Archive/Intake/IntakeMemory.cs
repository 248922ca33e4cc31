namespace Pirogov.Archive.Intake;

/// <summary>Holds back uploads beyond what memory bears: originals are nowhere else.</summary>
internal sealed class IntakeMemory : IDisposable
{
    /// <summary>Megabytes of originals held at once.</summary>
    private const int Seats = 512;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly SemaphoreSlim seats = new(Seats, Seats);

    public void Dispose()
    {
        turn.Dispose();
        seats.Dispose();
    }

    public async Task<IDisposable> Reserve(long bytes, CancellationToken cancellation)
    {
        var wanted = (int)Math.Clamp((bytes >> 20) + 1, 1, Seats / 2);
        // Seats are taken by one upload after the other: two that each hold half of what they need would wait for ever.
        await turn.WaitAsync(cancellation);
        var taken = 0;
        try
        {
            for (; taken < wanted; taken++)
                await seats.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            if (taken > 0)
                seats.Release(taken);
            throw;
        }
        finally
        {
            turn.Release();
        }

        return new Reservation(seats, wanted);
    }

    /// <returns>Null when there is more than the limit.</returns>
    public static async Task<MemoryStream?> Read(Stream body, int limit, long? length, CancellationToken cancellation)
    {
        if (length > limit)
            return null;
        var bytes = new MemoryStream((int)(length ?? 0));
        var chunk = new byte[1 << 16];
        while (await body.ReadAsync(chunk, cancellation) is var read and > 0)
        {
            if (bytes.Length + read > limit)
                return null;
            bytes.Write(chunk, 0, read);
        }

        bytes.Position = 0;
        return bytes;
    }

    private sealed class Reservation(SemaphoreSlim seats, int count) : IDisposable
    {
        public void Dispose() => seats.Release(count);
    }
}
