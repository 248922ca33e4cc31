using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Pirogov.Dicom.Network;

/// <summary>PDU types of PS3.8 9.3.</summary>
internal enum PduType : byte
{
    None = 0,
    AssociateRequest = 1,
    AssociateAccept = 2,
    AssociateReject = 3,
    Data = 4,
    ReleaseRequest = 5,
    ReleaseResponse = 6,
    Abort = 7,
}

/// <summary>One PDU without its header; the bytes are good until the next one is read.</summary>
internal readonly record struct Pdu(PduType Type, ReadOnlyMemory<byte> Body);

/// <summary>
/// PDUs over a connection. A declared length is checked before a byte is made room for; each PDU is written at once, since a
/// header that goes alone waits for the other side's delayed acknowledgement.
/// </summary>
internal sealed class PduStream : IAsyncDisposable
{
    public const int HeaderLength = 6;

    /// <summary>128 presentation contexts with a dozen transfer syntaxes each stay below 100 kB.</summary>
    private const int LargestNegotiation = 256 * 1024;

    private readonly Stream stream;
    private CancellationTokenSource timeout;
    private readonly CancellationToken stop;
    private byte[] buffer = new byte[64 * 1024];
    private readonly bool isBlocking;
    private Task<int>? ahead;
    private long begun;
    private TimeSpan allowed;
    private int start;
    private int end;

    /// <param name="isBlocking">Calls keep their thread until they are done, which is for one that has nothing else to do: no other has to wake for every piece that comes.</param>
    public PduStream(Stream stream, int maximumLength, CancellationToken stop, bool isBlocking = false)
    {
        (this.stream, this.stop, MaximumLength, this.isBlocking) = (stream, stop, maximumLength, isBlocking);
        timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Largest body of a P-DATA-TF that is taken.</summary>
    public int MaximumLength { get; }

    public async ValueTask DisposeAsync()
    {
        timeout.Dispose();
        await stream.DisposeAsync();
    }

    /// <param name="patience">For the whole PDU: a peer that dribbles bytes must not live for ever.</param>
    /// <param name="idle">Until it begins, where that may take longer.</param>
    /// <returns>A PDU of type <see cref="PduType.None"/> when the connection has ended between two.</returns>
    public async ValueTask<Pdu> Read(TimeSpan patience, TimeSpan? idle = null)
    {
        Begin(idle ?? patience);
        try
        {
            if (idle is not null)
            {
                if (!await Fill(1))
                    return default;
                Begin(patience);
            }

            if (!await Fill(HeaderLength))
                return default;
            var type = (PduType)buffer[start];
            var length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(start + 2));
            if (type is < PduType.AssociateRequest or > PduType.Abort)
                throw DicomNetworkException.Malformed("The PDU type is unknown.", DicomNetworkException.UnrecognizedPdu);
            if (length > (type == PduType.Data ? MaximumLength : type <= PduType.AssociateReject ? LargestNegotiation : 4))
                throw DicomNetworkException.Malformed("The PDU is longer than agreed.");
            if (!await Fill(HeaderLength + (int)length))
                throw new DicomNetworkException(DicomNetworkFault.Closed, "The connection ended within a PDU.");
            var body = buffer.AsMemory(start + HeaderLength, (int)length);
            start += HeaderLength + (int)length;
            return new Pdu(type, body);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Spent: the A-ABORT that tells the peer why needs one of its own.
            timeout.Dispose();
            timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
            throw new DicomNetworkException(DicomNetworkFault.TimedOut, "The peer was silent for too long.");
        }
        catch (IOException broken)
        {
            throw Broken(broken, "The peer was silent for too long.");
        }
        finally
        {
            End();
        }
    }

    /// <summary>A whole PDU, header and all, in one write.</summary>
    public async ValueTask Write(ReadOnlyMemory<byte> pdu, TimeSpan patience)
    {
        Begin(patience);
        try
        {
            if (isBlocking)
            {
                stream.WriteTimeout = Left();
                stream.Write(pdu.Span);
            }
            else
            {
                await stream.WriteAsync(pdu, timeout.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new DicomNetworkException(DicomNetworkFault.TimedOut, "The peer took nothing for too long.");
        }
        catch (IOException broken)
        {
            throw Broken(broken, "The peer took nothing for too long.");
        }
        finally
        {
            End();
        }
    }

    private void Begin(TimeSpan patience)
    {
        if (isBlocking)
            (begun, allowed) = (Stopwatch.GetTimestamp(), patience);
        else
            timeout.CancelAfter(patience);
    }

    private void End()
    {
        if (!isBlocking)
            timeout.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds of the patience.</summary>
    private int Left() => Math.Max(1, (int)(allowed - Stopwatch.GetElapsedTime(begun)).TotalMilliseconds);

    private static DicomNetworkException Broken(IOException broken, string late)
    {
        for (Exception? cause = broken; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.TimedOut })
                return new(DicomNetworkFault.TimedOut, late);
        }

        return new(DicomNetworkFault.Closed, "The connection broke.", broken);
    }

    /// <summary>
    /// Whether something has come that is not taken yet, be it the end. A read is left open for it: under TLS neither the socket nor what lies
    /// decrypted tells by itself.
    /// </summary>
    public bool HasCome()
    {
        if (end > start)
            return true;
        if (ahead is null)
        {
            (start, end) = (0, 0);
            ahead = stream.ReadAsync(buffer, stop).AsTask();
        }

        return ahead.IsCompleted;
    }

    /// <summary>A-RELEASE-RQ, A-RELEASE-RP, A-ASSOCIATE-RJ and A-ABORT: four bytes behind the header.</summary>
    public ValueTask Write(PduType type, TimeSpan patience, byte result = 0, byte source = 0, byte reason = 0) =>
        Write(new byte[] { (byte)type, 0, 0, 0, 0, 4, 0, result, source, reason }, patience);

    /// <returns>False when the connection ended before the first of the bytes.</returns>
    private async ValueTask<bool> Fill(int count)
    {
        // Before anything else: it reads into the buffer as it lies.
        if (ahead is { } open && !Took(await Opened(open), count))
            return false;
        ahead = null;
        if (end - start >= count)
            return true;
        if (buffer.Length - start < count)
        {
            var target = buffer.Length < count ? new byte[Math.Max(count, buffer.Length * 2)] : buffer;
            buffer.AsSpan(start, end - start).CopyTo(target);
            (buffer, end, start) = (target, end - start, 0);
        }

        while (end - start < count)
        {
            if (!Took(isBlocking ? Blocking() : await stream.ReadAsync(buffer.AsMemory(end), timeout.Token), count))
                return false;
        }

        return true;
    }

    private async Task<int> Opened(Task<int> open)
    {
        if (!isBlocking)
            return await open.WaitAsync(timeout.Token);
        try
        {
            return await open.WaitAsync(TimeSpan.FromMilliseconds(Left()), stop);
        }
        catch (TimeoutException)
        {
            throw new OperationCanceledException();
        }
    }

    private int Blocking()
    {
        stream.ReadTimeout = Left();
        return stream.Read(buffer.AsSpan(end));
    }

    private bool Took(int read, int wanted)
    {
        if (read == 0)
        {
            return end == start && wanted <= HeaderLength ? false
                : throw new DicomNetworkException(DicomNetworkFault.Closed, "The connection ended within a PDU.");
        }

        end += read;
        return true;
    }
}
