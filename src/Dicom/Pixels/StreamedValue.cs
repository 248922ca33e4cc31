namespace Pirogov.Dicom;

/// <summary>A native value that was left in its stream, as little endian bytes.</summary>
internal sealed class StreamedValue(DicomStreamedPixelData pixels) : ReadOnlyStream
{
    public override long Length { get; } = pixels.Length;

    public override int Read(Span<byte> buffer)
    {
        var taken = (int)Math.Min(buffer.Length, Math.Max(0, Length - Position));
        pixels.Read(Position, taken).CopyTo(buffer);
        Position += taken;
        return taken;
    }
}
