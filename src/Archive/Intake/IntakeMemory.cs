using System.Buffers;

namespace Pirogov.Archive.Intake;

/// <summary>Holds back uploads beyond what memory bears: originals are nowhere else.</summary>
internal sealed class IntakeMemory : IDisposable
{
    /// <summary>Megabytes of originals held at once.</summary>
    private const int Seats = 512;

    private const int FirstRent = 1 << 20;

    /// <summary>Of these as many are kept as a busy door has under way.</summary>
    private const int SmallBuffer = 1 << 20;

    /// <summary>
    /// Of the intake alone: what a patient's file held must not lie in arrays that others rent. New arrays of half a megabyte for every
    /// file would keep the garbage collector busier than the files keep us.
    /// </summary>
    private static readonly ArrayPool<byte> Small = ArrayPool<byte>.Create(SmallBuffer, 128);

    private static readonly ArrayPool<byte> Large = ArrayPool<byte>.Create(Admission.LargestFile, 8);

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
    public static Task<Original?> Read(Stream body, int limit, long? length, CancellationToken cancellation) =>
        Read(body.ReadAsync, limit, length, _ => Task.CompletedTask, cancellation);

    /// <param name="spill">Gets what was read of a file that is larger than the limit, and reads the rest.</param>
    /// <returns>Null when there is more than the limit.</returns>
    public static async Task<Original?> Read(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, int limit, long? length, Func<ReadOnlyMemory<byte>, Task> spill, CancellationToken cancellation)
    {
        if (length > limit)
        {
            await spill(default);
            return null;
        }

        // A byte more than announced, so that the end is seen without growing.
        var buffer = Rent((int)Math.Min(length + 1 ?? FirstRent, limit));
        try
        {
            var size = 0;
            while (await read(buffer.AsMemory(size), cancellation) is var taken and > 0)
            {
                size += taken;
                if (size > limit)
                {
                    await spill(buffer.AsMemory(0, size));
                    return null;
                }

                if (size == buffer.Length)
                    Grow(ref buffer, size, limit);
            }

            var original = new Original(buffer, size);
            buffer = null;
            return original;
        }
        finally
        {
            if (buffer is not null)
                Return(buffer);
        }
    }

    internal static void Return(byte[] buffer) => (buffer.Length <= SmallBuffer ? Small : Large).Return(buffer);

    private static byte[] Rent(int length) => (length <= SmallBuffer ? Small : Large).Rent(length);

    private static void Grow(ref byte[] buffer, int size, int limit)
    {
        // One byte more than the limit shows that there is more.
        var larger = Rent((int)Math.Min(2L * buffer.Length, limit + 1L));
        buffer.AsSpan(0, size).CopyTo(larger);
        Return(buffer);
        buffer = larger;
    }

    private sealed class Reservation(SemaphoreSlim seats, int count) : IDisposable
    {
        public void Dispose() => seats.Release(count);
    }
}

/// <summary>The bytes of a file as the hospital sent it, in memory that is given back.</summary>
internal sealed class Original(byte[] buffer, int size) : IDisposable
{
    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, size);

    public MemoryStream ToStream() => new(buffer, 0, size, writable: false);

    public void Dispose() => IntakeMemory.Return(buffer);
}
