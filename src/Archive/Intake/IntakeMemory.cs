using System.Buffers;

namespace Pirogov.Archive.Intake;

/// <summary>Holds back uploads beyond what memory bears: originals are nowhere else.</summary>
internal sealed class IntakeMemory : IDisposable
{
    /// <summary>Megabytes of originals held at once.</summary>
    private const int Seats = 512;

    private const int FirstRent = 1 << 20;

    /// <summary>
    /// Of the intake alone: what a patient's file held must not lie in arrays that others rent. New arrays of half a megabyte for every
    /// file would keep the garbage collector busier than the files keep us.
    /// </summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(Admission.LargestFile, 16);

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
    public static async Task<Original?> Read(Stream body, int limit, long? length, CancellationToken cancellation)
    {
        if (length > limit)
            return null;
        // A byte more than announced, so that the end is seen without growing.
        var buffer = Pool.Rent((int)Math.Min(length + 1 ?? FirstRent, limit));
        try
        {
            var size = 0;
            while (await body.ReadAsync(buffer.AsMemory(size), cancellation) is var read and > 0)
            {
                size += read;
                if (size > limit)
                    return null;
                if (size == buffer.Length)
                    Grow(ref buffer, size);
            }

            var original = new Original(Pool, buffer, size);
            buffer = null;
            return original;
        }
        finally
        {
            if (buffer is not null)
                Pool.Return(buffer);
        }
    }

    private static void Grow(ref byte[] buffer, int size)
    {
        var larger = Pool.Rent((int)Math.Min(2L * buffer.Length, Array.MaxLength));
        buffer.AsSpan(0, size).CopyTo(larger);
        Pool.Return(buffer);
        buffer = larger;
    }

    private sealed class Reservation(SemaphoreSlim seats, int count) : IDisposable
    {
        public void Dispose() => seats.Release(count);
    }
}

/// <summary>The bytes of a file as the hospital sent it, in memory that is given back.</summary>
internal sealed class Original(ArrayPool<byte> pool, byte[] buffer, int size) : IDisposable
{
    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, size);

    public MemoryStream ToStream() => new(buffer, 0, size, writable: false);

    public void Dispose() => pool.Return(buffer);
}
