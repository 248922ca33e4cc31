namespace Pirogov.Dicom;

/// <summary>A native value that was left in its stream, as little endian bytes.</summary>
internal sealed class StreamedValue(DicomStreamedPixelData pixels) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; } = pixels.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var taken = (int)Math.Min(buffer.Length, Math.Max(0, Length - Position));
        pixels.Read(Position, taken).CopyTo(buffer);
        Position += taken;
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
