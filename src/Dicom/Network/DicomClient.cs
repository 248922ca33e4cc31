using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Pirogov.Dicom.Network;

/// <param name="CalledTitle">Of the other side.</param>
public sealed record DicomClientOptions(string Host, int Port, string CalledTitle, string CallingTitle)
{
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>TLS when present.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    public int MaximumLength { get; init; } = 128 * 1024;
}

/// <summary>The requestor's side of an association: C-ECHO and C-STORE. Not for use by two at once.</summary>
public sealed class DicomClient : IAsyncDisposable
{
    private readonly PduStream pdus;
    private readonly DimseChannel channel;
    private readonly TimeSpan patience;
    private readonly Dictionary<(string AbstractSyntax, string TransferSyntax), byte> contexts;
    private ushort messages;

    private DicomClient(PduStream pdus, DimseChannel channel, TimeSpan patience, Dictionary<(string, string), byte> contexts) =>
        (this.pdus, this.channel, this.patience, this.contexts) = (pdus, channel, patience, contexts);

    /// <summary>A context for each SOP class and syntax, and one in native little endian for each SOP class to fall back on.</summary>
    public static IReadOnlyList<(string AbstractSyntax, string[] TransferSyntaxes)> ContextsFor(IEnumerable<(string SopClassUid, string TransferSyntaxUid)> instances) =>
    [
        .. instances.SelectMany(i => ((string, string)[])[i, (i.SopClassUid, DicomUids.ExplicitVRLittleEndian), (i.SopClassUid, DicomUids.ImplicitVRLittleEndian)])
            .Distinct().Take(AssociationRequest.MostContexts).Select(i => (i.Item1, (string[])[i.Item2])),
    ];

    /// <exception cref="DicomNetworkException">Nobody answers, or the association is refused.</exception>
    public static async Task<DicomClient> Connect(
        DicomClientOptions options, IReadOnlyList<(string AbstractSyntax, string[] TransferSyntaxes)> proposed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(proposed);
        var pdus = new PduStream(await Open(options, cancellation), options.MaximumLength, cancellation);
        try
        {
            var contexts = proposed.Select((c, i) => new PresentationContext((byte)((2 * i) + 1), c.AbstractSyntax, c.TransferSyntaxes)).ToArray();
            var request = new AssociationRequest(options.CalledTitle, options.CallingTitle, contexts, (uint)options.MaximumLength);
            await pdus.Write(request.ToPdu(options.MaximumLength), options.Patience);
            var pdu = await pdus.Read(options.Patience);
            if (pdu is { Type: PduType.AssociateReject, Body.Length: >= 4 })
                throw new DicomNetworkException(DicomNetworkFault.Rejected, $"The association was refused ({pdu.Body.Span[1]}, {pdu.Body.Span[2]}, {pdu.Body.Span[3]}).");
            if (pdu.Type != PduType.AssociateAccept)
                throw new DicomNetworkException(DicomNetworkFault.Aborted, "The association was broken off.");
            var answer = AssociationAnswer.Parse(pdu.Body.Span);
            var accepted = new Dictionary<(string, string), byte>();
            foreach (var agreed in answer.Contexts.Where(c => c.Result == ContextResult.Accepted))
            {
                if (Array.Find(contexts, c => c.Id == agreed.Id) is { } context)
                    accepted.TryAdd((context.AbstractSyntax, agreed.TransferSyntax), agreed.Id);
            }

            return new(pdus, new DimseChannel(pdus, answer.MaximumLength, options.Patience), options.Patience, accepted);
        }
        catch
        {
            await pdus.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => pdus.DisposeAsync();

    /// <summary>Syntaxes in which the other side takes a SOP class, the preferred one first.</summary>
    public IEnumerable<string> SyntaxesFor(string sopClassUid, string preferred) => contexts.Keys.Where(k => k.AbstractSyntax == sopClassUid)
        .Select(k => k.TransferSyntax).OrderBy(s => s == preferred ? 0 : s == DicomUids.ExplicitVRLittleEndian ? 1 : 2);

    public async Task<DimseStatus> Echo(CancellationToken cancellation)
    {
        if (!contexts.TryGetValue((DicomUids.Verification, DicomUids.ImplicitVRLittleEndian), out var context))
            return DimseStatus.SopClassNotSupported;
        cancellation.ThrowIfCancellationRequested();
        await channel.SendCommand(context, CommandSet.Request(CommandField.Echo, ++messages, DicomUids.Verification, hasDataSet: false));
        return await Response();
    }

    /// <param name="dataset">Encoded in the transfer syntax, without a meta header.</param>
    public Task<DimseStatus> Store(string sopClassUid, string sopInstanceUid, string transferSyntaxUid, ReadOnlyMemory<byte> dataset, CancellationToken cancellation) =>
        Store(sopClassUid, sopInstanceUid, transferSyntaxUid, context => channel.SendDataSet(context, dataset), null, cancellation);

    /// <param name="dataset">From where it stands to its end, which it knows; no more of it is held than one PDU.</param>
    /// <inheritdoc cref="Store(string, string, string, ReadOnlyMemory{byte}, CancellationToken)"/>
    public Task<DimseStatus> Store(string sopClassUid, string sopInstanceUid, string transferSyntaxUid, Stream dataset, CancellationToken cancellation) =>
        Store(sopClassUid, sopInstanceUid, transferSyntaxUid, dataset, null, cancellation);

    internal Task<DimseStatus> Store(
        string sopClassUid, string sopInstanceUid, string transferSyntaxUid, Stream dataset, MoveOriginator? originator, CancellationToken cancellation) =>
        Store(sopClassUid, sopInstanceUid, transferSyntaxUid, context => channel.SendDataSet(context, dataset, cancellation), originator, cancellation);

    private async Task<DimseStatus> Store(
        string sopClassUid, string sopInstanceUid, string transferSyntaxUid, Func<byte, ValueTask> send, MoveOriginator? originator, CancellationToken cancellation)
    {
        if (!contexts.TryGetValue((sopClassUid, transferSyntaxUid), out var context))
            return DimseStatus.SopClassNotSupported;
        cancellation.ThrowIfCancellationRequested();
        var command = CommandSet.Request(CommandField.Store, ++messages, sopClassUid, hasDataSet: true)
            .Set(CommandSet.Priority, 0).Set(CommandSet.AffectedSopInstanceUid, sopInstanceUid);
        if (originator is not null)
            command.Set(CommandSet.MoveOriginatorTitle, originator.Title).Set(CommandSet.MoveOriginatorMessageId, originator.MessageId);
        await channel.SendCommand(context, command);
        await send(context);
        return await Response();
    }

    /// <summary>A-RELEASE: without it the other side must take the association for broken off.</summary>
    public async Task Release()
    {
        await pdus.Write(PduType.ReleaseRequest, patience);
        await pdus.Read(patience);
    }

    private async Task<DimseStatus> Response()
    {
        var (command, _, end) = await channel.ReadCommand(patience);
        if (command is null)
            throw new DicomNetworkException(DicomNetworkFault.Aborted, $"The other side broke off ({end}).");
        if (command.UInt16(CommandSet.RespondedMessageId) != messages)
            throw DicomNetworkException.Malformed("A response to another message.");
        return new(command.UInt16(CommandSet.Status), command.Text(CommandSet.ErrorComment) is { Length: > 0 } comment ? comment : null);
    }

    private static async Task<Stream> Open(DicomClientOptions options, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Patience);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
            var plain = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is null)
                return plain;
            var secured = new SslStream(plain);
            await secured.AuthenticateAsClientAsync(options.Tls, limit.Token);
            return secured;
        }
        catch (Exception broken) when (broken is SocketException or AuthenticationException or IOException
            || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            socket.Dispose();
            throw new DicomNetworkException(DicomNetworkFault.Unreachable, "The other side cannot be reached.", broken);
        }
    }
}
