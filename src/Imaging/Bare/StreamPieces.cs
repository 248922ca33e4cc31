namespace Pirogov.Imaging;

/// <summary>What stays of a code stream: runs of its own bytes, and the few that are written anew.</summary>
internal sealed class StreamPieces(ReadOnlyMemory<byte> stream)
{
    private readonly List<ReadOnlyMemory<byte>> pieces = [];
    private int from, to;

    public void Keep(int start, int end)
    {
        if (start == to)
        {
            to = end;
            return;
        }

        Flush();
        (from, to) = (start, end);
    }

    public void Put(byte[] bytes)
    {
        Flush();
        pieces.Add(bytes);
        from = to;
    }

    /// <returns>The very stream where all of it stays but a byte that makes its length even; no copy where its beginning stays.</returns>
    public ReadOnlyMemory<byte> Join()
    {
        if (pieces.Count == 0 && from == 0)
            return to == stream.Length || (to == stream.Length - 1 && stream.Span[to] == 0) ? stream : stream[..to];
        Flush();
        var (joined, at) = (new byte[pieces.Sum(p => p.Length)], 0);
        foreach (var piece in pieces)
        {
            piece.CopyTo(joined.AsMemory(at));
            at += piece.Length;
        }

        return joined;
    }

    private void Flush()
    {
        if (to > from)
            pieces.Add(stream[from..to]);
    }
}
