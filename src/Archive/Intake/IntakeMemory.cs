using System.Buffers;
using System.Numerics;

namespace Pirogov.Archive.Intake;

/// <summary>
/// The memory of the intake in two parts, since originals are nowhere else. What comes in takes seats as its bytes come and never waits for one
/// (<see cref="ArrivingFile"/>): how long it holds them is up to its sender. What has come whole waits for the seats of its judgement, which depend
/// on nobody outside and are free again soon.
/// </summary>
internal sealed class IntakeMemory : IDisposable
{
    /// <summary>Megabytes of originals on their way in; as many again of what they become while they are judged.</summary>
    private const int Seats = 512;

    /// <summary>Archives that are unpacked at once: each holds what <see cref="FilesUnderWay{T}"/> bears, and one entry.</summary>
    private const int Unpacked = 4;

    /// <summary>Of these as many are kept as a busy door has under way.</summary>
    private const int SmallBuffer = 1 << 20;

    /// <summary>
    /// Of the intake alone: what a patient's file held must not lie in arrays that others rent. New arrays of half a megabyte for every
    /// file would keep the garbage collector busier than the files keep us.
    /// </summary>
    private static readonly ArrayPool<byte> Small = ArrayPool<byte>.Create(SmallBuffer, 128);

    private static readonly ArrayPool<byte> Large = ArrayPool<byte>.Create(Admission.LargestFile, 8);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly SemaphoreSlim judging = new(Seats, Seats);
    private readonly SemaphoreSlim unpacking = new(Unpacked, Unpacked);
    private int free = Seats;

    /// <summary>Megabytes that no original on its way in holds.</summary>
    public int Free => Volatile.Read(ref free);

    public void Dispose()
    {
        turn.Dispose();
        judging.Dispose();
        unpacking.Dispose();
    }

    /// <returns>At least as many bytes; null when there are no seats for them.</returns>
    public byte[]? TryRent(int bytes)
    {
        // What a pool gives is a power of two.
        var seats = SeatsOf((int)BitOperations.RoundUpToPowerOf2((uint)bytes));
        if (Interlocked.Add(ref free, -seats) < 0)
        {
            Interlocked.Add(ref free, seats);
            return null;
        }

        return (bytes <= SmallBuffer ? Small : Large).Rent(bytes);
    }

    public void Return(byte[] rented)
    {
        (rented.Length <= SmallBuffer ? Small : Large).Return(rented);
        Interlocked.Add(ref free, SeatsOf(rented.Length));
    }

    /// <summary>For as long as a file that has come whole is judged.</summary>
    /// <param name="bytes">Held beside the file itself.</param>
    public async Task<IDisposable?> Judge(long bytes)
    {
        if (bytes == 0)
            return null;
        var wanted = (int)Math.Min(SeatsOf(bytes), Seats);
        // Seats are taken by one file after the other: two that each hold half of what they need would wait for ever.
        await turn.WaitAsync();
        try
        {
            for (var taken = 0; taken < wanted; taken++)
                await judging.WaitAsync();
        }
        finally
        {
            turn.Release();
        }

        return new Reservation(judging, wanted);
    }

    /// <summary>For as long as the entries of an archive that has come whole are taken out.</summary>
    public async Task<IDisposable> Unpack(CancellationToken cancellation)
    {
        await unpacking.WaitAsync(cancellation);
        return new Reservation(unpacking, 1);
    }

    private static int SeatsOf(long bytes) => (int)((bytes + (1 << 20) - 1) >> 20);

    private sealed class Reservation(SemaphoreSlim seats, int count) : IDisposable
    {
        public void Dispose() => seats.Release(count);
    }
}
