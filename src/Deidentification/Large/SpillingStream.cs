using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Takes an original of unknown length: in memory as long as it is small, from there on into an <see cref="OriginalSpool"/>.</summary>
/// <param name="memory">Empty; emptied when it spills.</param>
/// <param name="limit">Most bytes held in memory.</param>
/// <param name="spill">Makes the spool.</param>
public sealed class SpillingStream(MemoryStream memory, long limit, Func<OriginalSpool> spill) : WriteOnlyStream
{
    /// <summary>Null as long as all of it is in memory.</summary>
    public OriginalSpool? Spool { get; private set; }

    public override long Length => Spool?.Length ?? memory.Length;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Spool is null && memory.Length + buffer.Length > limit)
        {
            Spool = spill();
            Spool.Writer.Write(memory.GetBuffer().AsSpan(0, (int)memory.Length));
            memory.SetLength(0);
            memory.Capacity = 0;
        }

        (Spool?.Writer ?? memory).Write(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Spool?.Dispose();
        }

        base.Dispose(disposing);
    }
}
