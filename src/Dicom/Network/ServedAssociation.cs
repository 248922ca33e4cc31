using System.Net;
using System.Net.Sockets;

namespace Pirogov.Dicom.Network;

/// <summary>The acceptor's side of one association, from the request to the release.</summary>
internal sealed class ServedAssociation(
    PduStream pdus, Socket socket, DicomListenerOptions options, Func<AssociationRequest, IPAddress, CancellationToken, ValueTask<AssociationVerdict>> judge)
{
    private const int LargestIdentifier = 1 << 20;
    private static readonly DicomReaderOptions Bounds = new() { MaximumDepth = 8 };

    private readonly Dictionary<byte, (string AbstractSyntax, string TransferSyntax)> contexts = [];
    private readonly Dictionary<string, byte[]> agreed = [];
    private DimseChannel channel = null!;
    private DicomPeer peer = null!;
    private string callingTitle = "";

    public async Task Run(IPAddress address, CancellationToken cancellation)
    {
        try
        {
            if (await Negotiate(address, cancellation))
                await Serve(cancellation);
        }
        catch (DicomNetworkException fault) when (fault.Fault is DicomNetworkFault.Malformed or DicomNetworkFault.TimedOut)
        {
            await Abort(fault.AbortReason);
        }
    }

    private async Task<bool> Negotiate(IPAddress address, CancellationToken cancellation)
    {
        var pdu = await pdus.Read(options.Patience);
        if (pdu.Type is PduType.None or PduType.Abort)
            return false;
        if (pdu.Type != PduType.AssociateRequest)
            throw DicomNetworkException.Malformed("An association begins with its request.", DicomNetworkException.UnexpectedPdu);
        var request = AssociationRequest.Parse(pdu.Body.Span);
        var verdict = await judge(request, address, cancellation);
        if (verdict.Peer is null)
        {
            var no = verdict.Rejection!;
            await pdus.Write(PduType.AssociateReject, options.Patience, no.Result, no.Source, no.Reason);
            await WaitForEnd();
            return false;
        }

        (peer, callingTitle) = (verdict.Peer, request.CallingTitle);
        channel = new DimseChannel(pdus, request.MaximumLength, options.Patience);
        foreach (var (uid, proposed) in request.Extended)
        {
            if (peer.Agree(uid, proposed) is { } said)
                agreed[uid] = said;
        }

        var answer = new AssociationAnswer([.. request.Contexts.Select(Answer)], (uint)options.MaximumLength) { Extended = agreed };
        await pdus.Write(answer.ToPdu(request, options.MaximumLength), options.Patience);
        return true;
    }

    private AnsweredContext Answer(PresentationContext proposed)
    {
        if (peer.Choose(proposed, out var isKnown) is { } syntax)
        {
            contexts[proposed.Id] = (proposed.AbstractSyntax, syntax);
            return new(proposed.Id, ContextResult.Accepted, syntax);
        }

        return new(proposed.Id, isKnown ? ContextResult.TransferSyntaxesNotSupported : ContextResult.AbstractSyntaxNotSupported, DicomUids.ImplicitVRLittleEndian);
    }

    private async Task Serve(CancellationToken cancellation)
    {
        DicomNetworkException? fault = null;
        await using (peer)
        {
            try
            {
                await Messages(cancellation);
            }
            catch (Exception broken) when (broken is DicomNetworkException or OperationCanceledException)
            {
                // A stop shows as cancellation, or as a connection that closes while it is read.
                fault = broken is DicomNetworkException other && !cancellation.IsCancellationRequested ? other
                    : new(DicomNetworkFault.Stopped, "This side was stopped within the association.", broken);
                throw;
            }
            finally
            {
                // What goes wrong here must not hide why the association ended.
                await Guarded(async () =>
                {
                    await peer.Ended(fault);
                    return true;
                }, false);
            }
        }
    }

    private async Task Messages(CancellationToken cancellation)
    {
        while (true)
        {
            var (command, contextId, end) = await channel.ReadCommand(options.Idle);
            if (end == PduType.ReleaseRequest)
            {
                await pdus.Write(PduType.ReleaseResponse, options.Patience);
                await WaitForEnd();
                return;
            }

            if (command is null)
                throw new DicomNetworkException(end == PduType.Abort ? DicomNetworkFault.Aborted : DicomNetworkFault.Closed, "The peer ended the association without a release.");
            if (!contexts.TryGetValue(contextId, out var context))
                throw DicomNetworkException.Malformed("A message in a presentation context that was not agreed.");
            await Answer(command, contextId, context, cancellation);
        }
    }

    private ValueTask Answer(CommandSet command, byte contextId, (string AbstractSyntax, string TransferSyntax) context, CancellationToken cancellation) =>
        command.UInt16(CommandSet.Field) switch
        {
            CommandField.Echo => Echo(command, contextId, cancellation),
            CommandField.Store when command.HasDataSet => Store(command, contextId, context.TransferSyntax, cancellation),
            CommandField.Find when command.HasDataSet => Find(command, contextId, context, cancellation),
            CommandField.Move when command.HasDataSet => Move(command, contextId, context, cancellation),
            // Its operation has ended: nothing is left to cancel.
            CommandField.Cancel => ValueTask.CompletedTask,
            >= CommandField.Response => throw DicomNetworkException.Malformed("A response to nothing.", DicomNetworkException.UnexpectedPdu),
            _ => Unknown(command, contextId, cancellation),
        };

    private async ValueTask Echo(CommandSet command, byte contextId, CancellationToken cancellation) =>
        await Respond(contextId, command, await Guarded(() => peer.Echo(cancellation), DimseStatus.ProcessingFailure));

    private async ValueTask Unknown(CommandSet command, byte contextId, CancellationToken cancellation)
    {
        if (command.HasDataSet)
            await channel.ReadDataSet(contextId, Stream.Null, 0, cancellation);
        await Respond(contextId, command, DimseStatus.UnrecognizedOperation);
    }

    private async ValueTask Store(CommandSet command, byte contextId, string transferSyntax, CancellationToken cancellation)
    {
        var request = new StoreRequest(channel, contextId, command, transferSyntax);
        var isNamed = PduFields.LooksLikeUid(request.SopClassUid) && PduFields.LooksLikeUid(request.SopInstanceUid);
        var status = isNamed ? await Guarded(() => peer.Store(request, cancellation), DimseStatus.ProcessingFailure) : DimseStatus.InvalidSopInstance;
        if (!request.IsRead)
            await request.Read(Stream.Null, 0, cancellation);
        await Respond(contextId, command, status);
    }

    private async ValueTask Find(CommandSet command, byte contextId, (string AbstractSyntax, string TransferSyntax) context, CancellationToken cancellation)
    {
        if (await Identifier(contextId, context.TransferSyntax, cancellation) is not { } identifier)
        {
            await Respond(contextId, command, DimseStatus.CannotUnderstand.Because("The identifier cannot be read"));
            return;
        }

        var request = new QueryRequest(context.AbstractSyntax, identifier, agreed.GetValueOrDefault(context.AbstractSyntax));
        var last = await Guarded(async () =>
        {
            var answer = await peer.Find(request, cancellation);
            if (answer.Matches is null)
                return answer.Refusal;
            await foreach (var match in answer.Matches.WithCancellation(cancellation))
            {
                await channel.SendCommand(contextId, CommandSet.ResponseTo(command, DimseStatus.Pending, hasDataSet: true));
                await channel.SendDataSet(contextId, DicomWriter.DatasetToBytes(match, DicomTransferSyntax.Of(context.TransferSyntax)));
                if (await IsCancelled(command))
                    return DimseStatus.Cancelled;
            }

            return DimseStatus.Success;
        }, DimseStatus.ProcessingFailure);
        await Respond(contextId, command, last);
    }

    private async ValueTask Move(CommandSet command, byte contextId, (string AbstractSyntax, string TransferSyntax) context, CancellationToken cancellation)
    {
        if (await Identifier(contextId, context.TransferSyntax, cancellation) is not { } identifier)
        {
            await Respond(contextId, command, DimseStatus.CannotUnderstand.Because("The identifier cannot be read"));
            return;
        }

        var request = new QueryRequest(context.AbstractSyntax, identifier, agreed.GetValueOrDefault(context.AbstractSyntax));
        var plan = await Guarded(() => peer.Move(request, command.Text(CommandSet.MoveDestination), cancellation), new(DimseStatus.ProcessingFailure, null, []));
        if (plan.Destination is null)
        {
            await Respond(contextId, command, plan.Refusal);
            return;
        }

        var originator = new MoveOriginator(callingTitle, command.UInt16(CommandSet.MessageId));
        var sending = new SubOperations(plan, originator);
        var last = await Guarded(() => sending.Run(async () =>
        {
            await channel.SendCommand(contextId, sending.Counted(CommandSet.ResponseTo(command, DimseStatus.Pending), isLast: false));
            return await IsCancelled(command);
        }, cancellation), DimseStatus.ProcessingFailure);
        await channel.SendCommand(contextId, sending.Counted(CommandSet.ResponseTo(command, last, hasDataSet: sending.Failures is not null), isLast: true));
        if (sending.Failures is { } failures)
            await channel.SendDataSet(contextId, DicomWriter.DatasetToBytes(failures, DicomTransferSyntax.Of(context.TransferSyntax)));
    }

    /// <returns>Null when the identifier is too long or no data set.</returns>
    private async ValueTask<DicomDataset?> Identifier(byte contextId, string transferSyntax, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        if (!await channel.ReadDataSet(contextId, bytes, LargestIdentifier, cancellation))
            return null;
        try
        {
            return DicomReader.ReadDataset(bytes.ToArray(), DicomTransferSyntax.Of(transferSyntax), Bounds).Dataset;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    /// <summary>While responses go out nothing but C-CANCEL-RQ or the end of the association may come in.</summary>
    private async ValueTask<bool> IsCancelled(CommandSet request)
    {
        while (channel.HasCome())
        {
            var (command, _, end) = await channel.ReadCommand(options.Patience);
            if (command is null)
                throw new DicomNetworkException(DicomNetworkFault.Aborted, $"The peer ended the association within an operation ({end}).");
            if (command.UInt16(CommandSet.Field) != CommandField.Cancel)
                throw DicomNetworkException.Malformed("A second operation before the end of the first.", DicomNetworkException.UnexpectedPdu);
            if (command.UInt16(CommandSet.RespondedMessageId) == request.UInt16(CommandSet.MessageId))
                return true;
        }

        return false;
    }

    private ValueTask Respond(byte contextId, CommandSet request, DimseStatus status) => channel.SendCommand(contextId, CommandSet.ResponseTo(request, status));

    private async ValueTask<T> Guarded<T>(Func<ValueTask<T>> act, T otherwise)
    {
        try
        {
            return await act();
        }
        catch (Exception defect) when (defect is not DicomNetworkException and not OperationCanceledException)
        {
            peer.Failed(defect);
            return otherwise;
        }
    }

    private async Task Abort(byte reason)
    {
        try
        {
            await pdus.Write(PduType.Abort, options.Patience, source: 2, reason: reason);
            await WaitForEnd();
        }
        catch (DicomNetworkException)
        {
            // The peer is gone.
        }
    }

    /// <summary>The requestor closes; who closes first may cut off the last PDU.</summary>
    private async Task WaitForEnd()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            var bin = new byte[4096];
            while (await socket.ReceiveAsync(bin, patience.Token) > 0)
            {
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by the peer, or not closed in time: the connection is closed here.
        }
    }
}
