using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Archive.Intake;

/// <summary>
/// One original while it comes in: in memory as long as it is small and there are seats for it, from there on sealed on the disk
/// (<see cref="OriginalSpool"/>). It waits for no seat: who holds some and waits for more might wait for ever, and slow senders would keep
/// quick ones out.
/// </summary>
internal sealed class ArrivingFile : WriteOnlyStream
{
    private const int FirstBuffer = 1 << 20;
    private const int Chunk = 128 * 1024;

    private readonly IntakeMemory memory;
    private readonly LargeFiles large;

    /// <summary>Most bytes of a buffer.</summary>
    private readonly int most;
    private byte[]? held;
    private byte[]? chunk;
    private int size;

    /// <param name="announced">Length as the sender says; null when it does not.</param>
    public ArrivingFile(IntakeMemory memory, LargeFiles large, long? announced)
    {
        (this.memory, this.large) = (memory, large);
        // A byte more than announced, so that the end is seen without growing.
        most = announced is null ? LargeFiles.LargestGrown : announced < Admission.LargestFile ? (int)announced + 1 : 0;
    }

    /// <summary>Null as long as all of it is in memory.</summary>
    public OriginalSpool? Spool { get; private set; }

    /// <summary>Of one that is in memory.</summary>
    public ReadOnlyMemory<byte> Bytes => held.AsMemory(0, size);

    public bool IsTooLarge => Spool?.Length > LargeFiles.LargestFile;

    public override long Length => Spool?.Length ?? size;

    /// <summary>To the end of the file, or to where it is too large.</summary>
    /// <exception cref="NoRoomForOriginalsException">The disk is nearly full, or full.</exception>
    public async Task Fill(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellation)
    {
        while (!IsTooLarge && await read(Room(), cancellation) is var taken and > 0)
            Take(taken);
        if (Spool is not null)
            ReturnBuffers();
    }

    /// <summary>All of it, from its beginning; nothing is written after.</summary>
    public Stream Read() => Spool?.Read() ?? new MemoryStream(held!, 0, size, writable: false);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var room = Room().Span;
            var taken = Math.Min(room.Length, buffer.Length);
            buffer[..taken].CopyTo(room);
            Take(taken);
            buffer = buffer[taken..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ReturnBuffers();
            Spool?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Where the next bytes go; never empty.</summary>
    private Memory<byte> Room()
    {
        if (Spool is null && size == (held?.Length ?? 0) && !Grow())
            Spill();
        return Spool is null ? held.AsMemory(size) : chunk;
    }

    private void Take(int taken)
    {
        if (Spool is null)
            size += taken;
        else
            NoRoomForOriginalsException.Guard(() => Spool.Writer.Write(chunk.AsSpan(0, taken)));
    }

    private bool Grow()
    {
        var wanted = (int)Math.Min(held is null ? FirstBuffer : 2L * held.Length, most);
        if (wanted <= size || memory.TryRent(wanted) is not { } larger)
            return false;
        Bytes.CopyTo(larger);
        if (held is not null)
            memory.Return(held);
        held = larger;
        return true;
    }

    private void Spill()
    {
        Spool = large.Begin();
        NoRoomForOriginalsException.Guard(() => Spool.Writer.Write(Bytes.Span));
        ReturnBuffers();
        chunk = new byte[Chunk];
    }

    private void ReturnBuffers()
    {
        if (held is not null)
            memory.Return(held);
        (held, chunk, size) = (null, null, 0);
    }
}
