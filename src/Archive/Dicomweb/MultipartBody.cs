using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// A multipart body (RFC 2046 5.1) as it comes in, part by part. What a part holds is copied once, from the connection's memory to where it is
/// wanted, and its end is looked for as a whole delimiter at a time.
/// </summary>
internal sealed class MultipartBody(PipeReader body, string boundary)
{
    private const int LongestHead = 16 * 1024;

    private readonly byte[] delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);
    private bool isBegun;
    private bool isPartOpen;

    /// <returns>The next part's media type as its header says, "" where it says none; null after the last one.</returns>
    /// <exception cref="InvalidDataException">It is no multipart body of this boundary.</exception>
    /// <exception cref="IOException">The body ends within.</exception>
    public async ValueTask<string?> Next(CancellationToken cancellation)
    {
        if (!isBegun)
            await Begin(cancellation);
        var bin = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            while (isPartOpen)
                _ = await Read(bin, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bin, clearArray: true);
        }

        // Behind a delimiter: "--" ends all, else spaces may follow until the line ends.
        var line = await Line(cancellation);
        if (line.StartsWith("--", StringComparison.Ordinal))
            return null;
        if (line.Trim(' ', '\t').Length > 0)
            throw new InvalidDataException("Something stands behind a boundary.");
        var (type, length) = ("", 0);
        while ((line = await Line(cancellation)).Length > 0)
        {
            if ((length += line.Length) > LongestHead)
                throw new InvalidDataException("The header of a part is too long.");
            if (line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
                type = line["Content-Type:".Length..].Trim();
        }

        isPartOpen = true;
        return type;
    }

    /// <summary>Of the part that is open.</summary>
    /// <returns>How many bytes were written to the target; 0 at the part's end.</returns>
    /// <exception cref="IOException">The body ends within.</exception>
    public async ValueTask<int> Read(Memory<byte> target, CancellationToken cancellation)
    {
        while (isPartOpen)
        {
            var read = await body.ReadAsync(cancellation);
            if (read.IsCanceled)
                throw new OperationCanceledException();
            var (taken, needsMore) = Take(read.Buffer, target.Span);
            if (needsMore && read.IsCompleted)
                throw new IOException("The body ends within a part.");
            if (taken > 0)
                return taken;
        }

        return 0;
    }

    /// <summary>Up to the delimiter, or up to what may be its beginning.</summary>
    private (int Taken, bool NeedsMore) Take(ReadOnlySequence<byte> buffer, Span<byte> target)
    {
        var first = buffer.FirstSpan;
        var end = first.IndexOf(delimiter);
        if (end == 0)
            return Close(buffer);
        var sure = end > 0 ? end : first.Length - Beginning(first);
        if (sure > 0)
        {
            var taken = Math.Min(sure, target.Length);
            first[..taken].CopyTo(target);
            body.AdvanceTo(buffer.GetPosition(taken));
            return (taken, false);
        }

        // The delimiter may lie across blocks of memory.
        Span<byte> across = stackalloc byte[256];
        var known = (int)Math.Min(buffer.Length, delimiter.Length);
        across = across[..known];
        buffer.Slice(0, known).CopyTo(across);
        if (across.SequenceEqual(delimiter))
            return Close(buffer);
        if (delimiter.AsSpan().StartsWith(across))
        {
            body.AdvanceTo(buffer.Start, buffer.End);
            return (0, true);
        }

        target[0] = across[0];
        body.AdvanceTo(buffer.GetPosition(1));
        return (1, false);
    }

    private (int Taken, bool NeedsMore) Close(ReadOnlySequence<byte> buffer)
    {
        body.AdvanceTo(buffer.GetPosition(delimiter.Length));
        isPartOpen = false;
        return (0, false);
    }

    /// <summary>How many of the last bytes may be the first ones of a delimiter.</summary>
    private int Beginning(ReadOnlySpan<byte> bytes)
    {
        for (var length = Math.Min(bytes.Length, delimiter.Length - 1); length > 0; length--)
        {
            if (bytes[^length..].SequenceEqual(delimiter.AsSpan(0, length)))
                return length;
        }

        return 0;
    }

    /// <summary>The first delimiter may stand at the very beginning, without the line that it ends; what stands before it is no part.</summary>
    private async ValueTask Begin(CancellationToken cancellation)
    {
        isBegun = true;
        var read = await body.ReadAtLeastAsync(delimiter.Length - 2, cancellation);
        var head = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, delimiter.Length - 2)).ToArray();
        if (head.AsSpan().SequenceEqual(delimiter.AsSpan(2)))
            body.AdvanceTo(read.Buffer.GetPosition(head.Length));
        else
        {
            body.AdvanceTo(read.Buffer.Start);
            isPartOpen = true;
        }
    }

    private async ValueTask<string> Line(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(read.Buffer.Slice(0, end)).TrimEnd('\r');
                body.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            // The last boundary needs no line behind it.
            if (read.IsCompleted && read.Buffer.Length == 2 && read.Buffer.ToArray().AsSpan().SequenceEqual("--"u8))
            {
                body.AdvanceTo(read.Buffer.End);
                return "--";
            }

            if (read.IsCompleted)
                throw new IOException("The body ends within the header of a part.");
            if (read.Buffer.Length > LongestHead)
                throw new InvalidDataException("The header of a part is too long.");
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
