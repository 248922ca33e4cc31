using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>States of a Unified Procedure Step (PS3.4 Figure CC.1.1-1).</summary>
internal enum WorkitemState
{
    Scheduled,
    InProgress,
    Completed,
    Canceled,
}

/// <summary>
/// A work item (PS3.4 CC, PS3.18 11): what is to be done with a centre's studies, by whom it was taken and what came of it. Who moves it
/// to IN PROGRESS gives a Transaction UID, and nobody without it changes the item until its end.
/// </summary>
internal sealed class Workitem
{
    private string dataset = "";

    public long Id { get; private set; }
    public string Uid { get; private set; } = "";
    public ReferenceCentreId CentreId { get; private set; }
    public WorkitemState State { get; private set; }

    /// <summary>The lock. It is shown to nobody.</summary>
    public string? TransactionUid { get; private set; }

    /// <summary>Of two that change the item at once one is told that the other was first.</summary>
    public int Version { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>In the DICOM JSON model, without Transaction UID.</summary>
    public string Dataset => dataset;

    private Workitem()
    {
    }

    /// <param name="given">As the creator sent it, cleaned of who the patient is.</param>
    public static Workitem Of(string uid, ReferenceCentreId centre, DicomDataset given, DateTimeOffset now)
    {
        var made = new Workitem { Uid = uid, CentreId = centre, CreatedAt = now };
        given.Set(DicomTags.SopClassUid, DicomUids.UnifiedProcedureStepPush).Set(DicomTags.SopInstanceUid, uid);
        made.Write(Scheduling(given, now), now);
        return made;
    }

    public DicomDataset Read() => DicomJson.Parse(System.Text.Encoding.UTF8.GetBytes(dataset));

    public JsonDocument ReadJson() => JsonDocument.Parse(dataset, new JsonDocumentOptions { MaxDepth = 256 });

    /// <summary>PS3.4 CC.2.6: what is set replaces what was, attribute by attribute.</summary>
    /// <param name="transaction">Needed once the item is in progress, and out of place before (CC.2.6.2).</param>
    public Refusal? Update(DicomDataset changes, string? transaction, DateTimeOffset now)
    {
        var refusal = State switch
        {
            WorkitemState.Scheduled => transaction is null ? null : new NotClaimed(),
            WorkitemState.InProgress => WrongTransaction(transaction),
            _ => new WorkitemEnded(400),
        };
        if (refusal is not null)
            return refusal;
        var whole = Read();
        foreach (var element in changes)
            whole.Set(element);
        Write(Scheduling(whole, now), now);
        return null;
    }

    /// <summary>PS3.4 Table CC.1.1-2, row by row.</summary>
    /// <returns>A refusal, or the warning that there was nothing to do, or neither.</returns>
    public (Refusal? Refusal, string? Warning) Move(WorkitemState to, string? transaction, DateTimeOffset now)
    {
        if (to == WorkitemState.Scheduled)
            return (new OnlyCreatedScheduled(), null);
        if (string.IsNullOrEmpty(transaction))
            return (new TransactionMissing(), null);
        if (State == WorkitemState.Scheduled)
            return Claim(to, transaction, now);
        if (WrongTransaction(transaction) is { } wrong)
            return (wrong, null);
        if (to == WorkitemState.InProgress)
            return (State == WorkitemState.InProgress ? new AlreadyInProgress() : new WorkitemEnded(), null);
        return End(to, now);
    }

    /// <summary>
    /// A request to cancel ends what nobody has taken, through IN PROGRESS to CANCELED; who has taken it is told, and decides (PS3.4 CC.2.2.3).
    /// </summary>
    /// <returns>A refusal, a warning, or the states that it went through.</returns>
    public (Refusal? Refusal, string? Warning, WorkitemState[] Passed) RequestCancellation(DicomDataset reason, DateTimeOffset now)
    {
        switch (State)
        {
            case WorkitemState.Completed:
                return (new AlreadyCompleted(), null, []);
            case WorkitemState.Canceled:
                return (null, WorkitemWarnings.AlreadyCanceled, []);
            case WorkitemState.InProgress:
                return (null, null, []);
            default:
                State = WorkitemState.Canceled;
                Write(WithCancellation(Read(), reason, now), now);
                return (null, null, [WorkitemState.InProgress, WorkitemState.Canceled]);
        }
    }

    private (Refusal? Refusal, string? Warning) Claim(WorkitemState to, string transaction, DateTimeOffset now)
    {
        if (to != WorkitemState.InProgress)
            return (new NotInProgress(), null);
        (State, TransactionUid) = (WorkitemState.InProgress, transaction);
        Write(Read(), now);
        return (null, null);
    }

    private (Refusal? Refusal, string? Warning) End(WorkitemState to, DateTimeOffset now)
    {
        if (State == to)
            return (null, to == WorkitemState.Completed ? WorkitemWarnings.AlreadyCompleted : WorkitemWarnings.AlreadyCanceled);
        if (State != WorkitemState.InProgress)
            return (new WorkitemEnded(), null);
        var whole = Read();
        if (to == WorkitemState.Canceled)
            WithCancellation(whole, new DicomDataset(), now);
        if (WorkitemRequirements.Unfinished(whole, to) is { } missing)
            return (new NotFinal(missing.Keyword), null);
        State = to;
        Write(whole, now);
        return (null, null);
    }

    private Refusal? WrongTransaction(string? transaction) =>
        string.IsNullOrEmpty(transaction) ? new TransactionMissing() : transaction == TransactionUid ? null : new TransactionWrong();

    /// <summary>
    /// When and why it was given up; what the performer has written of it stays. Both are needed in the end (PS3.4 Table CC.2.5-3, code X), and an item may be
    /// cancelled without having been changed before (CC.2.5.1.3.2, note): what nobody said is filled in.
    /// </summary>
    private static DicomDataset WithCancellation(DicomDataset whole, DicomDataset reason, DateTimeOffset now)
    {
        var progress = whole.GetItems(DicomTags.ProcedureStepProgressInformationSequence) is [var known, ..] ? known : new DicomDataset();
        foreach (var tag in new[] { DicomTags.ReasonForCancellation, DicomTags.ProcedureStepDiscontinuationReasonCodeSequence })
        {
            if (reason.Find(tag) is { } told)
                progress.Set(told);
        }

        if (progress.IsAbsent(DicomTags.ProcedureStepCancellationDateTime))
            progress.Set(DicomTags.ProcedureStepCancellationDateTime, DicomTime(now));
        if (progress.IsAbsent(DicomTags.ProcedureStepDiscontinuationReasonCodeSequence))
            progress.SetItems(DicomTags.ProcedureStepDiscontinuationReasonCodeSequence, UnspecifiedReason());
        return whole.SetItems(DicomTags.ProcedureStepProgressInformationSequence, progress);
    }

    /// <summary>Of CID 9300.</summary>
    private static DicomDataset UnspecifiedReason() => new DicomDataset().Set(DicomTags.CodeValue, "110513").Set(DicomTags.CodingSchemeDesignator, "DCM")
        .Set(DicomTags.CodeMeaning, "Discontinued for unspecified reason");

    /// <summary>The time of N-CREATE or N-SET (Table CC.2.5-3): a change of state is none of the scheduling.</summary>
    private static DicomDataset Scheduling(DicomDataset whole, DateTimeOffset now) => whole.Set(DicomTags.ScheduledProcedureStepModificationDateTime, DicomTime(now));

    private void Write(DicomDataset whole, DateTimeOffset now)
    {
        whole.Remove(DicomTags.TransactionUid);
        whole.Set(DicomTags.ProcedureStepState, State.Spell()).Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataset = DicomJson.ToText(whole, DicomJsonOptions.LossFree);
        Version++;
        ChangedAt = now;
    }

    private static string DicomTime(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMddHHmmss.fff", System.Globalization.CultureInfo.InvariantCulture) + "+0000";
}

internal static class WorkitemStates
{
    public static string Spell(this WorkitemState state) => state switch
    {
        WorkitemState.InProgress => "IN PROGRESS",
        WorkitemState.Completed => "COMPLETED",
        WorkitemState.Canceled => "CANCELED",
        _ => "SCHEDULED",
    };

    public static WorkitemState? Parse(string? text) => text switch
    {
        "SCHEDULED" => WorkitemState.Scheduled,
        "IN PROGRESS" => WorkitemState.InProgress,
        "COMPLETED" => WorkitemState.Completed,
        "CANCELED" => WorkitemState.Canceled,
        _ => null,
    };
}
