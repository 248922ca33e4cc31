namespace Pirogov.Dicom.Network;

/// <summary>A C-STORE-RQ whose data set has not been read yet.</summary>
public sealed class StoreRequest
{
    /// <summary>Why a request that <see cref="IsOfAnother"/> is refused.</summary>
    public const string OtherInstance = "other-instance";

    private readonly DimseChannel channel;
    private readonly byte contextId;

    internal StoreRequest(DimseChannel channel, byte contextId, CommandSet command, string transferSyntaxUid)
    {
        (this.channel, this.contextId) = (channel, contextId);
        (SopClassUid, SopInstanceUid) = (command.Text(CommandSet.AffectedSopClassUid), command.Text(CommandSet.AffectedSopInstanceUid));
        TransferSyntaxUid = transferSyntaxUid;
    }

    public string SopClassUid { get; }

    public string SopInstanceUid { get; }

    public string TransferSyntaxUid { get; }

    internal bool IsRead { get; private set; }

    /// <summary>Whether the data set that was read names another SOP class or instance than the command: to be answered with A900 (PS3.4 B.2.3).</summary>
    public bool IsOfAnother { get; private set; }

    /// <summary>Writes a Part 10 file with the data set as it arrives, fragment by fragment; to be called once.</summary>
    /// <param name="limit">Most bytes of the data set; what is more is read and dropped.</param>
    /// <returns>Whether the whole data set was written.</returns>
    public async ValueTask<bool> CopyFileTo(Stream target, long limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        await target.WriteAsync(DicomWriter.HeadToBytes(DicomFile.Create([], TransferSyntaxUid, SopClassUid, SopInstanceUid)), cancellation);
        await using var named = new NamedDataSet(target, TransferSyntaxUid);
        var isWhole = await Read(named, limit, cancellation);
        IsOfAnother = named.IsOfAnother(SopClassUid, SopInstanceUid);
        return isWhole;
    }

    internal ValueTask<bool> Read(Stream target, long limit, CancellationToken cancellation)
    {
        IsRead = true;
        return channel.ReadDataSet(contextId, target, limit, cancellation);
    }
}

/// <summary>C-FIND-RQ or C-MOVE-RQ: the model by its SOP class, and the identifier with keys.</summary>
/// <param name="Agreed">What was agreed of the model by extended negotiation (PS3.4 C.5.2.2); empty when nothing was.</param>
public sealed record QueryRequest(string SopClassUid, DicomDataset Identifier, ReadOnlyMemory<byte> Agreed);

/// <param name="Matches">One identifier for each match; null when the query is refused.</param>
public sealed record FindAnswer(DimseStatus Refusal, IAsyncEnumerable<DicomDataset>? Matches);

/// <summary>An instance that C-MOVE sends on.</summary>
/// <param name="Load">Its data set in the transfer syntax asked for, of known length from where the stream stands, or null when it cannot be had so; closed when it is sent.</param>
public sealed record MoveItem(string SopClassUid, string SopInstanceUid, string TransferSyntaxUid, Func<string, CancellationToken, Task<Stream?>> Load);

/// <param name="Destination">Null when the move is refused.</param>
public sealed record MovePlan(DimseStatus Refusal, DicomClientOptions? Destination, IReadOnlyList<MoveItem> Items);

/// <summary>What one peer may do during one association. Calls come one after the other.</summary>
public abstract class DicomPeer : IAsyncDisposable
{
    /// <summary>The transfer syntax in which an abstract syntax is taken, or null when it is not.</summary>
    /// <param name="isKnown">Whether the abstract syntax is supported at all.</param>
    public abstract string? Choose(PresentationContext proposed, out bool isKnown);

    /// <summary>What is agreed of what a requestor says of a SOP class by extended negotiation (PS3.7 D.3.3.5); null says nothing.</summary>
    public virtual byte[]? Agree(string sopClassUid, byte[] proposed) => null;

    public virtual ValueTask<DimseStatus> Echo(CancellationToken cancellation) => ValueTask.FromResult(DimseStatus.Success);

    /// <summary>A data set that was not read is read over.</summary>
    public virtual ValueTask<DimseStatus> Store(StoreRequest request, CancellationToken cancellation) => ValueTask.FromResult(DimseStatus.SopClassNotSupported);

    public virtual ValueTask<FindAnswer> Find(QueryRequest request, CancellationToken cancellation) =>
        ValueTask.FromResult(new FindAnswer(DimseStatus.SopClassNotSupported, null));

    public virtual ValueTask<MovePlan> Move(QueryRequest request, string destination, CancellationToken cancellation) =>
        ValueTask.FromResult(new MovePlan(DimseStatus.SopClassNotSupported, null, []));

    /// <summary>A defect of ours: the peer is answered with 0110H, and the association lives on.</summary>
    public virtual void Failed(Exception defect)
    {
    }

    /// <summary>The association has ended.</summary>
    /// <param name="fault">Null after a release.</param>
    public virtual ValueTask Ended(DicomNetworkException? fault) => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
