using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Pirogov.Dicom.Network;

/// <summary>A piece of a message (PS3.8 Annex E.2), or the end of the association when <see cref="End"/> says which.</summary>
internal readonly record struct Fragment(byte ContextId, bool IsCommand, bool IsLast, ReadOnlyMemory<byte> Data, PduType End = PduType.Data);

/// <summary>Messages over an established association: commands whole, data sets as a stream of fragments.</summary>
internal sealed class DimseChannel(PduStream pdus, uint peerMaximumLength, TimeSpan patience)
{
    private const int LargestCommand = 64 * 1024;

    /// <summary>Item length, context id and message control header before each fragment.</summary>
    private const int PdvHeader = 6;

    /// <summary>What is sent at once to a peer that takes anything.</summary>
    private const int LargestSent = 256 * 1024;

    /// <summary>Bytes a second that a data set must have on the average, after the patience for its first ones: who drips holds memory for ever.</summary>
    private const int SlowestRate = 8 * 1024;

    private readonly byte[] output = new byte[PduStream.HeaderLength + Sendable(peerMaximumLength)];
    private ReadOnlyMemory<byte> rest;

    /// <summary>Bytes of the next message may lie here already.</summary>
    public bool HasCome() => !rest.IsEmpty || pdus.HasCome();

    /// <returns>Null command when the association has ended; <paramref name="End"/> tells how.</returns>
    public readonly record struct Incoming(CommandSet? Command, byte ContextId, PduType End);

    public async ValueTask<Incoming> ReadCommand(TimeSpan idle)
    {
        var first = await Next(idle);
        if (first.End != PduType.Data)
            return new(null, 0, first.End);
        if (first is { IsLast: true, IsCommand: true })
            return new(CommandSet.Parse(first.Data.Span), first.ContextId, PduType.Data);
        using var bytes = new MemoryStream();
        for (var fragment = first; ; fragment = await Next())
        {
            if (fragment.End != PduType.Data || !fragment.IsCommand || fragment.ContextId != first.ContextId)
                throw DicomNetworkException.Malformed("A command is broken off.", DicomNetworkException.UnexpectedPdu);
            if (bytes.Length + fragment.Data.Length > LargestCommand)
                throw DicomNetworkException.Malformed("A command is too long.");
            bytes.Write(fragment.Data.Span);
            if (fragment.IsLast)
                return new(CommandSet.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), first.ContextId, PduType.Data);
        }
    }

    /// <summary>Reads a data set to its end; what is beyond the limit is read over.</summary>
    /// <returns>Whether all of it was written.</returns>
    public async ValueTask<bool> ReadDataSet(byte contextId, Stream target, long limit, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        ExceptionDispatchInfo? fault = null;
        for (var taken = 0L; ;)
        {
            if (Stopwatch.GetElapsedTime(begun) > patience + TimeSpan.FromSeconds(taken / SlowestRate))
                throw new DicomNetworkException(DicomNetworkFault.TimedOut, "The peer sends too slowly.");
            var fragment = await Next();
            if (fragment.End is PduType.Abort or PduType.None)
                throw new DicomNetworkException(DicomNetworkFault.Aborted, "The peer broke off within a data set.");
            if (fragment.End != PduType.Data || fragment.IsCommand || fragment.ContextId != contextId)
                throw DicomNetworkException.Malformed("A data set is broken off.", DicomNetworkException.UnexpectedPdu);
            taken += fragment.Data.Length;
            try
            {
                if (taken <= limit && fault is null)
                    await target.WriteAsync(fragment.Data, cancellation);
            }
            catch (Exception full) when (full is not OperationCanceledException)
            {
                // What is left of the data set is read over: behind it comes the next command.
                fault = ExceptionDispatchInfo.Capture(full);
            }

            if (!fragment.IsLast)
                continue;
            fault?.Throw();
            return taken <= limit;
        }
    }

    public ValueTask SendCommand(byte contextId, CommandSet command) => Send(contextId, isCommand: true, command.ToBytes());

    public ValueTask SendDataSet(byte contextId, ReadOnlyMemory<byte> dataset) => Send(contextId, isCommand: false, dataset);

    /// <param name="dataset">From where it stands to its end, which it knows.</param>
    /// <exception cref="DicomNetworkException">The data set breaks off: the other side cannot be told otherwise than by the end of the association.</exception>
    public async ValueTask SendDataSet(byte contextId, Stream dataset, CancellationToken cancellation)
    {
        var left = dataset.Length - dataset.Position;
        do
        {
            var count = (int)Math.Min(Most, left);
            try
            {
                await dataset.ReadExactlyAsync(output.AsMemory(PduStream.HeaderLength + PdvHeader, count), cancellation);
            }
            catch (IOException broken)
            {
                throw new DicomNetworkException(DicomNetworkFault.Aborted, "What was being sent cannot be read to its end.", broken);
            }

            left -= count;
            await SendOutput(contextId, isCommand: false, count, isLast: left == 0);
        }
        while (left > 0);
    }

    /// <summary>Bytes of a message in one PDU.</summary>
    private int Most => output.Length - PduStream.HeaderLength - PdvHeader;

    private async ValueTask Send(byte contextId, bool isCommand, ReadOnlyMemory<byte> bytes)
    {
        do
        {
            var count = Math.Min(Most, bytes.Length);
            bytes.Span[..count].CopyTo(output.AsSpan(PduStream.HeaderLength + PdvHeader));
            bytes = bytes[count..];
            await SendOutput(contextId, isCommand, count, isLast: bytes.IsEmpty);
        }
        while (!bytes.IsEmpty);
    }

    /// <summary>What lies in the output already, with its headers.</summary>
    private ValueTask SendOutput(byte contextId, bool isCommand, int count, bool isLast)
    {
        output[0] = (byte)PduType.Data;
        BinaryPrimitives.WriteInt32BigEndian(output.AsSpan(2), PdvHeader + count);
        BinaryPrimitives.WriteInt32BigEndian(output.AsSpan(6), 2 + count);
        (output[10], output[11]) = (contextId, (byte)((isCommand ? 1 : 0) | (isLast ? 2 : 0)));
        return pdus.Write(output.AsMemory(0, PduStream.HeaderLength + PdvHeader + count), patience);
    }

    /// <param name="idle">Until the PDU begins, where that may take longer.</param>
    private async ValueTask<Fragment> Next(TimeSpan? idle = null)
    {
        while (rest.IsEmpty)
        {
            var pdu = await pdus.Read(patience, idle);
            if (pdu.Type is PduType.None or PduType.ReleaseRequest or PduType.ReleaseResponse or PduType.Abort)
                return new(0, false, false, default, pdu.Type);
            if (pdu.Type != PduType.Data)
                throw DicomNetworkException.Malformed("A second negotiation within an association.", DicomNetworkException.UnexpectedPdu);
            rest = pdu.Body;
        }

        return Cut();
    }

    private Fragment Cut()
    {
        if (rest.Length < PdvHeader)
            throw DicomNetworkException.Malformed("A PDV is cut short.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        if (length < 2 || length > rest.Length - 4)
            throw DicomNetworkException.Malformed("A PDV is longer than its PDU.");
        var (context, control) = (rest.Span[4], rest.Span[5]);
        var fragment = new Fragment(context, (control & 1) != 0, (control & 2) != 0, rest.Slice(PdvHeader, (int)length - 2));
        rest = rest[(4 + (int)length)..];
        return fragment;
    }

    private static int Sendable(uint peer) => (int)Math.Clamp(peer == 0 ? LargestSent : peer, 128, LargestSent);
}
