using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>A JPEG 2000 codestream (ITU-T T.800 Annex A) without comments, boxes around it and bytes behind its end.</summary>
internal static class BareJpeg2000
{
    private const byte Comment = 0x64, TilePartLengths = 0x55, StartOfTilePart = 0x90, StartOfData = 0x93, EndOfCodestream = 0xD9;

    /// <exception cref="ImagingException">It is no such stream: nothing can be said of what is in it.</exception>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> frame)
    {
        var stream = Jpeg2000Codec.Codestream(frame);
        var (bare, hasMoved) = Walk(stream, dropsLengths: false);
        // What the main header says of the lengths of tile-parts may be left out, and would be wrong now.
        return hasMoved ? Walk(stream, dropsLengths: true).Bare : bare;
    }

    private static (ReadOnlyMemory<byte> Bare, bool HasMoved) Walk(ReadOnlyMemory<byte> codestream, bool dropsLengths)
    {
        var stream = codestream.Span;
        var pieces = new StreamPieces(codestream);
        pieces.Keep(0, 2);
        var (at, hasMoved) = (2, false);
        foreach (var (marker, start, end) in Segments(stream, 2, StartOfTilePart))
        {
            if (IsNeeded(marker) && !(dropsLengths && marker == TilePartLengths)) pieces.Keep(start, end);
            at = end;
        }

        while (at + 12 <= stream.Length && stream[at] == 0xFF && stream[at + 1] == StartOfTilePart)
            at = TilePart(pieces, stream, at, ref hasMoved);
        if (at + 2 <= stream.Length && stream[at] == 0xFF && stream[at + 1] == EndOfCodestream) pieces.Keep(at, at + 2);
        return (pieces.Join(), hasMoved);
    }

    /// <returns>Where the next one begins.</returns>
    private static int TilePart(StreamPieces pieces, ReadOnlySpan<byte> stream, int at, ref bool hasMoved)
    {
        var segments = Segments(stream, at + 12, StartOfData);
        var data = segments.Count > 0 ? segments[^1].End : at + 12;
        var dropped = segments.Where(s => !IsNeeded(s.Marker)).Sum(s => s.End - s.Start);
        var length = BinaryPrimitives.ReadUInt32BigEndian(stream[(at + 6)..]);
        // Nought: to the end of the codestream, whose marker stands nowhere in the data of packets.
        var end = length == 0 ? stream[data..].IndexOf((ReadOnlySpan<byte>)[0xFF, EndOfCodestream]) is >= 0 and var found ? data + found : stream.Length
            : at + length < data ? throw Malformed() : (int)Math.Min(at + (long)length, stream.Length);
        if (dropped == 0)
        {
            pieces.Keep(at, end);
            return end;
        }

        var head = stream.Slice(at, 12).ToArray();
        if (length != 0) BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(6), length - (uint)dropped);
        pieces.Put(head);
        foreach (var (marker, start, stop) in segments)
            if (IsNeeded(marker)) pieces.Keep(start, stop);
        pieces.Keep(data, end);
        hasMoved = true;
        return end;
    }

    /// <summary>Marker segments up to one that has another part behind it, which is not among them.</summary>
    private static List<(byte Marker, int Start, int End)> Segments(ReadOnlySpan<byte> stream, int at, byte until)
    {
        var segments = new List<(byte, int, int)>();
        while (true)
        {
            if (at + 2 > stream.Length || stream[at] != 0xFF) throw Malformed();
            var marker = stream[at + 1];
            if (marker == until) return segments;
            var end = at + 4 <= stream.Length ? at + 2 + BinaryPrimitives.ReadUInt16BigEndian(stream[(at + 2)..]) : int.MaxValue;
            if (end < at + 4 || end > stream.Length) throw Malformed();
            segments.Add((marker, at, end));
            at = end;
        }
    }

    /// <summary>What Table A.2 and T.814 have, and the transforms of T.801; not comments, and not what nobody has named.</summary>
    private static bool IsNeeded(byte marker) => marker is not Comment and ((>= 0x50 and <= 0x63) or (>= 0x74 and <= 0x78));

    private static ImagingException Malformed() => new(ImagingFault.Malformed, "The JPEG 2000 stream is damaged.");
}
