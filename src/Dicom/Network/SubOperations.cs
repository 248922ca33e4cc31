namespace Pirogov.Dicom.Network;

internal sealed record MoveOriginator(string Title, ushort MessageId);

/// <summary>The C-STORE sub-operations of one C-MOVE (PS3.4 C.4.2.3.1) and their count.</summary>
internal sealed class SubOperations(MovePlan plan, MoveOriginator originator)
{
    private const ushort OneOrMoreFailed = 0xB000;
    private static readonly DicomTag FailedSopInstanceUidList = new(0x0008, 0x0058);
    private readonly List<string> failures = [];
    private int completed;
    private int warned;

    private int Remaining => plan.Items.Count - completed - failures.Count - warned;

    /// <summary>Failed SOP Instance UID List (PS3.4 C.4.2.1.4.2), for the last response; null when none failed.</summary>
    public DicomDataset? Failures => failures.Count == 0 ? null : new DicomDataset().Set(FailedSopInstanceUidList, DicomVr.UI, failures);

    /// <param name="tell">After each instance; answers whether the operation is cancelled.</param>
    public async ValueTask<DimseStatus> Run(Func<ValueTask<bool>> tell, CancellationToken cancellation)
    {
        if (plan.Items.Count == 0)
            return DimseStatus.Success;
        try
        {
            await using var destination = await DicomClient.Connect(plan.Destination!, DicomClient.ContextsFor(plan.Items.Select(i => (i.SopClassUid, i.TransferSyntaxUid))), cancellation);
            foreach (var item in plan.Items)
            {
                Count(item, await Send(destination, item, cancellation));
                if (Remaining > 0 && await tell())
                {
                    await destination.Release();
                    return DimseStatus.Cancelled;
                }
            }

            await destination.Release();
        }
        catch (DicomNetworkException)
        {
            // They go one after the other: those that are left are the last ones.
            failures.AddRange(plan.Items.TakeLast(Remaining).Select(i => i.SopInstanceUid));
        }

        return failures.Count == 0 ? warned == 0 ? DimseStatus.Success : new(OneOrMoreFailed)
            : completed + warned == 0 ? DimseStatus.UnableToPerform : new DimseStatus(OneOrMoreFailed);
    }

    public CommandSet Counted(CommandSet response, bool isLast)
    {
        if (!isLast || response.UInt16(CommandSet.Status) == DimseStatus.Cancelled.Code)
            response.Set(CommandSet.Remaining, (ushort)Math.Min(Remaining, ushort.MaxValue));
        return response.Set(CommandSet.Completed, (ushort)Math.Min(completed, ushort.MaxValue))
            .Set(CommandSet.Failed, (ushort)Math.Min(failures.Count, ushort.MaxValue)).Set(CommandSet.Warning, (ushort)Math.Min(warned, ushort.MaxValue));
    }

    private async Task<DimseStatus> Send(DicomClient destination, MoveItem item, CancellationToken cancellation)
    {
        foreach (var syntax in destination.SyntaxesFor(item.SopClassUid, item.TransferSyntaxUid))
        {
            await using var dataset = await item.Load(syntax, cancellation);
            if (dataset is not null)
                return await destination.Store(item.SopClassUid, item.SopInstanceUid, syntax, dataset, originator, cancellation);
        }

        return DimseStatus.SopClassNotSupported;
    }

    private void Count(MoveItem item, DimseStatus status)
    {
        if (status.Code == 0)
            completed++;
        else if (status.IsDone)
            warned++;
        else
            failures.Add(item.SopInstanceUid);
    }
}
